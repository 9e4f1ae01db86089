"""From the rating of a board to an age in years, the one scale that is compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

_SYSTEMS: Final[Mapping[str, Mapping[str, int]]] = {
    "BBFC": {"U": 0, "PG": 8, "12": 12, "12A": 12, "15": 15, "18": 18, "R18": 18},
    "VCHIP": {
        "TV-Y": 0,
        "TV-G": 0,
        "TV-Y7": 7,
        "TV-Y7-FV": 7,
        "TV-PG": 10,
        "TV-14": 14,
        "TV-MA": 17,
    },
    "MPAA": {"G": 0, "PG": 8, "PG-13": 13, "R": 17, "NC-17": 18, "X": 18},
    "CSA": {"TP": 0, "-10": 10, "-12": 12, "-16": 16, "-18": 18},
    "IFCO": {"G": 0, "PG": 8, "12A": 12, "15A": 15, "16": 16, "18": 18},
    "ACB": {"P": 0, "C": 0, "G": 0, "PG": 8, "M": 15, "MA15+": 15, "R18+": 18},
}
_ALIASES: Final = {"USA PARENTAL RATING": "VCHIP", "TV PARENTAL GUIDELINES": "VCHIP"}
_AGE: Final = re.compile(r"(?:FSK|PEGI|AGES?|AB|\+)?\s*-?\s*(\d{1,2})\s*(?:\+|A|PLUS)?")


def age_of(system: str, value: str) -> int | None:
    """The age that one rating stands for; ``None`` when it is not understood."""
    value = value.strip().upper()
    system = system.strip().upper()
    known = _SYSTEMS.get(_ALIASES.get(system, system), {})
    if value in known:
        return known[value]
    match = _AGE.fullmatch(value)
    if match:
        return min(int(match[1]), 18)
    return next((table[value] for table in _SYSTEMS.values() if value in table), None)


def strictest(ratings: Iterable[tuple[str, str]]) -> int | None:
    """The highest age of several ratings; boards differ, children do not."""
    ages = [
        age for system, value in ratings if (age := age_of(system, value)) is not None
    ]
    return max(ages, default=None)
