"""Episode numbers: xmltv_ns, on-screen text and the ids of other systems."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

_ONSCREEN: Final = re.compile(
    r"(?:s(?:eason|eries)?\s*\.?\s*(?P<season>\d{1,4}))?[\s,.:/-]*"
    r"(?:e(?:p(?:isode)?)?\s*\.?\s*(?P<episode>\d{1,5}))?(?:\s*/\s*\d+)?",
    re.IGNORECASE,
)
_CROSS: Final = re.compile(r"(\d{1,4})\s*x\s*(\d{1,5})", re.IGNORECASE)


class EpisodeNumber(NamedTuple):
    """Counted from one, as people count."""

    season: int | None = None
    episode: int | None = None
    part: int | None = None


def best_number(numbering: Iterable[tuple[str, str]]) -> EpisodeNumber:
    """What the numbers of one programme say; ``xmltv_ns`` is the most exact."""
    found = EpisodeNumber()
    for system, value in numbering:
        if system == "xmltv_ns":
            number = _xmltv_ns(value)
            if any(number):
                return number
        elif system == "onscreen" and not any(found):
            found = _onscreen(value)
    return found


def _xmltv_ns(text: str) -> EpisodeNumber:
    """``1.0.0/1`` is season 2, episode 1, part 1; each may be empty or ``X/Y``."""
    fields = [_zero_based(field) for field in text.split(".")[:3]]
    return EpisodeNumber(*fields)


def _zero_based(field: str) -> int | None:
    digits = "".join(field.partition("/")[0].split())
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 6):
        return None
    return int(digits) + 1


def _onscreen(text: str) -> EpisodeNumber:
    """``S01E02``, ``1x02``, ``Series 1, Episode 2``, ``Ep. 7``."""
    text = text.strip()[:60]
    cross = _CROSS.fullmatch(text)
    if cross:
        return EpisodeNumber(int(cross[1]), int(cross[2]))
    match = _ONSCREEN.fullmatch(text)
    if match is None:
        return EpisodeNumber()
    season, episode = match["season"], match["episode"]
    return EpisodeNumber(
        int(season) if season else None, int(episode) if episode else None
    )
