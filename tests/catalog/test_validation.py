"""What blocks publishing, and what only informs."""

from datetime import UTC, datetime

import pytest

from catalog import publishing
from catalog.models import Episode, Season, TitleTranslation
from tests.factories import catalog

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def found(title, severity):
    return {
        (one.code, one.pointer)
        for one in publishing.examine(title)
        if one.severity == severity
    }


class TestErrors:
    def test_nothing_blocks_a_plain_title(self):
        assert found(catalog.title(), "error") == set()

    def test_an_archived_title(self):
        assert ("archived", "/status") in found(
            catalog.title(status="archived"), "error"
        )

    def test_a_slug_that_looks_like_an_id(self):
        title = catalog.title(slug="ti_looks_like_one")
        assert ("slug_like_id", "/slug") in found(title, "error")

    def test_no_name_in_any_language(self):
        title = catalog.title()
        title.translations.all().delete()
        assert ("name_missing", "/translations") in found(title, "error")

    def test_a_movie_with_seasons(self):
        title = catalog.title()
        Season.objects.create(title=title, number=1)
        assert ("movie_with_seasons", "/seasons") in found(title, "error")

    def test_an_episode_without_a_name(self):
        title = catalog.series(seasons=(1,))
        Episode.objects.create(season=title.seasons.get(), number=2)
        pointer = "/seasons/1/episodes/2/name"
        assert ("episode_name_missing", pointer) in found(title, "error")

    def test_a_picture_whose_size_is_unknown(self):
        title = catalog.series(seasons=(1,))
        season = title.seasons.get()
        title.artwork.create(role="poster", image="a.jpg")
        season.episodes.get().artwork.create(role="still", image="b.jpg")
        errors = found(title, "error")
        assert ("picture_without_size", "/artwork/0") in errors
        pointer = "/seasons/1/episodes/1/artwork/0"
        assert ("picture_without_size", pointer) in errors

    def test_a_picture_too_small_to_be_shown(self):
        title = catalog.title()
        title.artwork.create(role="poster", image="a.jpg", width=199, height=300)
        title.artwork.create(role="tv_hero", image="b.jpg", width=1280, height=720)
        small = {one for one in found(title, "error") if "small" in one[0]}
        assert small == {("picture_too_small", "/artwork/0")}


class TestWarnings:
    def test_what_a_bare_title_lacks(self):
        title = catalog.title(year=None, min_age=None, synopsis="")
        assert found(title, "warning") == {
            ("synopsis_missing", "/translations/en/synopsis"),
            ("translation_missing", "/translations/de"),
            ("year_missing", "/year"),
            ("genre_missing", "/genres"),
            ("rating_missing", "/ratings"),
            ("poster_missing", "/artwork"),
            ("backdrop_missing", "/artwork"),
        }

    def test_a_full_title_has_none(self):
        title = catalog.title(genres=("drama",))
        TitleTranslation.objects.create(
            title=title, language="de", name="x", synopsis="y"
        )
        for role, width, height in (("poster", 600, 900), ("backdrop", 1280, 720)):
            title.artwork.create(
                role=role, image=f"{role}.jpg", width=width, height=height, alt="x"
            )
        assert publishing.examine(title) == []

    def test_a_year_that_differs_from_the_date(self):
        title = catalog.title(year=1999, released_on="2001-05-01")
        assert ("year_differs", "/year") in found(title, "warning")

    def test_a_picture_without_alternative_text(self):
        title = catalog.title()
        title.artwork.create(role="poster", image="a.jpg", width=2, height=3)
        title.artwork.create(role="logo", image="b.jpg", width=2, height=3)
        warnings = found(title, "warning")
        assert ("alt_missing", "/artwork/0/alt") in warnings
        assert ("alt_missing", "/artwork/1/alt") not in warnings

    def test_a_picture_that_will_look_soft(self):
        title = catalog.title()
        for role, width, height in (
            ("poster", 599, 900),
            ("backdrop", 1280, 719),
            ("square", 600, 600),
        ):
            title.artwork.create(role=role, image="a.jpg", width=width, height=height)
        small = {one for one in found(title, "warning") if one[0] == "picture_small"}
        assert small == {
            ("picture_small", "/artwork/0"),
            ("picture_small", "/artwork/1"),
        }

    def test_a_season_without_episodes(self):
        title = catalog.series(seasons=(1, 0))
        assert ("season_empty", "/seasons/2") in found(title, "warning")

    def test_are_kept_with_the_snapshot(self):
        title = catalog.title(year=None)
        publishing.publish(title, by=None, now=NOW)
        codes = {one["code"] for one in title.snapshots.get().findings}
        assert "year_missing" in codes
