"""The time forms of XMLTV: any prefix of fourteen digits, and a zone by number or name."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_FORM: Final = re.compile(r"\s*([0-9]{4,14})(?:\s*([+-][0-9:]{1,6})|\s+(\S{1,40}))?\s*")
_WHOLE_FIELDS: Final = frozenset({4, 6, 8, 10, 12, 14})
_MAX_OFFSET: Final = timedelta(hours=15)

# Abbreviations name an offset, not a place. Where one has two meanings, the European
# one is taken, as feeds that still write names are British ones in the main.
_ZONES: Final = {
    "UTC": 0, "GMT": 0, "UT": 0, "Z": 0, "WET": 0,
    "BST": 60, "IST": 60, "WEST": 60, "CET": 60, "MET": 60,
    "CEST": 120, "MEST": 120, "EET": 120, "SAST": 120,
    "EEST": 180, "MSK": 180, "TRT": 180,
    "PKT": 300, "HKT": 480, "SGT": 480, "AWST": 480, "JST": 540, "KST": 540,
    "ACST": 570, "AEST": 600, "ACDT": 630, "AEDT": 660, "NZST": 720, "NZDT": 780,
    "BRT": -180, "ART": -180, "NST": -210, "NDT": -150, "AST": -240, "ADT": -180,
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360,
    "PST": -480, "PDT": -420, "AKST": -540, "AKDT": -480, "HST": -600,
}  # fmt: skip


class TimeInvalid(ValueError):
    """Not a time of XMLTV; ``code`` says in which way."""

    def __init__(self, text: str, code: str = "bad_time") -> None:
        super().__init__(text[:60])
        self.code = code


@lru_cache(maxsize=16384)
def parse_time(text: str) -> datetime:
    """The moment that ``text`` names, in UTC; without a zone it is UTC already."""
    match = _FORM.fullmatch(text)
    if match is None or len(match[1]) not in _WHOLE_FIELDS:
        raise TimeInvalid(text)
    digits = match[1] + "00000101000000"[len(match[1]) :]
    zone = _offset(text, match[2]) if match[2] else _named(text, match[3])
    try:
        local = datetime(
            int(digits[:4]),
            int(digits[4:6]),
            int(digits[6:8]),
            int(digits[8:10]),
            int(digits[10:12]),
            int(digits[12:14]),
            tzinfo=zone,
        )
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise TimeInvalid(text) from error
    if not 1970 <= moment.year < 2200:
        raise TimeInvalid(text, "time_out_of_range")
    return moment


def format_time(moment: datetime) -> str:
    """The one form that every reader takes: fourteen digits, a space, ``+0000``."""
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S +0000")


def _offset(text: str, raw: str) -> tzinfo:
    """From ``+0300``, ``+03:00`` or ``+03``."""
    digits = raw[1:].replace(":", "")
    if len(digits) not in {2, 4} or int(digits[2:] or 0) > 59:
        raise TimeInvalid(text, "bad_zone")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    if offset > _MAX_OFFSET:
        raise TimeInvalid(text, "bad_zone")
    return timezone(-offset if raw[0] == "-" else offset)


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo | None:
    minutes = _ZONES.get(name.upper())
    if minutes is not None:
        return timezone(timedelta(minutes=minutes))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _named(text: str, name: str | None) -> tzinfo:
    if name is None:
        return UTC
    zone = _zone(name)
    if zone is None:
        raise TimeInvalid(text, "unknown_zone")
    return zone
