"""Broadcasts tied to the catalogue, and found by its search."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.test import TestCase

from catalog import publishing
from catalog.naming import Named
from channels import linking, series_names, versions
from channels.linking import NOTHING, Broadcast, Link
from channels.models import EpgSource, LinkRule, Programme, SeriesName
from tests.channels.test_imports import document, element
from tests.factories import catalog
from tests.factories.channels import NOON, make_channel, make_feed, make_programme

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def published(title):
    with TestCase.captureOnCommitCallbacks(execute=True):
        publishing.publish(title, by=None, now=NOON)
    return title


def film(name="Harbour", year=2020):
    return published(catalog.title(name, year=year))


def show(name="Tides"):
    return published(catalog.series(name, seasons=(2,)))


@pytest.fixture
def feed(tmp_path):
    """A source with a file that a test writes and imports."""
    source = make_feed(location=str(tmp_path / "feed.xml"))

    def run(*elements, **options):
        (tmp_path / "feed.xml").write_text(document(*elements))
        with TestCase.captureOnCommitCallbacks(execute=True):
            return versions.run_import(
                EpgSource.objects.get(pk=source.pk), now=NOON, **options
            )

    return run


def on(title="", **fields):
    return Programme.objects.get(**({"title": title} if title else {}) | fields)


FILM = Named("ti_film", "movie", 2020, {})
SERIES = Named("ti_show", "series", 2019, {(1, 2): "ep_2"})


class TestLikelihood:
    @pytest.mark.parametrize(
        ("fact", "titles", "link"),
        [
            (("2020", True), [FILM], Link("ti_film", 98)),
            (("2021", False), [FILM], Link("ti_film", 90)),
            (("1999", True), [FILM], NOTHING),
            ((None, True), [FILM], Link("ti_film", 80)),
            ((None, False), [FILM], NOTHING),
            (("19xx", True), [FILM], Link("ti_film", 80)),
            (("2020", True), [FILM, SERIES], Link("ti_film", 98)),
            ((None, True), [SERIES], NOTHING),
            ((None, False), [SERIES], Link("ti_show", 75)),
            ((None, False), [SERIES, Named("ti_b", "series", 2001, {})], NOTHING),
            ((None, False), [], NOTHING),
        ],
    )
    def test_without_numbers(self, fact, titles, link):
        year, is_film = fact
        broadcast = Broadcast("key", "Title", None, None, year, is_film)
        assert linking.best(broadcast, titles) == link

    @pytest.mark.parametrize(
        ("number", "link"),
        [
            ((1, 2), Link("ep_2", 95)),
            ((1, 9), Link("ti_show", 85)),
            ((None, 2), Link("ti_show", 85)),
        ],
    )
    def test_with_numbers(self, number, link):
        broadcast = Broadcast("key", "Title", *number, None, False)
        assert linking.best(broadcast, [SERIES, FILM]) == link


class TestImportsLink:
    def test_films_and_episodes(self, feed):
        movie, series = film(), show()
        feed(
            element("06:00", "08:00", "Harbour", inner="<date>2020</date>"),
            element(
                "08:00",
                "09:00",
                "Tides!",
                inner='<episode-num system="xmltv_ns">0.1.</episode-num>',
            ),
            element("09:00", "10:00", "Unknown"),
        )
        assert on("Harbour").content_id == movie.public_id
        assert on("Harbour").link_confidence == 98
        episode = series.seasons.get(number=1).episodes.get(number=2)
        assert on("Tides!").content_id == episode.public_id
        assert (on("Unknown").content_id, on("Unknown").link_confidence) == ("", None)

    def test_a_programme_that_changes_loses_a_link_that_no_longer_fits(self, feed):
        film()
        feed(element("06:00", "08:00", "Harbour", inner="<date>2020</date>"))
        feed(element("06:00", "08:00", "Other", inner="<date>2020</date>"))
        assert on("Other").content_id == ""

    def test_the_same_file_again_changes_nothing(self, feed):
        film()
        text = element("06:00", "08:00", "Harbour", inner="<date>2020</date>")
        feed(text)
        before = on("Harbour").link_confidence
        assert feed(text, force=True).state == "unchanged"
        assert on("Harbour").link_confidence == before

    def test_a_title_that_came_later(self, feed):
        feed(element("16:00", "18:00", "Harbour", inner="<date>2020</date>"))
        movie = film()
        said = StringIO()
        with time_machine.travel(NOON, tick=False):
            call_command("link_guide", stdout=said)
        assert said.getvalue().startswith("1 programmes")
        assert on("Harbour").content_id == movie.public_id
        movie.published.all().delete()
        assert linking.link_ahead(NOON) == 1
        assert on("Harbour").content_id == ""


class TestEditors:
    def test_a_correction_survives_every_import(self, feed):
        film()
        right = film("Harbour Lights", 2021)
        text = element("06:00", "08:00", "Harbour", inner="<date>2020</date>")
        feed(text)
        linking.correct(on("Harbour"), right.public_id)
        assert on("Harbour").content_id == right.public_id
        assert on("Harbour").link_confidence == 100
        later = element("16:00", "18:00", "Harbour", inner="<date>2020</date>")
        feed(element("06:30", "08:00", "Harbour", inner="<date>2020</date>"), later)
        assert {p.content_id for p in Programme.objects.all()} == {right.public_id}

    def test_nothing_is_a_correction_too(self, feed):
        film()
        feed(element("06:00", "08:00", "Harbour", inner="<date>2020</date>"))
        linking.correct(on("Harbour"), "")
        assert on("Harbour").content_id == ""
        feed(element("06:00", "09:00", "Harbour", inner="<date>2020</date>"))
        assert on("Harbour").content_id == ""

    def test_a_series_finds_its_episodes_and_one_may_differ(self, feed):
        series = show("The Long Name")
        number = '<episode-num system="xmltv_ns">0.{}.</episode-num>'
        feed(
            element("06:00", "07:00", "Tides", inner=number.format(0)),
            element("07:00", "08:00", "Tides", inner=number.format(1)),
            element("08:00", "09:00", "Tides", inner=number.format(7)),
        )
        first, second = series.seasons.get(number=1).episodes.order_by("number")
        linking.correct(on(episode=1), series.public_id)
        assert on(episode=1).content_id == first.public_id
        assert on(episode=2).content_id == second.public_id
        assert on(episode=8).content_id == series.public_id
        linking.correct(on(episode=8), second.public_id)
        assert on(episode=8).content_id == second.public_id
        assert str(LinkRule.objects.get(episode=8)) == f"tides → {second.public_id}"

    def test_what_was_set_on_a_programme_goes_with_it(self, feed):
        before, after = element("05:00", "06:00"), element("10:00", "11:00", "Cricket")
        feed(before, element("06:00", "08:00", "Harbour"), after)
        Programme.objects.filter(title="Harbour").update(
            can_catch_up=False, content_id="ti_hand", is_linked_by_hand=True
        )
        feed(before, element("06:10", "08:10", "Harbour"), after)
        moved = on("Harbour")
        assert (moved.can_catch_up, moved.content_id) == (False, "ti_hand")
        assert moved.is_linked_by_hand
        assert on("Cricket").can_catch_up is None


class TestNames:
    def test_kept_with_the_guide_and_forgotten_with_it(self, feed):
        feed(element("06:00", "08:00", "Café Müller"))
        [name] = SeriesName.objects.all()
        assert (str(name), name.folded) == ("Café Müller", "cafe muller")
        versions.prune(before=NOON)
        assert not SeriesName.objects.exists()

    def test_a_guide_that_came_without_an_import(self):
        make_programme(
            make_channel(),
            title="Tides",
            series_key="tides",
            translations={"de": {"title": "Gezeiten"}},
        )
        series_names.keep_all()
        series_names.keep_all()
        assert SeriesName.objects.get().folded == "tides | gezeiten"


class TestSearch:
    @pytest.fixture(autouse=True)
    def noon(self):
        with time_machine.travel(NOON, tick=False):
            yield

    def groups(self, get, q, **query):
        found = get("/v1/search", q=q, **query)["groups"]
        return {group["kind"]: group["results"] for group in found}

    def on_air(self, channel=None, start=NOON + HOUR, **fields):
        fields = {"title": "Tides", "series_key": "tides"} | fields
        channel = channel or make_channel("One", unrated_age=0)
        programme = make_programme(channel, start, **fields)
        series_names.keep_all()
        return programme

    def test_the_next_broadcast(self, get):
        channel = make_channel("One", unrated_age=0)
        self.on_air(channel, NOON - 3 * HOUR)
        upcoming = self.on_air(channel)
        self.on_air(channel, NOON + 5 * HOUR)
        [found] = self.groups(get, "tidse")["programmes"]
        assert found["id"] == upcoming.public_id
        assert found["channel"]["name"] == "One"

    def test_what_ended_or_is_elsewhere_or_above_the_ceiling(self, get):
        self.on_air(start=NOON - 3 * HOUR)
        self.on_air(make_channel("Two", territories=["JP"]))
        self.on_air(make_channel("Three", is_active=False))
        self.on_air(min_age=18)
        assert "programmes" not in self.groups(get, "tides", maturity="12")

    def test_channels(self, get):
        make_channel("Example News")
        make_channel("News")
        assert [c["name"] for c in self.groups(get, "news")["channels"]] == [
            "News",
            "Example News",
        ]

    def test_a_search_for_titles_alone(self, get):
        self.on_air()
        make_channel("Tides")
        assert self.groups(get, "tides", kind="series") == {}
