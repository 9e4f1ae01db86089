"""What a view notes about the answer it makes: its tags and when it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from streamapi.responsecache.tags import checked

ATTRIBUTE: Final = "cache_marks"
ENVIRON: Final = "streamapi.responsecache.marks"
"""Where the front door finds what the view noted; no client can write there."""


@dataclass(slots=True)
class Marks:
    """Notes on one answer."""

    tags: set[str] = field(default_factory=set)
    expires_at: datetime | None = None
    from_reader: bool = False
    """Whether what it shows may be a little older than the writer."""


def tag(request: Any, *tags: str) -> None:
    """Note what the answer shows: a purge of any of ``tags`` ends it.

    Takes Django's request or DRF's. Outside a cached view it does nothing.
    """
    marks = getattr(request, ATTRIBUTE, None)
    if marks is not None:
        marks.tags |= checked(tags)


def expires_by(request: Any, moment: datetime | None) -> None:
    """End the answer no later than ``moment``, whatever its policy says.

    For the next opening or closing of a window, the end of the running programme; the
    earliest of several calls counts, ``None`` says that there is no such moment.
    """
    if moment is None:
        return
    if moment.tzinfo is None:
        raise ValueError("a moment in time has a time zone")
    marks = getattr(request, ATTRIBUTE, None)
    if marks is not None and (marks.expires_at is None or moment < marks.expires_at):
        marks.expires_at = moment
