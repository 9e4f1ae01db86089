"""The page of a title in one answer, and the lists that lead to it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from catalog import collections, publishing, related
from catalog.models import Episode, Season, Synonym
from playback.models import AssetWindow
from tests.factories import accounts, catalog, playback

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def _play(client, content_id, **asked):
    body = {"content_id": content_id, "device": {"platform": "web"}} | asked
    return client.post("/v1/playback/sessions", body, content_type="application/json")


def _names(cards):
    return [card["name"] for card in cards]


class TestWhatItIs:
    def test_keywords_studios_and_attributes_are_on_it(self, get, publish):
        film = catalog.title("Alien")
        catalog.keyword(film, "space", en="Space", de="Weltraum")
        catalog.studio(film, "brandywine")
        catalog.attribute(film, "shot-on", "text", "35 mm")
        catalog.attribute(film, "restored", "boolean", True)
        publish(film)
        page = get(f"/v1/titles/{film.slug}", lang="de")
        assert page["keywords"] == [{"slug": "space", "name": "Weltraum"}]
        assert page["studios"] == [{"slug": "brandywine", "name": "Brandywine"}]
        assert page["attributes"] == {"restored": True, "shot-on": "35 mm"}

    def test_lists_are_narrowed_by_keyword_and_studio(self, get, publish):
        alien, other = catalog.title("Alien"), catalog.title("Heidi")
        catalog.keyword(alien, "space")
        catalog.studio(alien, "brandywine")
        publish(alien, other)
        for query in ({"keyword": "space"}, {"studio": "brandywine"}):
            assert _names(get("/v1/titles", **query)["results"]) == ["Alien"]

    def test_right_to_left_text_survives_the_way_to_devices(self, get, publish):
        hebrew = "הסיפור של 3 אחים \u2067(חלק ב)\u2069"
        film = catalog.title("Brothers", original_language="he")
        film.translations.create(language="he", name=hebrew, synopsis="שלום, world!")
        publish(film)
        with_fallback = get(f"/v1/titles/{film.slug}", lang="de")
        assert with_fallback["name"] == "Brothers"
        snapshot = film.snapshots.get().content["texts"]["he"]
        assert snapshot["name"] == hebrew
        assert get("/v1/search", q="סיפור")["groups"][0]["results"][0]["id"] == (
            film.public_id
        )


class TestTrailersAndExtras:
    def test_each_has_an_id_that_plays(self, get, publish, client):
        film = catalog.title("Alien")
        film.packages.add(accounts.make_package("films"))
        playback.asset(film)
        trailer = playback.asset(film, kind="trailer", name="Final trailer")
        making = playback.asset(film, kind="featurette")
        publish(film)
        page = get(f"/v1/titles/{film.slug}")
        assert page["play_id"] == film.public_id
        (shown,) = page["trailers"]
        assert shown == {
            "id": trailer.public_id,
            "kind": "trailer",
            "name": "Final trailer",
            "language": "en",
            "duration_ms": 5_400_000,
        }
        assert [one["name"] for one in page["extras"]] == ["Making of"]
        free = _play(client, trailer.public_id)
        assert free.status_code == 201, free.content
        assert _play(client, making.public_id).status_code == 401

    def test_a_window_of_the_video_hides_and_refuses_it(self, get, publish, client):
        film = catalog.title()
        playback.asset(film)
        clip = playback.asset(film, kind="clip")
        AssetWindow.objects.create(asset=clip, starts_at=NOW + DAY)
        publish(film)
        assert get(f"/v1/titles/{film.slug}")["extras"] == []
        refused = _play(client, clip.public_id)
        assert refused.json()["code"] == "not_available_now"
        with time_machine.travel(NOW + DAY, tick=False):
            assert len(get(f"/v1/titles/{film.slug}")["extras"]) == 1

    def test_the_main_video_has_no_id_of_its_own(self, publish, client):
        film = catalog.title()
        asset = playback.asset(film)
        publish(film)
        assert _play(client, asset.public_id).status_code == 404


class TestAvailability:
    def test_it_says_when_it_leaves(self, get, publish):
        film = catalog.title()
        catalog.window(film, ends_at=NOW + 3 * DAY)
        publish(film)
        page = get(f"/v1/titles/{film.slug}")
        assert page["available_until"] == "2026-03-04T12:00:00Z"
        assert page["availability"] == {
            "state": "available",
            "starts_at": None,
            "ends_at": "2026-03-04T12:00:00Z",
            "leaving_soon": True,
        }

    def test_what_is_announced_has_a_page_before_it_starts(self, get, api, publish):
        film = catalog.title("Soon")
        playback.asset(film)
        playback.asset(film, kind="trailer")
        playback.asset(film, kind="clip")
        catalog.window(film, announced_at=NOW, starts_at=NOW + 9 * DAY)
        publish(film)
        page = get(f"/v1/titles/{film.slug}")
        assert page["availability"]["state"] == "coming"
        assert page["availability"]["starts_at"] == "2026-03-10T12:00:00Z"
        assert (page["playable"], len(page["trailers"]), page["extras"]) == (
            False,
            1,
            [],
        )
        assert get("/v1/titles")["results"] == []
        (card,) = get("/v1/titles", availability="coming")["results"]
        assert card["available_from"] == "2026-03-10T12:00:00Z"
        with time_machine.travel(NOW - timedelta(seconds=1), tick=False):
            assert api.get(f"/v1/titles/{film.slug}").status_code == 404

    def test_its_trailer_plays_before_it_starts_and_it_does_not(self, publish, client):
        film = catalog.title()
        playback.asset(film)
        playback.asset(film, kind="trailer")
        catalog.window(film, announced_at=NOW, starts_at=NOW + DAY)
        publish(film)
        for kind, status in (("trailer", 201), ("main", 403)):
            answer = _play(client, film.public_id, kind=kind)
            assert answer.status_code == status, answer.content

    def test_the_list_of_what_leaves_follows_the_windows(self, get, publish):
        leaving, renewed, staying = (catalog.title(name) for name in "abc")
        catalog.window(leaving, ends_at=NOW + 3 * DAY)
        catalog.window(renewed, ends_at=NOW + 3 * DAY)
        catalog.window(renewed, starts_at=NOW + 3 * DAY)
        catalog.window(staying, ends_at=NOW + 30 * DAY)
        publish(leaving, renewed, staying)
        (card,) = get("/v1/titles", availability="leaving")["results"]
        assert (card["name"], card["available_until"]) == ("a", "2026-03-04T12:00:00Z")
        with time_machine.travel(NOW + 17 * DAY, tick=False):
            assert _names(get("/v1/titles", availability="leaving")["results"]) == ["c"]


class TestOffers:
    def test_they_say_how_to_get_it_here(self, get, publish):
        film = catalog.title()
        film.packages.set([accounts.make_package("all"), accounts.make_package("rent")])
        plan = accounts.make_product("plus", "all")
        rental = accounts.make_product("rent-it", "rent", kind="rental")
        accounts.make_offer(plan, "9.99")
        accounts.make_offer(rental, "3.99", period="once")
        publish(film)
        page = get(f"/v1/titles/{film.slug}")
        assert page["access"] == ["rent", "subscription"]
        cheapest = page["offers"][0]
        assert cheapest["price"] == {"amount": "3.99", "currency": "USD"}
        assert cheapest["packages"] == ["rent"]

    def test_they_come_and_go_by_the_clock(self, get, publish):
        film = catalog.title()
        film.packages.set([accounts.make_package("all")])
        plan = accounts.make_product("plus", "all")
        accounts.make_offer(plan, starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)
        publish(film)
        for moment, number in (
            (NOW, 0),
            (NOW + DAY - SECOND, 0),
            (NOW + DAY, 1),
            (NOW + 2 * DAY - SECOND, 1),
            (NOW + 2 * DAY, 0),
        ):
            with time_machine.travel(moment, tick=False):
                page = get(f"/v1/titles/{film.slug}")
                assert len(page["offers"]) == number, moment

    def test_what_is_free_offers_nothing(self, get, publish):
        film = publish(catalog.title())
        page = get(f"/v1/titles/{film.slug}")
        assert (page["access"], page["offers"]) == (["free"], [])

    def test_a_window_may_be_of_one_package_alone(self, get, publish, client):
        film = catalog.title()
        playback.asset(film)
        rent, everything = accounts.make_package("rent"), accounts.make_package("all")
        film.packages.set([rent, everything])
        catalog.window(film, ends_at=NOW + DAY, packages=[rent])
        catalog.window(film, starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)
        catalog.window(film, starts_at=NOW + 2 * DAY, free=True)
        publish(film)
        path = f"/v1/titles/{film.slug}"
        assert get(path)["packages"] == ["rent"]
        with time_machine.travel(NOW + DAY, tick=False):
            assert get(path)["packages"] == ["all", "rent"]
        statuses = []
        for moment in (NOW, NOW + 2 * DAY):
            with time_machine.travel(moment, tick=False):
                answer = _play(client, film.public_id)
                statuses.append(answer.status_code)
        assert statuses == [401, 201]


class TestEpisodes:
    @pytest.fixture
    def show(self, publish):
        show = catalog.series("Show", seasons=(25, 2))
        specials = Season.objects.create(title=show, number=0)
        special = Episode.objects.create(
            season=specials, number=1, after_season=1, after_episode=2
        )
        special.translations.create(language="en", name="Special")
        season = show.seasons.get(number=2)
        for absolute, episode in enumerate(season.episodes.order_by("-number"), 1):
            episode.absolute_number = absolute
            episode.save()
        return publish(show)

    def _order(self, get, show, **query):
        page = get(f"/v1/titles/{show.slug}/episodes", limit=100, **query)
        return [(one["season_number"], one["number"]) for one in page["results"]]

    def test_specials_stand_last_or_where_they_belong(self, get, show):
        assert self._order(get, show)[-1] == (0, 1)
        watching = self._order(get, show, order="watching")
        assert watching[:4] == [(1, 1), (1, 2), (0, 1), (1, 3)]

    def test_the_absolute_order_counts_through_all_seasons(self, get, show):
        absolute = self._order(get, show, order="absolute")
        assert absolute[:3] == [(2, 2), (2, 1), (1, 1)]

    def test_the_first_page_is_on_the_title_and_goes_on_from_there(self, get, show):
        page = get(f"/v1/titles/{show.slug}")["episodes"]
        assert (page["season_number"], len(page["results"])) == (1, 20)
        rest = get(f"/v1/titles/{show.slug}/episodes", season=1, cursor=page["next"])
        assert [one["number"] for one in rest["results"]] == [21, 22, 23, 24, 25]
        assert rest["next"] is None

    def test_play_begins_with_the_first_episode_that_there_is_video_of(self, get, show):
        second = Episode.objects.get(season__title=show, season__number=1, number=2)
        playback.asset(episode=second)
        publishing.refresh([show.pk], now=NOW)
        assert get(f"/v1/titles/{show.slug}")["play_id"] == second.public_id


class TestCollections:
    def test_come_with_their_first_title_and_keep_their_order(self, get, publish):
        first, second = catalog.title("Part One"), catalog.title("Part Two")
        catalog.collection("saga", second, first, en="The Saga", de="Die Saga")
        publish(first, second)
        page = get(f"/v1/titles/{first.slug}", lang="de")
        (saga,) = page["collections"]
        assert saga["name"] == "Die Saga"
        assert _names(saga["titles"]) == ["Part Two", "Part One"]
        listed = get("/v1/collections")["results"]
        assert [one["id"] for one in listed] == [saga["id"]]
        by_slug = get("/v1/collections/saga")
        assert by_slug == get(f"/v1/collections/{saga['id']}")
        assert _names(by_slug["titles"]) == ["Part Two", "Part One"]

    def test_show_only_what_may_be_seen(self, get, api, publish):
        hidden = catalog.title("Later")
        catalog.window(hidden, starts_at=NOW + DAY)
        catalog.collection("saga", hidden)
        publish(hidden)
        assert api.get("/v1/collections/saga").status_code == 404
        assert get("/v1/collections")["results"] == []

    def test_an_edit_shows_once_it_is_published(self, get, publish):
        film = catalog.title()
        saga = catalog.collection("saga", film)
        publish(film)
        saga.translations.update(name="Renamed")
        assert get("/v1/collections/saga")["name"] == "Saga"
        collections.publish([saga.pk])
        assert get("/v1/collections/saga")["name"] == "Renamed"

    def test_can_be_taken_from_devices(self, get, api, publish):
        film = catalog.title()
        saga = catalog.collection("saga", film)
        publish(film)
        collections.withdraw([saga.pk])
        assert api.get("/v1/collections/saga").status_code == 404
        assert get(f"/v1/titles/{film.slug}")["collections"] == []

    def test_are_found_by_search(self, get, publish):
        film = catalog.title("Alien")
        catalog.collection("nostromo", film, en="Nostromo Saga")
        publish(film)
        groups = {one["kind"]: one for one in get("/v1/search", q="nostrom")["groups"]}
        assert groups["collections"]["results"][0]["name"] == "Nostromo Saga"
        assert get("/v1/search", q="nostromo", kind="movie")["groups"] == []


class TestOldSnapshots:
    def test_from_before_there_were_keywords_still_show(self, get, publish):
        show = publish(catalog.series(seasons=(1,)))
        catalog.window(show, ends_at=NOW + DAY)
        publishing.publish(show, by=None, now=NOW)
        snapshot = show.live_snapshot
        for name in ("keywords", "studios", "attributes"):
            del snapshot.content[name]
        for name in ("announced_at", "packages", "free"):
            del snapshot.content["windows"][0][name]
        del snapshot.content["seasons"][0]["episodes"][0]["after"]
        snapshot.save()
        publishing.refresh([show.pk], now=NOW)
        page = get(f"/v1/titles/{show.slug}")
        assert (page["keywords"], page["attributes"]) == ([], {})


def test_the_page_shows_related_titles_that_may_be_seen(get, publish):
    alien, aliens, hidden = (catalog.title(name) for name in ("Alien", "Aliens", "No"))
    for film in (alien, aliens, hidden):
        catalog.credit(film, "Ridley Example", role="director")
    catalog.window(hidden, starts_at=NOW + DAY)
    publish(alien, aliens, hidden)
    related.relate(now=NOW)
    assert _names(get(f"/v1/titles/{alien.slug}")["related"]) == ["Aliens"]


class TestSearch:
    def _found(self, get, q, **query):
        groups = {one["kind"]: one for one in get("/v1/search", q=q, **query)["groups"]}
        return _names(groups.get("titles", {"results": []})["results"])

    def test_finds_by_keyword_and_studio_in_any_language_after_names(
        self, get, publish
    ):
        named, about = catalog.title("Time Travel"), catalog.title("Primer")
        catalog.keyword(about, "time-travel", en="time travel", de="Zeitreise")
        catalog.studio(about, "thinkfilm")
        publish(named, about)
        assert self._found(get, "time travel") == ["Time Travel", "Primer"]
        assert self._found(get, "zeitreise") == ["Primer"]
        assert self._found(get, "ThinkFilm") == ["Primer"]
        assert self._found(get, "time travel", keyword="time-travel") == ["Primer"]

    def test_treats_synonyms_alike_in_both_directions(self, get, publish):
        Synonym.objects.create(term="sci fi", means="science fiction")
        publish(catalog.title("Science Fiction Theatre"), catalog.title("Sci-Fi High"))
        both = {"Science Fiction Theatre", "Sci-Fi High"}
        assert set(self._found(get, "sci-fi")) == both
        assert set(self._found(get, "science fiction")) == both

    def test_counts_facets_over_what_is_found(self, get, publish):
        publish(
            catalog.title("Moon One", genres=("drama", "space")),
            catalog.title("Moon Two", genres=("drama",), languages=["fr"]),
            catalog.title("Sun", genres=("drama",)),
        )
        facets = get("/v1/search", q="moon", facets="true")["facets"]
        assert facets["genre"] == [
            {"value": "drama", "count": 2},
            {"value": "space", "count": 1},
        ]
        assert facets["kind"] == [{"value": "movie", "count": 2}]
        assert {one["value"] for one in facets["language"]} == {"en", "fr"}
        assert get("/v1/search", q="", facets="true")["facets"]["genre"] == []
