"""Versions of pages: released, rolled back, withdrawn, scheduled; what is in the way."""

from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

import pytest
from django.core.management import call_command
from django.db import transaction

from catalog import (
    page_content,
    page_validation,
    publishing,
    releasing,
    targeting,
)
from catalog.models import PublishedPage, PublishedRail, PublishedTitle
from catalog.rules import Rule
from streamapi.errors import Conflict, InvalidInput
from streamapi.responsecache import purging
from tests.factories import catalog

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def page():
    page = catalog.page("home")
    catalog.rail(page, "new", names={"en": "New", "de": "Neu"})
    return page


def release(page):
    return releasing.release(page, by=None, now=NOON)


def codes(page):
    findings = page_validation.check(page_content.load(page))
    return [(one.severity.value, one.code) for one in findings]


class TestReleasing:
    def test_keeps_a_version_and_shows_it(self, page):
        version = release(page)
        assert version.number == 1
        assert page.live_version == version
        assert page.released_at == NOON
        assert PublishedPage.objects.get().content == version.content
        assert PublishedRail.objects.get().public_id == page.rails.get().public_id

    def test_the_same_again_keeps_no_second_version(self, page):
        assert release(page) == release(page)

    def test_says_whether_an_edit_waits(self, page):
        assert releasing.is_waiting(page)
        release(page)
        assert not releasing.is_waiting(page)
        page.rails.update(names={"en": "Newer"})
        assert releasing.is_waiting(page)

    def test_is_refused_with_every_reason_and_changes_nothing(self, page):
        release(page)
        catalog.rail(page, "curated", layout="channel")
        catalog.rail(page, "gone")
        with pytest.raises(releasing.ReleaseRefused) as refused:
            release(page)
        assert [one["code"] for one in refused.value.extra["errors"]] == [
            "layout_unfit",
            "source_unknown",
        ]
        assert page.versions.count() == 1
        assert PublishedPage.objects.get().number == 1

    def test_a_slug_that_devices_know_as_another_page_is_refused(self, page):
        release(page)
        page.slug = "start"
        page.save()
        other = catalog.page("home")
        catalog.rail(other, "new")
        with pytest.raises(Conflict) as conflict, transaction.atomic():
            release(other)
        assert conflict.value.code == "slug_taken"


class TestRollingBack:
    def test_shows_the_version_before_and_leaves_the_form_alone(self, page):
        first = release(page)
        catalog.rail(page, "top_ten", layout="top_ten")
        release(page)
        assert releasing.rollback(page, now=NOON) == first
        assert page.live_version == first
        assert len(PublishedPage.objects.get().content["rails"]) == 1
        assert PublishedRail.objects.count() == 1
        assert page.rails.count() == 2
        assert release(page).number == 2

    def test_shows_any_version(self, page):
        first = release(page)
        for number in range(2):
            page.rails.update(names={"en": f"Name {number}"})
            release(page)
        assert releasing.rollback(page, now=NOON, to=first) == first

    @pytest.mark.parametrize(
        ("released", "code"), [(False, "not_released"), (True, "nothing_to_roll_back")]
    )
    def test_needs_something_to_go_back_to(self, page, released, code):
        if released:
            release(page)
        with pytest.raises(Conflict) as conflict:
            releasing.rollback(page, now=NOON)
        assert conflict.value.code == code


class TestWithdrawing:
    def test_takes_the_page_from_devices_and_keeps_its_versions(self, page):
        release(page)
        releasing.withdraw(page)
        assert page.live_version is None
        assert not PublishedPage.objects.exists()
        assert not PublishedRail.objects.exists()
        assert page.versions.count() == 1

    def test_of_what_is_not_released_is_refused(self, page):
        with pytest.raises(Conflict):
            releasing.withdraw(page)


class TestSchedule:
    def test_a_page_is_released_when_its_moment_has_come(self, page, capsys):
        page.release_at = NOON
        page.save()
        late = catalog.page("later", release_at=NOON + 9999 * HOUR)
        broken = catalog.page("broken", release_at=NOON)
        call_command("publish_due")
        out, err = capsys.readouterr()
        assert "1 pages released" in out
        assert "broken: The page has no rail." in err
        for one in (page, late, broken):
            one.refresh_from_db()
        assert page.live_version
        assert page.release_at is None
        assert not late.live_version
        assert broken.release_at == NOON


class TestPurges:
    @pytest.fixture
    def purged(self, monkeypatch):
        delivered = []
        monkeypatch.setattr(purging, "_receivers", [delivered.append])
        monkeypatch.setattr(purging, "_pending", WeakKeyDictionary())
        return delivered

    def test_each_change_ends_the_page_and_the_list_of_pages(
        self, page, purged, django_capture_on_commit_callbacks
    ):
        for act in (
            release,
            lambda page: releasing.rollback(page, now=NOON, to=page.live_version),
            releasing.withdraw,
        ):
            with django_capture_on_commit_callbacks(execute=True):
                act(page)
            assert purged.pop() == {"pages", f"page:{page.pk}"}
            assert not purged


class TestFindings:
    def test_of_a_good_page_there_are_none(self):
        page = catalog.page("home", names={"en": "Home", "de": "Start"})
        catalog.rail(page, "new", names={"en": "New", "de": "Neu"})
        assert codes(page) == []

    def test_of_an_empty_page(self):
        assert codes(catalog.page("home", names={})) == [
            ("error", "name_missing"),
            ("error", "page_empty"),
        ]

    def test_warnings_inform(self):
        page = catalog.page("home")
        catalog.rail(page, territories=["XX"])
        catalog.rail(page, "new", layout="hero", names={})
        assert codes(page) == [
            ("warning", "translation_missing"),
            ("warning", "hero_not_first"),
            ("warning", "translation_missing"),
            ("warning", "rail_empty"),
            ("warning", "territory_not_served"),
        ]

    def test_there_is_a_limit_to_rails_and_to_titles_in_one(self, page, monkeypatch):
        monkeypatch.setattr(page_validation, "MAX_RAILS", 1)
        monkeypatch.setattr(page_validation, "MAX_ITEMS", 1)
        catalog.rail(page, titles=[catalog.title(), catalog.title()])
        found = [code for severity, code in codes(page) if severity == "error"]
        assert found == ["too_many_rails", "too_many_items"]

    def test_a_rule_must_be_one(self, page):
        catalog.rail(page, "rule", rule={"kind": "opera"})
        assert ("error", "invalid_rule") in codes(page)


class TestRules:
    @pytest.mark.parametrize(
        ("saved", "pointer"),
        [
            ({"colour": "blue"}, "/rule/colour"),
            ({"kind": "opera"}, "/rule/kind"),
            ({"sort": "chance"}, "/rule/sort"),
            ({"year_from": 2000, "year_to": 1990}, "/rule/year_to"),
        ],
    )
    def test_what_cannot_be_one_is_refused(self, saved, pointer):
        with pytest.raises(InvalidInput) as refused:
            Rule.read(saved)
        assert refused.value.pointer == pointer

    def test_are_kept_without_what_asks_nothing(self):
        saved = {"genres": ["drama"], "max_age": 0, "sort": "release"}
        assert Rule.read(saved).saved() == saved
        assert Rule.read({"kind": "", "sort": "popularity"}).saved() == {}

    @pytest.mark.parametrize(
        ("saved", "words"),
        [
            ({}, "Everything, most popular first"),
            (
                {"kind": "movie", "genres": ["drama", "crime"], "year_from": 1990,
                 "year_to": 1999, "sort": "release"},
                "Movies in drama or crime from 1990 to 1999, latest first",
            ),
            (
                {"kind": "series", "without": ["horror"], "year_from": 2020,
                 "languages": ["de"], "is_free": True, "max_age": 12, "sort": "name"},
                "Series but not in horror since 2020 spoken in de that is free "
                "for ages up to 12, by name",
            ),
            ({"year_to": 1960, "packages": ["basic"], "sort": "addition"},
             "Everything until 1960 of basic, newest here first"),
            ({"keywords": ["heist"], "studios": ["ufa"], "collections": ["bond"]},
             "Everything about heist by ufa from bond, most popular first"),
            ({"year_from": 1999, "year_to": 1999},
             "Everything of 1999, most popular first"),
        ],
    )  # fmt: skip
    def test_say_what_they_ask_for(self, saved, words):
        assert Rule.read(saved).in_words() == words

    @pytest.mark.django_db
    def test_know_keywords_studios_and_collections(self):
        spy, heist, plain = (catalog.title(name) for name in ("Spy", "Heist", "Plain"))
        catalog.keyword(heist, "robbery")
        catalog.studio(spy, "ufa")
        catalog.collection("pair", spy, heist)
        for title in (spy, heist, plain):
            publishing.publish(title, by=None, now=NOON)
        for saved, names in (
            ({"keywords": ["robbery", "nothing"]}, {"Heist"}),
            ({"studios": ["ufa"]}, {"Spy"}),
            ({"collections": ["pair"]}, {"Spy", "Heist"}),
            ({"collections": ["pair"], "studios": ["ufa"]}, {"Spy"}),
        ):
            rows = PublishedTitle.objects.filter(language="en")
            found = Rule.read(saved).apply(rows)
            assert set(found.values_list("name", flat=True)) == names, saved


class TestTargetsInWords:
    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({}, "everyone, always"),
            (
                {"form_factors": ["tv", "phone"], "territories": ["DE", "AT", "CH"]},
                "on televisions and phones, only in DE, AT and CH",
            ),
            ({"territories": ["DE"], "excluded": True}, "everywhere but in DE"),
            ({"maturity_to": 7}, "for profiles up to 7 years"),
            ({"maturity_from": 16}, "for profiles from 16 years"),
            (
                {"maturity_from": 7, "maturity_to": 12, "languages": ["de"]},
                "for profiles from 7 to 12 years, in de",
            ),
            (
                {"starts_at": NOON, "ends_at": NOON + HOUR},
                "from 1 March 2026 12:00 UTC, until 1 March 2026 13:00 UTC",
            ),
        ],
    )
    def test_say_who_sees_the_rail(self, page, fields, words):
        rail = catalog.rail(page, **fields)
        assert targeting.in_words(page_content.rail(rail, [])) == words

    @pytest.mark.parametrize(
        ("holders", "words"),
        [
            (True, "for those who have basic or extra"),
            (False, "for those who do not have basic or extra"),
        ],
    )
    def test_by_package(self, page, holders, words):
        rail = page_content.rail(catalog.rail(page, holders=holders), [])
        assert targeting.in_words({**rail, "packages": ["basic", "extra"]}) == words
