"""What devices may see changes through publishing alone, and can be taken back."""

import json
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import documents, publishing
from catalog.models import (
    PublishedCredit,
    PublishedEpisode,
    PublishedGenre,
    PublishedPerson,
    PublishedSeason,
    PublishedTitle,
    Snapshot,
    TitleTranslation,
)
from streamapi.errors import Conflict
from tests.factories import catalog

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def shown(title, language="en"):
    return json.loads(title.published.get(language=language).document)


def rename(title, name):
    title.translations.filter(language="en").update(name=name)


@pytest.fixture
def media():
    """A section named ``media``, as the layer that owns video registers it."""
    found = {}
    before = dict(documents._sections)
    documents.register_section("media", lambda pks: found)
    yield found
    documents._sections.clear()
    documents._sections.update(before)


class TestPublish:
    def test_writes_one_document_for_each_language_of_the_service(self, settings):
        settings.CONTENT_LANGUAGES = ["en", "de", "fr"]
        title = catalog.title("Sunrise")
        publishing.publish(title, by=None, now=NOW)
        assert set(title.published.values_list("language", flat=True)) == {
            "en",
            "de",
            "fr",
        }

    def test_an_edit_is_not_visible_before_it_is_published(self):
        title = catalog.title("Old")
        publishing.publish(title, by=None, now=NOW)
        rename(title, "New")
        assert shown(title)["name"] == "Old"
        publishing.publish(title, by=None, now=NOW)
        assert shown(title)["name"] == "New"

    def test_borrows_only_the_text_that_is_missing(self):
        title = catalog.title("Sunrise", synopsis="A song of two humans.")
        TitleTranslation.objects.create(
            title=title, language="de", name="Sonnenaufgang"
        )
        publishing.publish(title, by=None, now=NOW)
        german = shown(title, "de")
        assert german["name"] == "Sonnenaufgang"
        assert german["synopsis"] == "A song of two humans."
        assert german["language"] == "de"

    def test_falls_back_to_the_original_language_last(self, settings):
        settings.CONTENT_LANGUAGES = ["en", "de"]
        title = catalog.title("Tokyo", original_language="ja")
        title.translations.all().delete()
        TitleTranslation.objects.create(title=title, language="fr", name="Voyage")
        TitleTranslation.objects.create(title=title, language="ja", name="東京物語")
        publishing.publish(title, by=None, now=NOW)
        assert shown(title, "de")["name"] == "東京物語"

    def test_says_why_it_refuses_and_shows_nothing(self):
        title = catalog.series("Empty", seasons=())
        with pytest.raises(publishing.PublishRefused) as refused:
            publishing.publish(title, by=None, now=NOW)
        assert refused.value.extra["errors"] == [
            {
                "pointer": "/seasons",
                "code": "series_empty",
                "detail": "The series has no episode.",
            }
        ]
        assert not title.published.exists()
        assert not title.snapshots.exists()

    def test_shows_seasons_episodes_people_and_genres(self):
        title = catalog.series("Harbour", seasons=(2, 1), genres=("drama",))
        catalog.credit(title, "Ada Example", character="Captain")
        publishing.publish(title, by=None, now=NOW)
        document = shown(title)
        assert document["seasons"] == [
            {"number": 1, "name": None, "episode_count": 2},
            {"number": 2, "name": None, "episode_count": 1},
        ]
        assert document["credits"][0]["character"] == "Captain"
        season = PublishedSeason.objects.get(title=title, number=1, language="en")
        assert len(json.loads(season.document)["episodes"]) == 2
        assert PublishedEpisode.objects.filter(title=title).count() == 3
        assert PublishedCredit.objects.get(title=title).person.name == "Ada Example"
        assert PublishedPerson.objects.filter(language="en").count() == 1
        assert PublishedGenre.objects.get(language="en").name == "Drama"

    def test_an_unrated_title_counts_as_for_adults(self):
        title = catalog.title(min_age=None)
        publishing.publish(title, by=None, now=NOW)
        assert title.published.first().min_age == 18
        assert shown(title)["maturity"] is None

    def test_of_several_ratings_the_strictest_counts(self):
        title = catalog.title(min_age=6)
        title.ratings.create(system="mpa", value="R", country="US", min_age=17)
        publishing.publish(title, by=None, now=NOW)
        assert title.published.first().min_age == 17
        assert shown(title)["maturity"] == {"min_age": 17, "label": "R"}

    def test_a_slug_that_another_title_is_shown_under_is_refused(self):
        first = catalog.title(slug="dune")
        publishing.publish(first, by=None, now=NOW)
        type(first).objects.filter(pk=first.pk).update(slug="dune-1984")
        with pytest.raises(publishing.PublishRefused, match="has this slug"):
            publishing.publish(catalog.title(slug="dune"), by=None, now=NOW)

    def test_the_same_content_makes_no_second_snapshot(self):
        title = catalog.title()
        publishing.publish(title, by=None, now=NOW)
        publishing.publish(title, by=None, now=NOW)
        assert title.snapshots.count() == 1

    def test_keeps_the_moment_of_the_first_time(self):
        title = catalog.title()
        publishing.publish(title, by=None, now=NOW)
        later = NOW.replace(year=2027)
        publishing.publish(title, by=None, now=later)
        assert title.first_published_at == NOW
        assert title.published_at == later

    def test_facts_of_the_video_go_to_their_places(self, media):
        title = catalog.series("Harbour", seasons=(1,))
        episode = title.seasons.get().episodes.get()
        media[title.pk] = {
            "runtime_s": 1500,
            "audio_languages": ["en", "ja"],
            "subtitle_languages": ["de"],
            "badges": ["4k"],
            "playable": True,
            "episodes": {episode.public_id: {"runtime_s": 750, "playable": True}},
        }
        publishing.publish(title, by=None, now=NOW)
        document = shown(title)
        assert document["audio_languages"] == ["en", "ja"]
        assert document["subtitle_languages"] == ["de"]
        assert (document["badges"], document["runtime_s"]) == (["4k"], 1500)
        assert document["playable"] is True
        assert "media" not in document
        season = PublishedSeason.objects.get(title=title, language="en")
        (shown_episode,) = json.loads(season.document)["episodes"]
        assert shown_episode["playable"] is True
        assert shown_episode["runtime_s"] == 750
        assert title.published.first().languages == ["en", "ja"]

    def test_other_sections_stand_under_their_name(self):
        before = dict(documents._sections)
        title = catalog.title()
        documents.register_section("awards", lambda pks: {title.pk: {"wins": 3}})
        try:
            publishing.publish(title, by=None, now=NOW)
        finally:
            documents._sections.clear()
            documents._sections.update(before)
        assert shown(title)["awards"] == {"wins": 3}


class TestPublishMany:
    def test_reports_each_title(self):
        good, bad = catalog.title(), catalog.series(seasons=())
        outcomes = {
            one.title_pk: one
            for one in publishing.publish_many([good.pk, bad.pk], by=None, now=NOW)
        }
        assert outcomes[good.pk].published
        assert not outcomes[bad.pk].published
        assert "series_empty" in {one.code for one in outcomes[bad.pk].findings}
        assert PublishedTitle.objects.values("title").distinct().count() == 1

    def test_the_number_of_queries_does_not_grow_with_the_batch(self):
        def queries(count):
            titles = [
                catalog.series(f"Show {n}", seasons=(2,), genres=("drama", "news"))
                for n in range(count)
            ]
            for title in titles:
                catalog.credit(title, f"Person {title.pk}")
            with CaptureQueriesContext(
                connection,
            ) as captured:
                publishing.publish_batch(
                    [title.pk for title in titles], by=None, now=NOW
                )
            return len(captured)

        queries(1)  # genres become known
        assert queries(2) == queries(12)


class TestUnpublish:
    def test_takes_everything_from_devices_and_keeps_snapshots(self):
        title = catalog.series(seasons=(1,))
        catalog.credit(title)
        publishing.publish(title, by=None, now=NOW)
        publishing.unpublish(title, by=None, now=NOW)
        for model in (
            PublishedTitle,
            PublishedSeason,
            PublishedEpisode,
            PublishedCredit,
        ):
            assert not model.objects.exists()
        assert title.status == "unpublished"
        assert title.snapshots.count() == 1

    def test_what_is_not_published_cannot_be_taken_back(self):
        with pytest.raises(Conflict) as refused:
            publishing.unpublish(catalog.title(), by=None, now=NOW)
        assert refused.value.code == "not_published"


class TestRollback:
    def test_shows_the_snapshot_before_and_keeps_the_edit(self):
        title = catalog.title("First")
        publishing.publish(title, by=None, now=NOW)
        rename(title, "Second")
        publishing.publish(title, by=None, now=NOW)
        publishing.rollback(title, by=None, now=NOW)
        assert shown(title)["name"] == "First"
        assert title.translations.get(language="en").name == "Second"

    def test_goes_back_one_step_each_time_and_forward_by_publishing(self):
        title = catalog.title("1")
        for name in ("1", "2", "3"):
            rename(title, name)
            publishing.publish(title, by=None, now=NOW)
        publishing.rollback(title, by=None, now=NOW)
        publishing.rollback(title, by=None, now=NOW)
        assert shown(title)["name"] == "1"
        publishing.publish(title, by=None, now=NOW)
        assert shown(title)["name"] == "3"
        assert title.snapshots.count() == 3

    def test_can_go_to_a_snapshot_by_name(self):
        title = catalog.title("1")
        for name in ("1", "2", "3"):
            rename(title, name)
            publishing.publish(title, by=None, now=NOW)
        publishing.rollback(
            title, by=None, now=NOW, to=Snapshot.objects.get(title=title, number=1)
        )
        assert shown(title)["name"] == "1"

    def test_refuses_when_nothing_was_before(self):
        title = catalog.title()
        publishing.publish(title, by=None, now=NOW)
        with pytest.raises(Conflict) as refused:
            publishing.rollback(title, by=None, now=NOW)
        assert refused.value.code == "nothing_to_roll_back"

    def test_refuses_when_nothing_is_shown(self):
        with pytest.raises(Conflict) as refused:
            publishing.rollback(catalog.title(), by=None, now=NOW)
        assert refused.value.code == "not_published"

    def test_refuses_a_slug_that_went_to_another_title(self):
        title = catalog.title(slug="old")
        publishing.publish(title, by=None, now=NOW)
        type(title).objects.filter(pk=title.pk).update(slug="new")
        publishing.publish(title, by=None, now=NOW)
        publishing.publish(catalog.title(slug="old"), by=None, now=NOW)
        with pytest.raises(Conflict) as refused:
            publishing.rollback(title, by=None, now=NOW)
        assert refused.value.code == "slug_taken"


class TestRefresh:
    def test_brings_new_facts_without_the_unfinished_edit(self, media):
        title = catalog.title("Old")
        publishing.publish(title, by=None, now=NOW)
        rename(title, "Unfinished")
        media[title.pk] = {"playable": True}
        assert publishing.refresh([title.pk], now=NOW) == 1
        assert shown(title)["playable"] is True
        assert shown(title)["name"] == "Old"

    def test_does_not_show_what_is_not_published(self):
        title = catalog.title()
        assert publishing.refresh([title.pk], now=NOW) == 0
        assert not title.published.exists()
