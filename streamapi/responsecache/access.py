"""The access lines of requests that never reach Django, written in batches.

A batch is small enough to stay in the processor's own memory until it is written.
"""

from __future__ import annotations

import logging
import random
from datetime import UTC, datetime
from time import time
from typing import Final

import orjson

_log = logging.getLogger("access.cached")

_BATCH: Final = 256
_PATHS: Final = 4096


class AccessLines:
    """Collects lines and writes them when there are enough, or when somebody asks.

    They are finished texts: the garbage collector has nothing to look through. What
    repeats, the second and the path, is worked out once.
    """

    def __init__(self, sample: float = 1.0) -> None:
        self._sample = sample
        self._lines: list[str] = []
        self._second = 0
        self._moment = ""
        self._paths: dict[str, str] = {}

    def add(
        self,
        method: str,
        path: str,
        status: str,
        ms: float,
        cache: str,
        request_id: str,
    ) -> None:
        """Note one answered request.

        Method, status and state are words of ours, and a request id was checked: nothing
        in them needs escaping.
        """
        if self._sample < 1 and random.random() >= self._sample:  # noqa: S311 no secret
            return
        at = time()
        second = int(at)
        if second != self._second:
            self._second, self._moment = second, _to_second(second)
        path = self._paths.get(path) or self._escaped(path)
        self._lines.append(
            f'{{"at":"{self._moment}.{int((at - second) * 1e6):06d}+00:00",'
            f'"level":"info","logger":"access","message":"{method} {path} {status}",'
            f'"request_id":"{request_id}","method":"{method}","path":"{path}",'
            f'"status":{status},"ms":{ms:.3f},"cache":"{cache}"}}'
        )
        if len(self._lines) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered."""
        batch, self._lines = self._lines, []
        if batch:
            _log.info("%s", "\n".join(batch))

    def _escaped(self, path: str) -> str:
        if len(self._paths) >= _PATHS:
            self._paths.clear()
        text = self._paths[path] = orjson.dumps(path).decode()[1:-1]
        return text


def _to_second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
