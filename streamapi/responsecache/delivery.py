"""Takes a purge to where answers are kept, and does not forget one that got stuck."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final
from weakref import WeakSet

from streamapi.responsecache.edgepurges import EdgePurges
from streamapi.responsecache.engine import ResponseCache
from streamapi.responsecache.shared import CacheDown, SharedLevel

_log = logging.getLogger(__name__)

_RETRY_S: Final = 0.5


class Delivery:
    """Purges the memory of this process, then Redis and through it every other process,
    and the edge if there is one that can be told.

    While Redis is down a purge waits here and is sent as soon as it is back: what Redis
    still holds from before must not come back to life.
    """

    def __init__(
        self,
        shared: Callable[[], SharedLevel],
        sleep: Callable[[float], None] = time.sleep,
        edge: EdgePurges | None = None,
    ) -> None:
        self._shared = shared
        self._edge = edge
        self._sleep = sleep
        self._lock = threading.Lock()
        self._unsent: set[str] = set()
        self._retrying = False
        self._caches: WeakSet[ResponseCache] = WeakSet()

    def attach(self, cache: ResponseCache) -> None:
        """Purge the memory of ``cache`` too."""
        self._caches.add(cache)

    @property
    def unsent(self) -> frozenset[str]:
        """What Redis has not been told yet."""
        return frozenset(self._unsent)

    @property
    def unsent_to_edge(self) -> frozenset[str]:
        """What the edge has not been told yet."""
        return frozenset() if self._edge is None else self._edge.unsent

    def deliver(self, tags: frozenset[str]) -> None:
        """Purge; never fails."""
        for cache in list(self._caches):
            cache.purge(tags)
        with self._lock:
            self._unsent |= tags
        if not self.flush():
            self._tell_edge(tags)
            self._retry_later()

    def send(self, tags: frozenset[str]) -> None:
        """Purge; raises CacheDown if Redis does not hear it."""
        for cache in list(self._caches):
            cache.purge(tags)
        self._shared().purge(tags)
        self._tell_edge(tags)

    def clear(self) -> None:
        """Drop every answer everywhere; raises CacheDown if Redis does not hear it."""
        for cache in list(self._caches):
            cache.forget()
        self._shared().clear()
        if self._edge is not None:
            self._edge.add_everything()

    def flush(self) -> bool:
        """Send what is waiting; whether nothing is left."""
        with self._lock:
            tags = frozenset(self._unsent)
        if not tags:
            return True
        try:
            self._shared().purge(tags)
        except CacheDown as problem:
            _log.warning(
                "purge waits for Redis: %s", problem, extra={"tags": len(tags)}
            )
            return False
        with self._lock:
            self._unsent -= tags
        self._tell_edge(tags)
        return True

    def _tell_edge(self, tags: frozenset[str]) -> None:
        """Again after Redis was down: till then the edge could fetch what was old."""
        if self._edge is not None:
            self._edge.add(tags)

    def _retry_later(self) -> None:
        with self._lock:
            if self._retrying:
                return
            self._retrying = True
        threading.Thread(target=self._retry, daemon=True, name="purge-retry").start()

    def _retry(self) -> None:
        try:
            while not self.flush():
                self._sleep(_RETRY_S)
        finally:
            self._retrying = False
