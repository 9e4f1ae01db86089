"""The first level: finished answers in this process, bounded in bytes."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Final

from streamapi.responsecache.entries import Entry

_LARGEST_SHARE: Final = 8
"""One entry takes at most this fraction of the level."""
_HEARD_LIMIT: Final = 20_000


class Memory:
    """Least recently used goes first; ``bytes`` is the exact sum of the weights.

    It also remembers the purges it heard, so that an answer whose making began before a
    purge is not kept after it.
    """

    def __init__(
        self, max_bytes: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_bytes = max_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._keys_by_tag: dict[str, set[str]] = {}
        self._heard: dict[str, float] = {}
        self._heard_floor = float("-inf")
        self.entries: OrderedDict[str, Entry] = OrderedDict()
        self.bytes = 0
        self.evicted = 0

    def get(self, key: str) -> Entry | None:
        """The entry, whatever its age, marked as used."""
        entry = self.entries.get(key)
        if entry is not None:
            try:
                self.entries.move_to_end(key)
            except KeyError:  # another thread evicted it just now
                return entry
        return entry

    def put(self, entry: Entry, *, known_at: float) -> bool:
        """Keep an entry that was current at ``known_at``, unless it was purged since."""
        weight = entry.weight
        with self._lock:
            if weight > self._max_bytes // _LARGEST_SHARE or self._purged_since(
                entry.tags, known_at
            ):
                self._remove(entry.key)
                return False
            self._remove(entry.key)
            self.entries[entry.key] = entry
            self.bytes += weight
            for tag in entry.tags:
                self._keys_by_tag.setdefault(tag, set()).add(entry.key)
            while self.bytes > self._max_bytes:
                self._remove(next(iter(self.entries)))
                self.evicted += 1
        return True

    def purge(self, tags: Iterable[str]) -> int:
        """Drop what carries one of ``tags``; the number of entries dropped."""
        with self._lock:
            now = self._clock()
            dropped: set[str] = set()
            for tag in tags:
                self._heard[tag] = now
                dropped |= self._keys_by_tag.get(tag, set())
            for key in dropped:
                self._remove(key)
            if len(self._heard) > _HEARD_LIMIT:
                self._heard.clear()
                self._heard_floor = now
        return len(dropped)

    def drop(self, key: str) -> None:
        """Forget one entry."""
        with self._lock:
            self._remove(key)

    def clear(self) -> None:
        """Forget everything, also what is being made at this moment."""
        with self._lock:
            self.entries.clear()
            self._keys_by_tag.clear()
            self._heard.clear()
            self._heard_floor = self._clock()
            self.bytes = 0

    def _purged_since(self, tags: Iterable[str], moment: float) -> bool:
        if moment <= self._heard_floor:
            return True
        return any(self._heard.get(tag, float("-inf")) >= moment for tag in tags)

    def _remove(self, key: str) -> None:
        entry = self.entries.pop(key, None)
        if entry is None:
            return
        self.bytes -= entry.weight
        for tag in entry.tags:
            keys = self._keys_by_tag[tag]
            keys.discard(key)
            if not keys:
                del self._keys_by_tag[tag]
