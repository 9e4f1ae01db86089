"""What devices read: published titles only, in the language and within the ceiling."""

import json
from importlib import import_module

import pytest
from django.db import connection

from catalog import publishing
from catalog.models import PublishedGenre, PublishedGenreItem, TitleTranslation
from streamapi.clients import Variant
from tests.catalog.conftest import NOW
from tests.factories import catalog

pytestmark = pytest.mark.django_db
ITEM = ("title_id", "slug", "min_age", "windowed")


def names(page):
    return [card["name"] for card in page["results"]]


def nodes(plan):
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def popular(name, popularity, **fields):
    return catalog.title(name, popularity=popularity, **fields)


class TestTitleList:
    def test_shows_cards_of_what_is_published_and_nothing_else(self, get, publish):
        title = publish(catalog.title("Shown", genres=("drama",)))
        catalog.title("Draft")
        assert get("/v1/titles") == {
            "results": [
                {
                    "id": title.public_id,
                    "slug": title.slug,
                    "kind": "movie",
                    "name": "Shown",
                    "year": 2020,
                    "runtime_s": None,
                    "maturity": {"min_age": 0, "label": "0"},
                    "genres": [{"slug": "drama", "name": "Drama"}],
                    "images": [],
                    "packages": [],
                    "badges": [],
                }
            ],
            "next": None,
        }

    def test_an_empty_catalogue_is_an_empty_list(self, get):
        assert get("/v1/titles") == {"results": [], "next": None}

    def test_speaks_the_language_that_is_asked_for(self, api, publish):
        title = catalog.title("Sunrise")
        TitleTranslation.objects.create(
            title=title, language="de", name="Sonnenaufgang"
        )
        publish(title)
        response = api.get("/v1/titles", {"lang": "de"})
        assert names(response.json()) == ["Sonnenaufgang"]
        assert response["Content-Language"] == "de"

    def test_filters_by_kind_genre_and_spoken_language(self, get, publish):
        publish(
            catalog.title("Film", genres=("drama",), languages=["en"]),
            catalog.title("Scherz", genres=("comedy",), languages=["de", "en"]),
            catalog.series("Serie", genres=("drama",), languages=["de"]),
        )
        assert names(get("/v1/titles", kind="series")) == ["Serie"]
        assert names(get("/v1/titles", genre="comedy")) == ["Scherz"]
        assert set(names(get("/v1/titles", language="de"))) == {"Scherz", "Serie"}
        assert names(get("/v1/titles", language="de", genre="drama")) == ["Serie"]
        assert names(get("/v1/titles", genre="unknown")) == []

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            ("popularity", ["Beta", "The Alpha", "Gamma"]),
            ("name", ["The Alpha", "Beta", "Gamma"]),
            ("release", ["Gamma", "The Alpha", "Beta"]),
        ],
    )
    def test_sorts(self, get, publish, sort, expected):
        publish(
            popular("The Alpha", 5, year=2001),
            popular("Beta", 9, year=2000),
            popular("Gamma", 1, year=2000, released_on="2020-05-01"),
        )
        assert names(get("/v1/titles", sort=sort)) == expected

    @pytest.mark.parametrize("sort", ["popularity", "name", "release", "addition"])
    def test_pages_show_each_title_once_even_if_all_are_equal(self, get, publish, sort):
        publish(*(catalog.title("Same", popularity=3) for _ in range(5)))
        seen, cursor = [], ""
        while cursor is not None:
            page = get("/v1/titles", sort=sort, limit=2, cursor=cursor)
            seen += [card["id"] for card in page["results"]]
            cursor = page["next"]
        assert len(seen) == len(set(seen)) == 5

    def test_hides_what_is_above_the_ceiling_and_what_is_unrated(self, get, publish):
        publish(
            popular("All", 3, min_age=0),
            popular("Sixteen", 2, min_age=16),
            popular("Unrated", 1, min_age=None),
        )
        assert names(get("/v1/titles")) == ["All", "Sixteen", "Unrated"]
        assert names(get("/v1/titles", maturity=16)) == ["All", "Sixteen"]
        assert names(get("/v1/titles", maturity=12)) == ["All"]

    @pytest.mark.parametrize(
        ("query", "code", "pointer"),
        [
            ({"kind": "opera"}, "invalid_filter", "?kind"),
            ({"sort": "random"}, "invalid_filter", "?sort"),
            ({"genre": "dra ma"}, "invalid_filter", "?genre"),
            ({"language": "english!"}, "invalid_filter", "?language"),
            ({"limit": "0"}, "invalid_limit", "?limit"),
            ({"limit": "many"}, "invalid_limit", "?limit"),
            ({"cursor": "forged"}, "invalid_cursor", "?cursor"),
        ],
    )
    def test_refuses_a_value_that_cannot_be(self, api, query, code, pointer):
        response = api.get("/v1/titles", query)
        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == code
        assert response.json()["errors"][0]["pointer"] == pointer

    def test_a_cursor_belongs_to_its_order(self, api, get, publish):
        publish(catalog.title(), catalog.title())
        cursor = get("/v1/titles", limit=1)["next"]
        response = api.get("/v1/titles", {"sort": "name", "cursor": cursor})
        assert response.json()["code"] == "invalid_cursor"

    def test_a_page_holds_at_most_240(self, get, publish):
        publish(catalog.title())
        assert len(get("/v1/titles", limit=100000)["results"]) == 1


class TestTitle:
    def test_is_found_by_id_and_by_slug(self, get, publish):
        title = publish(catalog.title("Sunrise", slug="sunrise-1927"))
        by_id = get(f"/v1/titles/{title.public_id}")
        assert by_id == get("/v1/titles/sunrise-1927")
        assert by_id["synopsis"] == "A story."
        assert by_id["playable"] is False
        assert by_id["audio_languages"] == ["en"]

    def test_right_to_left_text_comes_through_unchanged(self, get, publish):
        title = catalog.title("שלום עולם", original_language="he")
        publish(title)
        assert get(f"/v1/titles/{title.slug}")["name"] == "שלום עולם"

    @pytest.mark.parametrize("name", ["ti_unknown", "unknown", "%00", "a%2Fb"])
    def test_what_is_not_there_is_a_problem(self, api, name):
        response = api.get(f"/v1/titles/{name}")
        assert response.status_code == 404
        assert response.json()["code"] == "not_found"

    def test_what_is_not_published_is_not_there(self, api):
        assert api.get(f"/v1/titles/{catalog.title().public_id}").status_code == 404

    def test_what_is_above_the_ceiling_is_not_there(self, api, publish):
        title = publish(catalog.title(min_age=18))
        path = f"/v1/titles/{title.public_id}"
        assert api.get(path).status_code == 200
        assert api.get(path, {"maturity": "16"}).status_code == 404


class TestSeason:
    def test_shows_its_episodes_in_order(self, get, publish):
        title = publish(catalog.series("Harbour", seasons=(3,)))
        season = get(f"/v1/titles/{title.slug}/seasons/1")
        assert season["title"] == {"id": title.public_id, "name": "Harbour"}
        assert [one["number"] for one in season["episodes"]] == [1, 2, 3]
        assert season["episodes"][0]["id"].startswith("ep_")

    def test_a_season_that_is_not_there(self, api, publish):
        title = publish(catalog.series(seasons=(1,)))
        assert api.get(f"/v1/titles/{title.slug}/seasons/2").status_code == 404
        assert api.get(f"/v1/titles/{title.slug}/seasons/{9**20}").status_code == 404
        assert api.get(f"/v1/titles/{title.slug}/seasons/-1").status_code == 404

    def test_is_hidden_with_its_series(self, api, publish):
        title = publish(catalog.series(seasons=(1,), min_age=18))
        path = f"/v1/titles/{title.public_id}/seasons/1"
        assert api.get(path).status_code == 200
        assert api.get(path, {"maturity": "12"}).status_code == 404


class TestGenres:
    def test_lists_those_with_something_to_show(self, get, publish):
        publish(
            catalog.title(genres=("drama",)),
            catalog.title(genres=("erotic",), min_age=18),
        )
        catalog.genre("empty")
        slugs = [genre["slug"] for genre in get("/v1/genres")["results"]]
        assert slugs == ["drama", "erotic"]
        children = get("/v1/genres", maturity=7)["results"]
        assert children == [{"slug": "drama", "name": "Drama"}]

    def test_follow_windows_and_what_is_withdrawn(self, get, publish):
        war, noir = catalog.title(genres=("war",)), catalog.title(genres=("noir",))
        catalog.window(war, territories=["DE"], ends_at=NOW)
        publish(war, noir)
        slugs = [genre["slug"] for genre in get("/v1/genres")["results"]]
        assert slugs == ["noir"]
        publishing.unpublish(noir, by=None, now=NOW)
        assert get("/v1/genres")["results"] == []

    def test_are_found_at_their_first_title(self, publish):
        publish(*(catalog.title(genres=("war",)) for _ in range(9)))
        genres = PublishedGenre.objects.visible(Variant("en", "US"), NOW)
        [plan] = json.loads(genres.explain(analyze=True, format="json"))
        table = PublishedGenreItem._meta.db_table
        read = [n for n in nodes(plan["Plan"]) if n.get("Relation Name") == table]
        assert [node["Actual Rows"] for node in read] == [1]

    def test_known_before_there_was_a_list_of_their_titles(self, get, publish):
        publish(catalog.title(genres=("war", "noir")), catalog.title(min_age=None))
        before = set(PublishedGenreItem.objects.values_list(*ITEM))
        PublishedGenreItem.objects.all().delete()
        migration = import_module("catalog.migrations.0009_titles_of_genres")
        with connection.cursor() as cursor:
            cursor.execute(migration.KNOWN)
        assert set(PublishedGenreItem.objects.values_list(*ITEM)) == before
        assert len(before) == 2

    def test_are_named_in_the_language_asked_for(self, get, publish):
        catalog.genre("war", en="War", de="Krieg")
        publish(catalog.title(genres=("war",)))
        assert get("/v1/genres", lang="de")["results"][0]["name"] == "Krieg"


class TestPerson:
    def test_shows_parts_latest_first(self, get, publish):
        older, newer = catalog.title("Older", year=1990), catalog.title("Newer")
        credit = catalog.credit(older, "Ada", character='The "Captain"')
        catalog.credit(newer, "Ada", role="director")
        publish(older, newer)
        person = get(f"/v1/people/{credit.person.public_id}")
        assert person["name"] == "Ada"
        assert [
            (one["title"]["name"], one["role"], one["character"])
            for one in person["credits"]
        ] == [("Newer", "director", ""), ("Older", "actor", 'The "Captain"')]

    def test_shows_only_parts_within_the_ceiling(self, api, get, publish):
        adult, family = catalog.title("Adult", min_age=18), catalog.title("Family")
        credit = catalog.credit(adult, "Ada")
        catalog.credit(family, "Ada")
        publish(adult, family)
        path = f"/v1/people/{credit.person.public_id}"
        parts = get(path, maturity=12)["credits"]
        assert [one["title"]["name"] for one in parts] == ["Family"]

    def test_someone_without_a_part_to_show_is_not_there(self, api, publish):
        credit = catalog.credit(catalog.title(min_age=18))
        path = f"/v1/people/{credit.person.public_id}"
        assert api.get(path).status_code == 404
        publish(credit.title)
        assert api.get(path).status_code == 200
        assert api.get(path, {"maturity": "12"}).status_code == 404
