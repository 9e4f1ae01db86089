"""The demo's own titles are complete in every language."""

from __future__ import annotations

import pytest
from django.conf import settings

from streamapi.demo import content

TITLES = content.titles()


class TestTitles:
    def test_there_are_at_least_sixty_with_both_kinds(self) -> None:
        kinds = [title.kind for title in TITLES]
        assert len(TITLES) >= 60
        assert kinds.count("series") >= 12

    def test_slugs_are_unique(self) -> None:
        assert len({title.slug for title in TITLES}) == len(TITLES)

    @pytest.mark.parametrize("title", TITLES, ids=lambda title: title.slug)
    def test_every_language_has_its_own_words(self, title: content.DemoTitle) -> None:
        assert set(title.texts) == set(settings.CONTENT_LANGUAGES)
        english, german = title.texts["en"], title.texts["de"]
        assert english.synopsis
        assert german.synopsis
        assert english.synopsis != german.synopsis
        assert english.tagline != german.tagline

    @pytest.mark.parametrize("title", TITLES, ids=lambda title: title.slug)
    def test_genres_are_known(self, title: content.DemoTitle) -> None:
        assert title.genres
        assert set(title.genres) <= {genre.slug for genre in content.genres()}

    @pytest.mark.parametrize(
        "title",
        [title for title in TITLES if title.kind == "series"],
        ids=lambda title: title.slug,
    )
    def test_series_have_numbered_episodes_in_every_language(
        self, title: content.DemoTitle
    ) -> None:
        assert title.runtime_s is None
        for season in title.seasons:
            numbers = [episode.number for episode in season.episodes]
            assert numbers == list(range(1, len(numbers) + 1))
            for episode in season.episodes:
                assert set(episode.texts) == set(settings.CONTENT_LANGUAGES)
                assert all(text.synopsis for text in episode.texts.values())

    def test_animated_characters_are_spoken(self) -> None:
        dragon = next(one for one in TITLES if one.slug == "the-paper-dragon")
        voices = [part for part in dragon.parts if part.role == "voice"]
        assert voices[1].character == "The Dragon"

    def test_a_poster_names_those_who_play(self) -> None:
        words = TITLES[0].words("de")
        assert words.title == "Das Licht der Wärterin"
        assert words.names.startswith("Sorcha Delaney · Cillian Mac Ruairí")
