"""Ends connections on which nothing comes any more, with one timer for all of them.

gunicorn starts and stops a timer of the event loop for each request, which costs as much
as everything else that a hit does.
"""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Final

import gevent

_LOOKS: Final = 8
"""How often to look within the time that is allowed; so much later it may end."""


class Silent(BaseException):
    """Thrown into a greenlet that has waited too long; it never leaves the block."""


class Patience:
    """``with patience:`` around waiting for a request; it ends without one when silent."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: dict[Any, float] = {}
        every = seconds / _LOOKS
        self._timer = gevent.get_hub().loop.timer(every, every, ref=False)
        self._timer.start(self.end_the_silent)

    def __enter__(self) -> None:
        self._since[gevent.getcurrent()] = time.monotonic()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> bool:
        self._since.pop(gevent.getcurrent(), None)
        return kind is Silent

    def end_the_silent(self) -> None:
        """Called by the event loop; who has waited longest stands first."""
        limit = time.monotonic() - self._seconds
        silent = []
        for greenlet, since in self._since.items():
            if since > limit:
                break
            silent.append(greenlet)
        for greenlet in silent:
            if self._since.get(greenlet, limit + 1) <= limit:
                greenlet.throw(Silent)

    def stop(self) -> None:
        """Watch no longer."""
        self._timer.stop()
