"""Windows open and close to the second, in each territory, without anyone saving."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from rest_framework.test import APIRequestFactory

from catalog import availability, publishing
from catalog.models import AvailabilityWindow
from catalog.views import TitleViewSet
from streamapi.clients import Variant
from streamapi.responsecache.marks import ATTRIBUTE, Marks
from tests.factories import accounts, catalog

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def windowed(*windows, **fields):
    """A published title with windows, each (territories, starts_at, ends_at)."""
    title = catalog.title(**fields)
    for territories, starts_at, ends_at in windows:
        excluded = territories[:1] == ["!"]
        AvailabilityWindow.objects.create(
            title=title,
            territories=territories[excluded:],
            excluded=excluded,
            starts_at=starts_at,
            ends_at=ends_at,
        )
    publishing.publish(title, by=None, now=NOON - 9 * HOUR)
    return title


@pytest.fixture
def seen(api):
    """Whether devices in a territory see a title at a moment."""

    def seen(title, moment, territory="US"):
        headers = {"CloudFront-Viewer-Country": territory}
        with time_machine.travel(moment, tick=False):
            page = api.get(f"/v1/titles/{title.slug}", headers=headers)
            listed = api.get("/v1/titles", headers=headers).json()["results"]
        assert (page.status_code == 200) == (
            title.public_id in [card["id"] for card in listed]
        )
        return page.status_code == 200

    return seen


def expires_at(moment, action="list", territory="US", **arguments):
    request = APIRequestFactory().get("/v1/titles")
    request.variant = Variant("en", territory)
    request.user = AnonymousUser()
    setattr(request, ATTRIBUTE, Marks())
    with time_machine.travel(moment, tick=False):
        TitleViewSet.as_view({"get": action})(request, **arguments)
    return getattr(request, ATTRIBUTE).expires_at


class TestWindows:
    def test_are_half_open(self, seen):
        title = windowed(([], NOON, NOON + HOUR))
        assert not seen(title, NOON - SECOND)
        assert seen(title, NOON)
        assert seen(title, NOON + HOUR - SECOND)
        assert not seen(title, NOON + HOUR)

    def test_hold_in_their_territories_only(self, seen):
        title = windowed((["DE", "AT"], NOON, None))
        assert seen(title, NOON, "DE")
        assert not seen(title, NOON, "US")

    def test_or_everywhere_but_there(self, seen):
        title = windowed((["!", "DE"], None, NOON))
        assert seen(title, NOON - SECOND, "US")
        assert not seen(title, NOON - SECOND, "DE")

    def test_several_add_up(self, seen):
        title = windowed((["US"], NOON, NOON + HOUR), (["US"], NOON + 2 * HOUR, None))
        moments = [NOON, NOON + HOUR, NOON + 2 * HOUR]
        assert [seen(title, moment) for moment in moments] == [True, False, True]

    def test_an_edit_counts_once_it_is_published(self, seen):
        title = windowed()
        title.windows.create(territories=["DE"])
        assert seen(title, NOON, "US")
        publishing.publish(title, by=None, now=NOON)
        assert not seen(title, NOON, "US")
        publishing.rollback(title, by=None, now=NOON)
        assert seen(title, NOON, "US")

    def test_cover_seasons_genres_and_people_too(self, api):
        title = catalog.series(seasons=(1,), genres=("drama",))
        credit = catalog.credit(title)
        title.windows.create(starts_at=NOON)
        publishing.publish(title, by=None, now=NOON - HOUR)
        paths = [
            f"/v1/titles/{title.slug}/seasons/1",
            f"/v1/people/{credit.person.public_id}",
        ]
        for moment, status, genres in ((NOON - SECOND, 404, 0), (NOON, 200, 1)):
            with time_machine.travel(moment, tick=False):
                assert [api.get(path).status_code for path in paths] == [status] * 2
                assert len(api.get("/v1/genres").json()["results"]) == genres


class TestLifetimes:
    def test_a_list_ends_at_the_next_opening_or_closing_in_its_territory(self):
        windowed(([], NOON, NOON + 3 * HOUR), (["DE"], None, NOON + HOUR))
        assert expires_at(NOON - HOUR) == NOON
        assert expires_at(NOON) == NOON + 3 * HOUR
        assert expires_at(NOON, territory="DE") == NOON + HOUR
        assert expires_at(NOON + 3 * HOUR) is None

    def test_a_title_ends_when_an_offer_of_it_begins_or_ends(self):
        title = catalog.title()
        title.packages.set([accounts.make_package("all")])
        plan = accounts.make_product("plus", "all")
        accounts.make_offer(plan, starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR)
        publishing.publish(title, by=None, now=NOON)
        arguments = {"action": "retrieve", "id_or_slug": title.slug}
        assert expires_at(NOON, **arguments) == NOON + HOUR
        assert expires_at(NOON + HOUR, **arguments) == NOON + 2 * HOUR
        assert expires_at(NOON + 2 * HOUR, **arguments) is None

    def test_a_title_ends_at_its_own(self):
        title = windowed(([], None, NOON + 2 * HOUR))
        windowed(([], None, NOON + HOUR))
        arguments = {"action": "retrieve", "id_or_slug": title.slug}
        assert expires_at(NOON, **arguments) == NOON + 2 * HOUR
        always = windowed()
        assert expires_at(NOON, "retrieve", id_or_slug=always.slug) is None


class TestAvailableUntil:
    @pytest.mark.parametrize(
        ("windows", "until"),
        [
            ([], None),
            ([([], None, None)], None),
            ([([], None, NOON + HOUR)], "2026-03-01T13:00:00Z"),
            (
                [(["US"], None, NOON + HOUR), ([], NOON + HOUR, NOON + 2 * HOUR)],
                "2026-03-01T14:00:00Z",
            ),
            (
                [([], None, NOON + HOUR), ([], NOON + 2 * HOUR, None)],
                "2026-03-01T13:00:00Z",
            ),
            ([([], None, NOON + HOUR), ([], NOON, None)], None),
        ],
    )
    def test_is_when_the_title_leaves(self, get, windows, until):
        title = windowed(*windows)
        with time_machine.travel(NOON, tick=False):
            assert get(f"/v1/titles/{title.slug}")["available_until"] == until


class TestIsAvailable:
    def test_answers_for_playback(self):
        title = windowed((["US"], NOON, None))
        assert availability.is_available(title.pk, "US", NOON)
        assert not availability.is_available(title.pk, "US", NOON - SECOND)
        assert not availability.is_available(title.pk, "DE", NOON)
        assert availability.is_available(windowed().pk, "DE", NOON)
        assert not availability.is_available(catalog.title().pk, "US", NOON)


class TestFindings:
    def codes(self, title):
        return [
            (one.code, one.detail)
            for one in publishing.examine(title)
            if "window" in one.pointer
        ]

    def test_an_overlap_is_explained(self):
        title = windowed((["US", "DE"], None, NOON), (["DE", "FR"], NOON - HOUR, None))
        assert self.codes(title) == [
            (
                "windows_overlap",
                "Windows 1 and 2 overlap in DE: it may be shown while either is open.",
            )
        ]

    def test_windows_that_touch_or_are_apart_are_fine(self):
        title = windowed(
            (["US"], None, NOON), (["US"], NOON, None), (["!", "US"], None, None)
        )
        assert self.codes(title) == []

    def test_a_territory_that_the_service_does_not_reach(self):
        assert (
            self.codes(windowed((["JP"], None, None)))[0][0] == "territory_not_served"
        )

    def test_a_window_ends_after_it_starts(self):
        window = AvailabilityWindow(title=catalog.title(), starts_at=NOON, ends_at=NOON)
        with pytest.raises(ValidationError, match="ends after it starts"):
            window.full_clean()
        assert str(window).startswith("2026-03-01")
