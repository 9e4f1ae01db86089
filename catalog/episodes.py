"""The orders in which the episodes of a series can be gone through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from catalog.content import EpisodeContent, SeasonContent

SPECIALS: Final = 0
"""The number of the season that holds the specials."""
ORDERS: Final = ("season", "watching", "absolute")


class Place(NamedTuple):
    """An episode, its season, and where it stands in each order."""

    season: SeasonContent
    episode: EpisodeContent
    by_season: int
    by_watching: int
    by_absolute: int


def places(seasons: Sequence[SeasonContent]) -> list[Place]:
    """All episodes, season after season, the specials last.

    ``watching``: a special stands where its editor put it, between two episodes.
    ``absolute``: by the number that counts through all seasons; those without, last.
    """
    aired = [
        (season, episode)
        for season in sorted(seasons, key=lambda one: _season_key(one["number"]))
        for episode in season["episodes"]
    ]
    by_watching = _ranks(_watching(*pair) for pair in aired)
    by_absolute = _ranks(_absolute(episode) for _, episode in aired)
    return [
        Place(season, episode, place, by_watching[place], by_absolute[place])
        for place, (season, episode) in enumerate(aired)
    ]


def _season_key(number: int) -> tuple[bool, int]:
    return number == SPECIALS, number


def _watching(
    season: SeasonContent, episode: EpisodeContent
) -> tuple[tuple[bool, int], int, bool]:
    if episode["after"] is None:
        return _season_key(season["number"]), episode["number"], False
    after_season, after_episode = episode["after"]
    return _season_key(after_season), after_episode, True


def _absolute(episode: EpisodeContent) -> tuple[bool, int]:
    number = episode["absolute_number"]
    return number is None, number or 0


def _ranks(keys: Iterable[object]) -> Mapping[int, int]:
    """From the place in the list to the place by key; equal keys keep their order."""
    found = list(keys)
    ordered = sorted(range(len(found)), key=lambda place: (found[place], place))
    return {place: rank for rank, place in enumerate(ordered)}
