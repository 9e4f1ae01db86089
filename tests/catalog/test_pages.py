"""A whole screen in one answer: rails from every source, for whoever asks alike."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from rest_framework.test import APIRequestFactory

from catalog import publishing, rail_sources, releasing
from catalog.models import AvailabilityWindow, ChartEntry, Rail
from catalog.page_views import PageViewSet
from catalog.rail_sources import Entries, ForeignSource, PersonalSource
from streamapi.clients import Variant
from streamapi.responsecache import warming
from streamapi.responsecache.marks import ATTRIBUTE, Marks
from tests.contract import Contract
from tests.factories import accounts, catalog

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def titles(publish):
    """Make published titles, the first the most popular."""

    def titles(count, **fields):
        made = [
            catalog.title(f"Title {n}", popularity=100 - n, **fields)
            for n in range(count)
        ]
        publish(*made)
        return made

    return titles


@pytest.fixture
def windowed(publish):
    """A published title with one window."""

    def windowed(starts_at=None, ends_at=None, territories=(), **fields):
        made = catalog.title(**fields)
        AvailabilityWindow.objects.create(
            title=made,
            starts_at=starts_at,
            ends_at=ends_at,
            announced_at=starts_at and NOON - DAY,
            territories=list(territories),
        )
        return publish(made)

    return windowed


def release(page):
    return releasing.release(page, by=None, now=NOON)


def home(*rails, slug="home"):
    """A released page with rails of these fields."""
    page = catalog.page(slug)
    for fields in rails:
        catalog.rail(page, **fields)
    release(page)
    return page


def names(rail):
    return [card["name"] for card in rail["results"]]


def marks_of(slug="home", territory="US"):
    request = APIRequestFactory().get(f"/v1/pages/{slug}")
    request.variant = Variant("en", territory)
    request.user = AnonymousUser()
    setattr(request, ATTRIBUTE, Marks())
    PageViewSet.as_view({"get": "retrieve"})(request, slug=slug)
    return getattr(request, ATTRIBUTE)


class TestAPage:
    def test_comes_whole_in_one_answer(self, get, titles):
        first, second, *others = titles(9)
        page = home(
            {
                "layout": "hero",
                "titles": [second],
                "names": {"en": "Top", "de": "Oben"},
            },
            {"source": "rule", "names": {"en": "Popular", "de": "Beliebt"}},
        )
        answer = get("/v1/pages/home", lang="de")
        assert answer["id"] == page.public_id
        assert answer["slug"] == "home"
        assert answer["name"] == "Home"
        assert answer["version"] == 1
        assert answer["expires_at"] is None
        hero, popular = answer["rails"]
        assert hero["name"] == "Oben"
        assert hero["layout"] == "hero"
        assert hero["source"] == "curated"
        assert hero["of"] == "titles"
        assert hero["audience"] is hero["url"] is hero["next"] is None
        (card,) = hero["results"]
        assert card["id"] == second.public_id
        assert card["added_at"] == "2026-03-01T12:00:00Z"
        assert card["available_from"] is card["available_until"] is None
        assert popular["name"] == "Beliebt"
        assert names(popular) == [one.original_name for one in (first, *others)]

    def test_is_not_there_until_it_is_released(self, api, titles):
        page = catalog.page("home")
        catalog.rail(page, titles=titles(1))
        assert api.get("/v1/pages/home").status_code == 404
        release(page)
        assert api.get("/v1/pages/home").status_code == 200

    def test_an_edit_shows_when_it_is_released(self, get, titles):
        one, other = titles(2)
        page = home({"titles": [one]})
        catalog.rail(page, titles=[other])
        assert len(get("/v1/pages/home")["rails"]) == 1
        release(page)
        assert len(get("/v1/pages/home")["rails"]) == 2

    def test_leaves_out_empty_rails(self, get, titles):
        titles(1)
        home({"titles": []}, {"source": "leaving_soon"}, {"source": "new"})
        assert [rail["source"] for rail in get("/v1/pages/home")["rails"]] == ["new"]

    def test_pages_are_listed_in_their_order(self, get, titles):
        titles(1)
        for place, slug in enumerate(("movies", "home")):
            page = catalog.page(slug, position=1 - place)
            catalog.rail(page, "new")
            release(page)
        below = catalog.page("kids", parent=page, position=2)
        catalog.rail(below, "new")
        release(below)
        listed = get("/v1/pages")["results"]
        assert [one["slug"] for one in listed] == ["home", "movies", "kids"]
        assert [one["parent"] for one in listed] == [None, None, "home"]


class TestWhatIsShown:
    def test_never_the_unpublished_the_closed_or_what_is_for_older_ones(
        self, api, titles, windowed
    ):
        (shown,) = titles(1)
        gone = titles(1)[0]
        publishing.unpublish(gone, by=None, now=NOON)
        hidden = [
            gone,
            catalog.title("A draft"),
            windowed(ends_at=NOON),
            windowed(starts_at=NOON + 60 * DAY),
            windowed(territories=["DE"]),
            titles(1, min_age=16)[0],
        ]
        home(
            {"titles": [*hidden, shown]},
            *(
                {"source": name, "layout": source.layouts[0]}
                for name, source in rail_sources.offered().items()
                if name != "curated"
            ),
        )
        answer = api.get("/v1/pages/home", {"maturity": 12}).json()
        assert {
            card["id"]
            for rail in answer["rails"]
            if rail["of"] == "titles"
            for card in rail["results"]
        } == {shown.public_id}

    def test_windows_are_followed_to_the_second(self, api, at_noon, windowed):
        title = windowed(starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR)
        home({"titles": [title]})
        seen = []
        for moment in (HOUR - timedelta(seconds=1), HOUR, 2 * HOUR):
            at_noon.move_to(NOON + moment)
            seen.append(len(api.get("/v1/pages/home").json()["rails"]))
        assert seen == [0, 1, 0]

    def test_leaving_soon_is_what_ends_within_the_month_nearest_first(
        self, get, windowed
    ):
        late = windowed(ends_at=NOON + 9 * DAY)
        soon = windowed(ends_at=NOON + 2 * DAY)
        windowed(ends_at=NOON + 40 * DAY)
        windowed()
        goes_on = windowed(ends_at=NOON + DAY)
        goes_on.windows.create(starts_at=NOON + DAY, ends_at=NOON + 90 * DAY)
        publishing.publish(goes_on, by=None, now=NOON)
        home({"source": "leaving_soon"})
        (rail,) = get("/v1/pages/home")["rails"]
        assert [card["id"] for card in rail["results"]] == [
            soon.public_id,
            late.public_id,
        ]
        assert rail["results"][0]["available_until"] == "2026-03-03T12:00:00Z"

    def test_coming_soon_is_what_opens_within_the_month(self, get, windowed):
        later = windowed(starts_at=NOON + 9 * DAY)
        next_ = windowed(starts_at=NOON + DAY)
        windowed(starts_at=NOON + 40 * DAY)
        windowed(starts_at=NOON + DAY, territories=["DE"])
        windowed(starts_at=NOON + DAY, min_age=18)
        home({"source": "coming_soon"})
        (rail,) = get("/v1/pages/home", maturity=12)["rails"]
        assert [card["id"] for card in rail["results"]] == [
            next_.public_id,
            later.public_id,
        ]
        assert rail["results"][0]["available_from"] == "2026-03-02T12:00:00Z"
        assert rail["results"][0]["available_until"] is None

    def test_the_newest_come_first(self, get, titles, at_noon):
        old = titles(1)
        at_noon.move_to(NOON + DAY)
        new = catalog.title("New")
        publishing.publish(new, by=None, now=NOON + DAY)
        home({"source": "new"})
        (rail,) = get("/v1/pages/home")["rails"]
        assert names(rail) == ["New", old[0].original_name]

    def test_a_top_ten_ends_with_the_tenth(self, get, titles):
        titles(12)
        home({"source": "top_ten", "layout": "top_ten", "size": 20})
        (rail,) = get("/v1/pages/home")["rails"]
        assert len(rail["results"]) == 10
        assert rail["next"] is None

    def test_charts_of_the_territory_come_first_popularity_completes_them(
        self, api, get, titles
    ):
        made = titles(5)
        for place, (territory, title) in enumerate(
            [("US", made[3]), ("US", made[4]), ("DE", made[2])]
        ):
            for chart in ("top", "trending"):
                ChartEntry.objects.create(
                    chart=chart,
                    territory=territory,
                    position=place,
                    title=title,
                    score=1,
                )
        home({"source": "top_ten", "layout": "top_ten"}, {"source": "trending"})
        expected = [made[3], made[4], made[0], made[1], made[2]]
        for rail in get("/v1/pages/home")["rails"]:
            assert names(rail) == [title.original_name for title in expected]
            assert rail["next"] is None
        elsewhere = api.get(
            "/v1/pages/home", headers={"CloudFront-Viewer-Country": "DE"}
        ).json()
        assert names(elsewhere["rails"][0])[0] == made[2].original_name

    def test_a_source_of_one_kind(self, get, titles, publish):
        titles(1)
        publish(catalog.series("Show"))
        home({"source": "new", "argument": "series"})
        assert names(get("/v1/pages/home")["rails"][0]) == ["Show"]

    def test_a_rule_asks_for_what_it_says(self, get, publish):
        basic = accounts.make_package("basic")
        wanted = catalog.title("Wanted", year=1994, genres=("drama", "crime"))
        wanted.packages.set([basic])
        others = [
            catalog.title("Too old", year=1989, genres=("drama",)),
            catalog.title("Too new", year=2000, genres=("drama",)),
            catalog.title("A horror", year=1995, genres=("drama", "horror")),
            catalog.title("No drama", year=1995, genres=("comedy",)),
            catalog.title("Free", year=1995, genres=("drama",)),
        ]
        for other in others[:-1]:
            other.packages.set([basic])
        publish(wanted, *others)
        rule = {
            "kind": "movie",
            "genres": ["drama"],
            "without": ["horror"],
            "year_from": 1990,
            "year_to": 1999,
            "packages": ["basic"],
            "languages": ["en"],
            "max_age": 6,
            "sort": "name",
        }
        home(
            {"source": "rule", "rule": rule},
            {"source": "rule", "rule": {"is_free": True}},
        )
        ruled, free = get("/v1/pages/home")["rails"]
        assert names(ruled) == ["Wanted"]
        assert names(free) == ["Free"]


class TestRepetition:
    def test_the_first_screen_does_not_repeat_itself(self, get, titles):
        made = titles(16)
        home(
            {"layout": "hero", "titles": made[:2]},
            {"source": "top_ten", "layout": "top_ten", "size": 3},
            {"source": "rule", "size": 2},
            {"source": "trending", "size": 20},
            {"source": "rule", "size": 3},
        )
        shown = [names(rail) for rail in get("/v1/pages/home")["rails"]]
        everything = [title.original_name for title in made]
        assert shown == [
            everything[:2],
            everything[:3],
            everything[3:5],
            everything[5:],
            everything[:3],
        ]

    def test_a_rail_is_not_thinned_away(self, get, titles):
        made = titles(8)
        home({"titles": made[:3]}, {"source": "rule"})
        shown = [names(rail) for rail in get("/v1/pages/home")["rails"]]
        assert shown[1] == [title.original_name for title in made]

    def test_a_thinned_rail_goes_on_where_it_stopped(self, get, titles):
        made = titles(9)
        home({"titles": made[:3]}, {"source": "rule", "size": 2})
        rail = get("/v1/pages/home")["rails"][1]
        assert names(rail) == [title.original_name for title in made[3:5]]
        rest = get(f"/v1/rails/{rail['id']}", cursor=rail["next"], limit=9)
        assert names(rest) == [title.original_name for title in made[5:]]
        assert rest["next"] is None


class TestMoreOfARail:
    @pytest.mark.parametrize(
        "fields",
        [
            {"source": "rule", "rule": {"sort": "name"}},
            {"source": "rule"},
            {"source": "new"},
            {"source": "curated"},
            {"source": "leaving_soon"},
        ],
    )
    def test_each_entry_comes_once_in_the_order_of_the_rail(
        self, get, windowed, fields
    ):
        made = [
            windowed(ends_at=NOON + (n + 1) * DAY, popularity=n * 7 % 5, name=f"N {n}")
            for n in range(7)
        ]
        if fields["source"] == "curated":
            fields = {**fields, "titles": list(reversed(made))}
        home({"size": 2, **fields})
        (rail,) = get("/v1/pages/home")["rails"]
        shown, cursor = names(rail), rail["next"]
        whole = get(f"/v1/rails/{rail['id']}", limit=100)
        while cursor:
            part = get(f"/v1/rails/{rail['id']}", cursor=cursor)
            assert len(part["results"]) <= 2
            shown, cursor = shown + names(part), part["next"]
        assert shown == names(whole)
        assert sorted(shown) == sorted(title.original_name for title in made)

    def test_a_cursor_of_another_rail_is_refused(self, api, get, titles):
        titles(5)
        home({"source": "rule", "size": 2}, {"source": "new", "size": 2})
        one, other = get("/v1/pages/home")["rails"]
        answer = api.get(f"/v1/rails/{other['id']}", {"cursor": one["next"]})
        assert answer.status_code == 400
        assert answer.json()["code"] == "invalid_cursor"

    def test_unknown_rails_and_those_for_others_are_not_found(self, api, titles):
        page = home({"titles": titles(1), "form_factors": ["tv"]})
        rail = page.rails.get().public_id
        assert api.get("/v1/rails/ra_nothing").status_code == 404
        assert api.get(f"/v1/rails/{rail}").status_code == 404
        assert api.get(f"/v1/rails/{rail}?form_factor=tv").status_code == 200


class TestTargeting:
    @pytest.mark.parametrize(
        ("fields", "asked", "other"),
        [
            ({"form_factors": ["tv"]}, {"form_factor": "tv"}, {"form_factor": "phone"}),
            ({"languages": ["de"]}, {"lang": "de"}, {"lang": "en"}),
            ({"maturity_to": 7}, {"maturity": "7"}, {"maturity": "12"}),
            ({"maturity_from": 16}, {"maturity": "18"}, {"maturity": "12"}),
            ({"territories": ["US"]}, {}, None),
            ({"territories": ["DE"], "excluded": True}, {}, None),
            ({"territories": ["DE"]}, None, {}),
            ({"territories": ["US"], "excluded": True}, None, {}),
        ],
    )
    def test_shows_a_rail_to_those_it_is_for(self, get, titles, fields, asked, other):
        home({"titles": titles(1), **fields})
        if asked is not None:
            assert get("/v1/pages/home", **asked)["rails"]
        if other is not None:
            assert not get("/v1/pages/home", **other)["rails"]

    def test_by_package_is_said_and_left_to_the_client(self, get, titles):
        basic = accounts.make_package("basic")
        home({"titles": titles(1), "packages": [basic], "holders": False})
        (rail,) = get("/v1/pages/home")["rails"]
        assert rail["audience"] == {"packages": ["basic"], "holders": False}

    def test_a_schedule_is_followed_to_the_second(self, api, at_noon, titles):
        home(
            {"titles": titles(1), "starts_at": NOON + HOUR, "ends_at": NOON + 2 * HOUR}
        )
        seen = []
        for moment in (HOUR - timedelta(seconds=1), HOUR, 2 * HOUR):
            at_noon.move_to(NOON + moment)
            seen.append(len(api.get("/v1/pages/home").json()["rails"]))
        assert seen == [0, 1, 0]


class TestOtherApps:
    @pytest.fixture
    def sources(self, monkeypatch):
        """Those of apps that come with a test, so no document names their entries."""
        monkeypatch.setattr(Contract, "faults_of", lambda *_: [])
        monkeypatch.setattr(rail_sources, "_sources", dict(rail_sources.offered()))

    def test_fill_rails_of_their_own(self, get, titles, sources):
        asked = []

        def fill(asks, variant, now):
            asked.append(list(asks))
            return [
                Entries(
                    [orjson.dumps({"n": ask.argument, "after": ask.after}).decode()],
                    after=None if ask.after else "7",
                    tags=["odd"],
                    changes_at=NOON + HOUR,
                )
                for ask in asks
            ]

        rail_sources.register(ForeignSource("odd", "Oddities", "things", fill))
        home(
            {"source": "odd", "layout": "channel", "argument": "a"},
            {"titles": titles(1)},
            {"source": "odd", "layout": "channel", "argument": "b", "size": 3},
        )
        answer = get("/v1/pages/home")
        assert [rail["of"] for rail in answer["rails"]] == [
            "things",
            "titles",
            "things",
        ]
        assert [[ask.argument for ask in asks] for asks in asked] == [["a", "b"]]
        assert answer["expires_at"] == "2026-03-01T13:00:00Z"
        last = answer["rails"][-1]
        rest = get(f"/v1/rails/{last['id']}", cursor=last["next"])
        assert rest == {"results": [{"n": "b", "after": "7"}], "next": None}
        assert "odd" in marks_of().tags

    def test_name_the_address_of_a_personal_rail(self, get, titles, sources):
        rail_sources.register(PersonalSource("mine", "Mine", "/v1/me/mine"))
        page = home({"source": "mine"})
        (rail,) = get("/v1/pages/home")["rails"]
        assert rail["of"] == "personal"
        assert rail["url"] == "/v1/me/mine"
        assert rail["results"] == []
        assert get(f"/v1/rails/{page.rails.get().public_id}")["results"] == []

    def test_an_app_that_went_leaves_no_hole(self, get, titles, sources):
        rail_sources.register(PersonalSource("mine", "Mine", "/v1/me/mine"))
        home({"source": "mine"}, {"titles": titles(1)})
        del rail_sources._sources["mine"]
        assert len(get("/v1/pages/home")["rails"]) == 1

    def test_playback_offers_what_it_has(self):
        offered = rail_sources.offered()
        assert offered["continue_watching"].url == "/v1/me/continue-watching"
        assert offered["watchlist"].url == "/v1/me/watchlist"


class TestLifetimesAndPurges:
    def test_a_page_ends_when_a_window_or_a_schedule_changes_it(self, windowed, titles):
        windowed(ends_at=NOON + 3 * HOUR)
        windowed(ends_at=NOON + HOUR, territories=["DE"])
        home({"titles": titles(1), "starts_at": NOON + 5 * HOUR}, {"source": "new"})
        assert marks_of().expires_at == NOON + 3 * HOUR
        assert marks_of(territory="DE").expires_at == NOON + HOUR

    def test_also_by_a_rail_that_is_not_shown_yet(self, titles):
        made = titles(1)
        home({"titles": made, "starts_at": NOON + HOUR}, {"titles": made})
        assert marks_of().expires_at == NOON + HOUR

    def test_a_page_carries_what_can_change_it(self, titles):
        one, other = titles(2)
        few = home({"titles": [one, other]}, slug="few")
        rules = home({"titles": [one]}, {"source": "rule"}, slug="rules")
        many = home({"titles": titles(45)}, slug="many")
        assert marks_of("few").tags == {
            f"page:{few.pk}",
            f"title:{one.pk}",
            f"title:{other.pk}",
        }
        assert marks_of("rules").tags == {f"page:{rules.pk}", "titles"}
        assert marks_of("many").tags == {f"page:{many.pk}", "titles"}


class TestWarming:
    def test_takes_home_before_what_comes_after_it(self, titles):
        titles(1)
        for place, slug in enumerate(("movies", "home")):
            page = catalog.page(slug, position=1 - place)
            catalog.rail(page, "new")
            release(page)
        catalog.page("draft")
        assert list(warming.named_paths()) == ["/v1/pages/home", "/v1/pages/movies"]


class TestTheQueries:
    def test_are_as_many_for_twelve_rails_as_for_two(
        self, api, titles, windowed, django_assert_num_queries
    ):
        made = titles(25)
        windowed(ends_at=NOON + DAY)
        page = home({"titles": made[:20]}, {"source": "rule"})
        with django_assert_num_queries(5):
            api.get("/v1/pages/home")
        for _ in range(5):
            catalog.rail(page, titles=made)
            catalog.rail(page, "rule", rule={"year_from": 1990})
        release(page)
        with django_assert_num_queries(5):
            answer = api.get("/v1/pages/home").json()
        assert len(answer["rails"]) == 12
        assert Rail.objects.count() == 12
