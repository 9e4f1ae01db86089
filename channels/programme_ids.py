"""From the id of a programme back to its channel and its start."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_FORM: Final = re.compile(r"pg_([0-9a-z]{16})([0-9a-z]{1,7})")


def parse_programme_id(public_id: str) -> tuple[str, datetime] | None:
    """The channel's public id and the start; ``None`` for what is no such id."""
    match = _FORM.fullmatch(public_id)
    if match is None:
        return None
    try:
        return f"ch_{match[1]}", datetime.fromtimestamp(int(match[2], 36), UTC)
    except (ValueError, OverflowError):
        return None
