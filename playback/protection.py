"""Which kind of track a picture is: each kind has a key of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from accounts.features import HD, SD

AUDIO: Final = "audio"
_LIMITS: Final[Mapping[str, float]] = {"sd": SD, "hd": HD, "uhd": float("inf")}


@dataclass(frozen=True, slots=True)
class TrackKey:
    """A key while a package is made with it; never printed."""

    track: str
    kid: UUID
    key: bytes = field(repr=False)


def track_of(height: int) -> str:
    """The kind of a picture of this height: ``sd``, ``hd`` or ``uhd``."""
    return next(name for name, limit in _LIMITS.items() if height <= limit)


def tracks_up_to(height: int) -> tuple[str, ...]:
    """The kinds that somebody needs who may see a picture of this height at most."""
    names = list(_LIMITS)
    return (AUDIO, *names[: names.index(track_of(height)) + 1])


def tracks_of(heights: Iterable[int]) -> tuple[str, ...]:
    """The kinds that a ladder consists of, its sound included."""
    return (AUDIO, *dict.fromkeys(track_of(height) for height in sorted(heights)))
