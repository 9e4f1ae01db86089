"""Where an episode stands in its series, and which one follows: from season documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Season = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """An episode with its numbers and its own name."""

    content_id: str
    season: int
    number: int
    name: str


def place(
    content_id: str, seasons: Sequence[Season]
) -> tuple[Place | None, Place | None]:
    """The episode itself and the one to play after it, if there is one with video.

    ``seasons`` are the published documents of its season and of the one after that.
    """
    here: Place | None = None
    for found, playable in _all(seasons):
        if here is not None and playable:
            return here, found
        if found.content_id == content_id:
            here = found
    return here, None


def _all(seasons: Sequence[Season]) -> Iterator[tuple[Place, bool]]:
    for season in seasons:
        for one in season["episodes"]:
            numbers = season["number"], one["number"]
            yield Place(one["id"], *numbers, one["name"]), one["playable"]
