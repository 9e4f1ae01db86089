"""When something counts as started, and when as watched to the end."""

from __future__ import annotations

from typing import Final

_STARTED_MS: Final = 2 * 60_000
_STARTED_SHARE: Final = 0.03
_FINISHED_SHARE: Final = 0.95
_LEFT_OF_EPISODE_MS: Final = 3 * 60_000
_SHORT_MS: Final = 10 * 60_000


def started(position_ms: int, duration_ms: int) -> bool:
    """Beyond two minutes or three per cent, whichever is sooner."""
    return position_ms > min(_STARTED_MS, duration_ms * _STARTED_SHARE)


def finished(position_ms: int, duration_ms: int, end_ms: int, episode: bool) -> bool:
    """At the credits, or nearly at the end where nobody marked them.

    ``end_ms`` is where the credits start, 0 when that is not known. Of an episode less
    than three minutes may be left, unless it is a short one.
    """
    if end_ms:
        return position_ms >= end_ms
    if position_ms >= duration_ms * _FINISHED_SHARE:
        return True
    left = duration_ms - position_ms
    return episode and duration_ms > _SHORT_MS and left < _LEFT_OF_EPISODE_MS
