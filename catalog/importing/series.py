"""Seasons and episodes of imported series: matched by number, so that ids stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from catalog.importing.records import EpisodeRecord, SeasonRecord, Words
from catalog.models import (
    Episode,
    EpisodeTranslation,
    Season,
    SeasonTranslation,
    Title,
)

Given = Sequence[tuple[Title, Sequence[SeasonRecord]]]
_COLUMNS: Final = (
    *("absolute_number", "after_season", "after_episode"),
    *("released_on", "runtime_s"),
)


def save(given: Given) -> None:
    """Add and change seasons and episodes; those that are not given stay."""
    if not given:
        return
    seasons = _seasons(given)
    _translate(
        SeasonTranslation,
        "season",
        [
            (seasons[title.pk, record.number], record.translations)
            for title, records in given
            for record in records
        ],
    )
    pairs = [
        (seasons[title.pk, record.number], episode)
        for title, records in given
        for record in records
        for episode in record.episodes
    ]
    episodes = _episodes(pairs)
    _translate(
        EpisodeTranslation,
        "episode",
        [
            (episodes[season.pk, record.number], record.translations)
            for season, record in pairs
        ],
    )


def _seasons(given: Given) -> dict[tuple[int, int], Season]:
    titles = [title for title, _ in given]
    known = {
        (season.title_id, season.number): season
        for season in Season.objects.filter(title__in=titles)
    }
    new = [
        Season(title=title, number=record.number)
        for title, records in given
        for record in records
        if (title.pk, record.number) not in known
    ]
    for season in Season.objects.bulk_create(new):
        known[season.title_id, season.number] = season
    return known


def _episodes(
    pairs: Sequence[tuple[Season, EpisodeRecord]],
) -> dict[tuple[int, int], Episode]:
    seasons = {season.pk for season, _ in pairs}
    known = {
        (episode.season_id, episode.number): episode
        for episode in Episode.objects.filter(season__in=seasons)
    }
    new, changed = [], []
    for season, record in pairs:
        episode = known.get((season.pk, record.number))
        if episode is None:
            episode = Episode(season=season, number=record.number)
            new.append(episode)
        else:
            changed.append(episode)
        for column in _COLUMNS:
            value = getattr(record, column)
            if value is not None:
                setattr(episode, column, value)
    for episode in Episode.objects.bulk_create(new):
        known[episode.season_id, episode.number] = episode
    Episode.objects.bulk_update(changed, _COLUMNS)
    return known


def _translate(
    model: Any, owner: str, given: Sequence[tuple[Any, Mapping[str, Words]]]
) -> None:
    model.objects.bulk_create(
        [
            model(
                **{owner: one},
                language=language,
                name=words.name,
                synopsis=words.synopsis,
            )
            for one, translations in given
            for language, words in translations.items()
        ],
        update_conflicts=True,
        unique_fields=[owner, "language"],
        update_fields=["name", "synopsis"],
    )
