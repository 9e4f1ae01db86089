"""Each text and picture in the first language of the reader that has it."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import documents, languages, releasing, tellings
from catalog.models import (
    Artwork,
    CollectionTranslation,
    EpisodeTranslation,
    PersonTranslation,
    SeasonTranslation,
    TitleTranslation,
)
from catalog.tellings import Telling
from tests.catalog.conftest import NOW
from tests.factories import catalog

SPOKEN = ("en", "de", "fr", "pt", "pt-BR")
TAGS = (*SPOKEN, "ja")
FIELDS = ("name", "tagline", "synopsis")


def words(*fields):
    return st.fixed_dictionaries(
        {field: st.sampled_from(["", "x"]) for field in fields}
    )


def texts(*fields):
    """Texts in some languages; each says in which."""

    def tell(found):
        return {
            tag: {field: text and f"{field} {tag}" for field, text in one.items()}
            for tag, one in found.items()
        }

    return st.dictionaries(st.sampled_from(TAGS), words(*fields)).map(tell)


def named(*fields):
    return texts("name", *fields).map(
        lambda found: {**found, "ja": {**found.get("ja", {}), "name": "name ja"}}
    )


def pictures():
    return st.lists(
        st.builds(
            lambda role, lang, number: {
                "role": role,
                "file": f"{role}-{lang}-{number}.jpg",
                "width": 200,
                "height": 300,
                "lang": lang,
                "alt": "",
                "placeholder": "",
                "blurhash": "",
                "focal": [0.5, 0.5],
            },
            st.sampled_from(["poster", "logo", "still"]),
            st.sampled_from([*TAGS, ""]),
            st.integers(0, 3),
        ),
        max_size=8,
    )


def labels():
    named = st.dictionaries(st.sampled_from(TAGS), st.just("x")).map(
        lambda found: {tag: f"name {tag}" for tag in found}
    )
    return st.lists(
        st.builds(lambda names: {"slug": "noir", "names": names}, named), max_size=2
    )


def episodes():
    return st.lists(
        st.builds(
            lambda texts, images: {
                "id": "",
                "number": 1,
                "absolute_number": None,
                "after": None,
                "released_on": None,
                "runtime_s": None,
                "texts": texts,
                "images": images,
            },
            named("synopsis"),
            pictures(),
        ),
        max_size=2,
    ).map(lambda found: [{**one, "id": f"ep_{at}"} for at, one in enumerate(found)])


def seasons():
    return st.lists(
        st.builds(
            lambda texts, images, episodes: {
                "number": 1,
                "texts": texts,
                "images": images,
                "episodes": episodes,
            },
            texts("name", "synopsis"),
            pictures(),
            episodes(),
        ),
        max_size=1,
    )


def contents():
    plain = {
        "id": "ti_1",
        "slug": "a",
        "kind": "series",
        "original_name": "",
        "original_language": "ja",
        "languages": [],
        "year": None,
        "released_on": None,
        "runtime_s": None,
        "studios": [],
        "attributes": {},
        "packages": [],
        "ratings": [],
        "windows": [],
        "credits": [],
        "external_ids": {},
    }
    parts = st.fixed_dictionaries(
        {
            "texts": named("tagline", "synopsis"),
            "genres": labels(),
            "keywords": labels(),
            "images": pictures(),
            "seasons": seasons(),
        }
    )
    return parts.map(lambda found: plain | found)


def chosen(available, wanted, original="ja"):
    """The model: the first language of the reader that has it, else the service's."""
    for language in wanted:
        for tag in languages.own(language):
            if available.get(tag):
                return available[tag]
    service = languages.chain(wanted[0], original, SPOKEN[0])
    for tag in languages.order([t for t in available if available[t]], service):
        return available[tag]
    return None


def text_of(texts, field, wanted):
    return chosen({tag: one.get(field) for tag, one in texts.items()}, wanted) or ""


def pictures_of(images, wanted):
    found = {}
    for role in dict.fromkeys(one["role"] for one in images):
        by_language = {}
        for one in images:
            if one["role"] == role:
                by_language.setdefault(one["lang"], []).append(one["file"])
        own = next(
            (
                by_language[tag]
                for language in wanted
                for tag in languages.own(language)
                if tag in by_language
            ),
            None,
        )
        if own is None:
            first, *rest = languages.chain(wanted[0], "ja", SPOKEN[0])
            service = (first, *rest[:1], "", *rest[1:])
            own = by_language[languages.order(by_language, service)[0]]
        found[role] = own
    return found


def shown_pictures(images):
    found = {}
    for one in images:
        found.setdefault(one["role"], []).append(one["url"].rpartition("/")[2])
    return found


def reading(content, wanted, make, borrowed):
    """A document for a reader of some languages, made of those of each language."""
    made = {
        language: documents.TitleDocuments(content, {}, language) for language in SPOKEN
    }
    told = {
        language: Telling(orjson.dumps(make(one)).decode(), borrowed(one))
        for language, one in made.items()
    }
    return orjson.loads(tellings.completed(told, wanted))


WANTED = st.permutations(SPOKEN).flatmap(
    lambda order: st.integers(1, 3).map(lambda count: order[:count])
)


@pytest.fixture(scope="module")
def _five_languages():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.CONTENT_LANGUAGES", list(SPOKEN))
        yield


@pytest.mark.usefixtures("_five_languages")
class TestChoice:
    @settings(max_examples=150)
    @given(contents(), WANTED)
    def test_of_a_title(self, content, wanted):
        page = reading(
            content,
            wanted,
            lambda one: one.document(one.card()),
            documents.TitleDocuments.borrowed,
        )
        card = reading(
            content,
            wanted,
            documents.TitleDocuments.card,
            documents.TitleDocuments.borrowed,
        )
        for field in FIELDS:
            assert page[field] == text_of(content["texts"], field, wanted)
        assert page["name"].endswith(f" {page['language']}")
        assert card["name"] == page["name"]
        for member in ("genres", "keywords"):
            assert [one["name"] for one in page[member]] == [
                chosen(one["names"], wanted) or "noir" for one in content[member]
            ]
        assert card["genres"] == page["genres"]
        assert shown_pictures(page["images"]) == pictures_of(content["images"], wanted)
        assert [one["name"] or "" for one in page["seasons"]] == [
            text_of(one["texts"], "name", wanted) for one in content["seasons"]
        ]

    @settings(max_examples=100)
    @given(contents().filter(lambda content: content["seasons"]), WANTED)
    def test_of_a_season_and_its_episodes(self, content, wanted):
        [season] = content["seasons"]
        told = reading(
            content,
            wanted,
            lambda one: one.season(season),
            lambda one: one.borrowed_season(season),
        )
        assert told["title"]["name"] == text_of(content["texts"], "name", wanted)
        assert told["synopsis"] == text_of(season["texts"], "synopsis", wanted)
        assert shown_pictures(told["images"]) == pictures_of(season["images"], wanted)
        for shown, episode in zip(told["episodes"], season["episodes"], strict=True):
            assert shown["name"] == text_of(episode["texts"], "name", wanted)
            assert shown["synopsis"] == text_of(episode["texts"], "synopsis", wanted)
            pictured = pictures_of(episode["images"], wanted)
            assert shown_pictures(shown["images"]) == pictured

    @given(contents(), st.sampled_from(SPOKEN))
    def test_what_follows_for_everyone_changes_nothing(self, content, language):
        """A chain may leave out the default language at its end, and share the answer."""

        def told(wanted):
            return reading(
                content,
                wanted,
                lambda one: one.document(one.card()) | {"images": []},
                documents.TitleDocuments.borrowed,
            )

        assert told([language]) == told([language, "en"])


def translate(title, language, **fields):
    return TitleTranslation.objects.create(title=title, language=language, **fields)


@pytest.fixture
def _three_languages(settings):
    settings.CONTENT_LANGUAGES = ["en", "de", "fr"]


@pytest.fixture
def film():
    """German without a story, French with one; its genre has a German name."""
    catalog.genre("noir", en="Noir", de="Schwarz")
    title = catalog.title("Sunrise", genres=("noir",), slug="sunrise")
    translate(title, "fr", name="L'aurore", synopsis="Une chanson.")
    return title


READER = {"lang": "de-CH,fr"}


@pytest.mark.django_db
@pytest.mark.usefixtures("_three_languages")
class TestAnswers:
    def test_a_card(self, api, film, publish):
        publish(film)
        answer = api.get("/v1/titles", READER)
        [card] = answer.json()["results"]
        assert card["name"] == "L'aurore"
        assert card["genres"] == [{"slug": "noir", "name": "Schwarz"}]
        assert answer["Content-Language"] == "de, fr"

    def test_by_header(self, api, film, publish):
        publish(film)
        wish = "de-CH, fr;q=0.8, en;q=0.5"
        answer = api.get("/v1/titles", headers={"Accept-Language": wish})
        assert answer.json()["results"][0]["name"] == "L'aurore"

    def test_a_reader_of_one_language_gets_what_the_service_chose(
        self, get, film, publish
    ):
        publish(film)
        [card] = get("/v1/titles", lang="de")["results"]
        assert card["name"] == "Sunrise"

    @pytest.mark.parametrize(
        ("wish", "names"),
        [
            ("de-CH,fr", ["Anker", "Mole", "Quai", "Zebra", "Le zinc"]),
            ("fr,de", ["Un anker", "Mole", "Quai", "Zebra", "Le zinc"]),
            ("de", ["Anker", "Mole", "Pier", "Sunrise", "Zebra"]),
        ],
    )
    def test_a_list_by_name_is_in_the_order_of_what_it_shows(
        self, get, publish, wish, names
    ):
        for english, german, french in (
            ("Sunrise", "", "Le zinc"),
            ("Pier", "", "Quai"),
            ("Buoy", "Anker", "Un anker"),
            ("Mole", "", ""),
            ("Zebra", "", ""),
        ):
            title = catalog.title(english)
            for language, name in (("de", german), ("fr", french)):
                if name:
                    translate(title, language, name=name)
            publish(title)
        found, cursor = [], {}
        while cursor is not None:
            page = get("/v1/titles", sort="name", limit=2, lang=wish, **cursor)
            found += [one["name"] for one in page["results"]]
            cursor = page["next"] and {"cursor": page["next"]}
        assert found == names

    def test_the_page_of_a_title_text_by_text(self, get, film, publish):
        translate(film, "de", name="Sonnenaufgang")
        publish(film)
        page = get("/v1/titles/sunrise", **READER)
        assert (page["name"], page["language"]) == ("Sonnenaufgang", "de")
        assert page["synopsis"] == "Une chanson."

    def test_pictures(self, get, film, publish):
        for language in ("en", "fr"):
            Artwork.objects.create(
                title=film,
                role="poster",
                image=f"{language}.jpg",
                width=200,
                height=300,
                language=language,
            )
        publish(film)
        page = get("/v1/titles/sunrise", **READER)
        assert [one["lang"] for one in page["images"]] == ["fr"]
        [card] = get("/v1/titles", **READER)["results"]
        assert [one["lang"] for one in card["images"]] == ["fr"]

    def test_seasons_and_episodes(self, get, publish):
        series = catalog.series("Harbour", slug="harbour", seasons=(2,))
        season = series.seasons.get()
        SeasonTranslation.objects.create(season=season, language="fr", name="Un")
        first, second = season.episodes.order_by("number")
        EpisodeTranslation.objects.create(episode=first, language="fr", name="Le port")
        EpisodeTranslation.objects.create(episode=second, language="de", name="Nebel")
        publish(series)
        named = ["Le port", "Nebel"]
        told = get("/v1/titles/harbour/seasons/1", **READER)
        assert (told["name"], [one["name"] for one in told["episodes"]]) == (
            "Un",
            named,
        )
        listed = get("/v1/titles/harbour/episodes", **READER)["results"]
        assert [one["name"] for one in listed] == named
        by_watching = get("/v1/titles/harbour/episodes", order="watching", **READER)
        assert [one["name"] for one in by_watching["results"]] == named
        page = get("/v1/titles/harbour", **READER)
        assert [one["name"] for one in page["episodes"]["results"]] == named
        assert page["seasons"][0]["name"] == "Un"

    def test_collections_people_and_genres(self, get, film, publish):
        saga = catalog.collection("saga", film, en="Saga", fr="La saga")
        CollectionTranslation.objects.create(
            collection=catalog.collection("other", film, en="Other"),
            language="de",
            name="Andere",
        )
        credit = catalog.credit(film, "Ada Example")
        PersonTranslation.objects.create(
            person=credit.person, language="fr", biography="Une vie."
        )
        PersonTranslation.objects.create(
            person=credit.person, language="en", biography="A life."
        )
        catalog.genre("noir").translations.filter(language="de").delete()
        catalog.genre("noir").translations.create(language="fr", name="Film noir")
        publish(film)
        listed = get("/v1/collections", **READER)["results"]
        assert {one["name"] for one in listed} == {"Andere", "La saga"}
        page = get(f"/v1/collections/{saga.slug}", **READER)
        assert page["name"] == "La saga"
        assert page["titles"][0]["name"] == "L'aurore"
        person = get(f"/v1/people/{credit.person.public_id}", **READER)
        assert person["biography"] == "Une vie."
        assert person["credits"][0]["title"]["name"] == "L'aurore"
        genres = get("/v1/genres", **READER)["results"]
        assert genres == [{"slug": "noir", "name": "Film noir"}]

    def test_search(self, get, film, publish):
        publish(film)
        [group] = get("/v1/search", q="sunrise", **READER)["groups"]
        assert group["results"][0]["name"] == "L'aurore"

    def test_charts(self, get, film, publish):
        publish(film)
        assert get("/v1/charts/trending", **READER)["results"][0]["name"] == "L'aurore"

    def test_leaving_titles_keep_their_moment(self, get, film, publish):
        catalog.window(film, ends_at="2099-01-01T00:00:00Z")
        publish(film)
        [card] = get("/v1/titles", **READER)["results"]
        assert card["name"] == "L'aurore"

    def test_the_number_of_queries_does_not_grow(
        self, get, film, publish, django_assert_num_queries
    ):
        publish(film, *(catalog.title() for _ in range(5)))
        with django_assert_num_queries(3) as one:
            get("/v1/titles", limit=1, **READER)
        with django_assert_num_queries(3) as many:
            found = get("/v1/titles", limit=6, **READER)
        assert len(one) == len(many)
        assert len(found["results"]) == 6

    def test_nothing_published_is_nothing(self, get):
        assert get("/v1/titles", **READER)["results"] == []

    def test_a_page_and_its_rails(self, get, film, publish):
        publish(film)
        page = catalog.page(names={"en": "Home", "fr": "Accueil"})
        catalog.rail(page, titles=[film], names={"en": "Best", "de": "Beste"})
        releasing.release(page, by=None, now=NOW)
        home = get("/v1/pages/home", **READER)
        assert home["name"] == "Accueil"
        [rail] = home["rails"]
        assert rail["name"] == "Beste"
        assert rail["results"][0]["name"] == "L'aurore"
        more = get(f"/v1/rails/{rail['id']}", **READER)
        assert more["results"][0]["name"] == "L'aurore"
        pages = get("/v1/pages", **READER)["results"]
        assert pages[0]["name"] == "Accueil"
