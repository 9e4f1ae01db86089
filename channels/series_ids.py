"""The id under which devices follow a series: what ties its broadcasts together."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

_PREFIX: Final = "sr_"
_LONGEST: Final = 700


def series_id(series_key: str) -> str | None:
    """The id of a series; ``None`` for what belongs to none."""
    if not series_key:
        return None
    text = urlsafe_b64encode(series_key.encode()).decode().rstrip("=")
    return f"{_PREFIX}{text}"


def parse_series_id(public_id: str) -> str | None:
    """The key of the series; ``None`` for what is no such id."""
    if not public_id.startswith(_PREFIX) or len(public_id) > _LONGEST:
        return None
    text = public_id[len(_PREFIX) :]
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return raw.decode() or None
    except (binascii.Error, ValueError):
        return None
