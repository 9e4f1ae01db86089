"""The access lines of requests that never reach Django, written in batches.

A line costs a hit one append; formatting and writing happen a few times a second.
"""

from __future__ import annotations

import logging
import random
from collections import deque
from datetime import UTC, datetime
from time import time
from typing import Final

import orjson

_log = logging.getLogger("access.cached")

_LIMIT: Final = 50_000

Line = tuple[float, str, str, str, float, str, str]


class AccessLines:
    """Collects lines; beyond the limit the oldest are dropped and counted."""

    def __init__(self, sample: float = 1.0) -> None:
        self._sample = sample
        self._lines: deque[Line] = deque()
        self.dropped = 0

    def add(
        self,
        method: str,
        path: str,
        status: str,
        ms: float,
        cache: str,
        request_id: str,
    ) -> None:
        """Note one answered request."""
        if self._sample < 1 and random.random() >= self._sample:  # noqa: S311 no secret
            return
        if len(self._lines) >= _LIMIT:
            self.dropped += 1
            return
        self._lines.append((time(), method, path, status, ms, cache, request_id))

    def flush(self) -> None:
        """Write what has gathered."""
        batch = [self._lines.popleft() for _ in range(len(self._lines))]
        if batch:
            _log.info("%s", b"\n".join(map(_formatted, batch)).decode())
        if self.dropped:
            dropped, self.dropped = self.dropped, 0
            logging.getLogger("access").warning("%d access lines dropped", dropped)


def _formatted(line: Line) -> bytes:
    at, method, path, status, ms, cache, request_id = line
    return orjson.dumps(
        {
            "at": datetime.fromtimestamp(at, UTC).isoformat(),
            "level": "info",
            "logger": "access",
            "message": f"{method} {path} {status}",
            "request_id": request_id,
            "method": method,
            "path": path,
            "status": int(status),
            "ms": round(ms, 3),
            "cache": cache,
        }
    )
