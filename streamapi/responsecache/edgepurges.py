"""Takes purges on to an edge in front of us, behind the back of whoever saved."""

from __future__ import annotations

import atexit
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

_log = logging.getLogger(__name__)

_LARGEST: Final = 1000
"""Tags in one request; an edge takes a few thousand at once."""
_TOO_MANY: Final = 5000
"""Beyond this many waiting tags one purge of everything is cheaper."""
_SETTLE_S: Final = 2.0
"""How long any process of ours may still use what was purged; an edge that were told
earlier could fetch that and keep it."""
_PAUSES_S: Final = (1.0, 60.0)


class EdgeUnreachable(Exception):
    """The edge did not take a purge."""


class Edge(Protocol):
    """Something that keeps our answers and can be told by tag to drop them."""

    def invalidate(self, tags: Sequence[str], reference: str) -> None:
        """Drop what carries one of ``tags``."""

    def invalidate_all(self, reference: str) -> None:
        """Drop everything."""


@dataclass(slots=True)
class _Waiting:
    """What the edge has not been told; ``everything`` stands for all tags."""

    tags: set[str] = field(default_factory=set)
    everything: bool = False

    def __bool__(self) -> bool:
        return self.everything or bool(self.tags)

    def add(self, other: _Waiting) -> None:
        self.tags |= other.tags
        self.everything |= other.everything or len(self.tags) > _TOO_MANY
        if self.everything:
            self.tags.clear()


class EdgePurges:
    """Gathers tags, waits until our own processes have heard, then tells the edge.

    A batch that the edge did not take is tried again, with the same reference, in ever
    longer pauses, as long as this process lives; once more when it ends.
    """

    def __init__(
        self,
        connect: Callable[[], Edge],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connect = connect
        self._sleep = sleep
        self._lock = threading.Lock()
        self._waiting = _Waiting()
        self._in_flight = _Waiting()
        self._running = False
        atexit.register(self.finish)

    @property
    def unsent(self) -> frozenset[str]:
        """What the edge has not taken yet."""
        waiting = _Waiting(set(self._in_flight.tags), self._in_flight.everything)
        waiting.add(self._waiting)
        return frozenset({"everything"} if waiting.everything else waiting.tags)

    def add(self, tags: Iterable[str]) -> None:
        """Purge these, soon; returns at once and never fails."""
        self._add(_Waiting(set(tags)))

    def add_everything(self) -> None:
        """Purge all there is, soon."""
        self._add(_Waiting(everything=True))

    def _add(self, purges: _Waiting) -> None:
        with self._lock:
            self._waiting.add(purges)
            if self._running:
                return
            self._running = True
        threading.Thread(target=self.work, daemon=True, name="edge-purges").start()

    def work(self) -> None:
        """Send what waits, until nothing does."""
        while self._take():
            self._sleep(_SETTLE_S)
            reference, pause = uuid.uuid4().hex, _PAUSES_S[0]
            while not self._sent(reference):
                self._sleep(pause)
                pause = min(2 * pause, _PAUSES_S[1])

    def _take(self) -> bool:
        """Make what waits the next batch; false, and the thread is over, if nothing."""
        with self._lock:
            self._in_flight, self._waiting = self._waiting, _Waiting()
            self._running = bool(self._in_flight)
            return self._running

    def _sent(self, reference: str) -> bool:
        """Whether the edge took the batch; what it took is not sent again."""
        batch = self._in_flight
        try:
            edge = self._connect()
            if batch.everything:
                edge.invalidate_all(reference)
            for number, tags in enumerate(_portions(batch.tags)):
                edge.invalidate(tags, f"{reference}-{number}")
        except EdgeUnreachable as problem:
            _log.warning("purge waits for the edge: %s", problem)
            return False
        self._in_flight = _Waiting()
        return True

    def finish(self) -> None:
        """The process ends: what still waits is sent once, now."""
        with self._lock:
            self._in_flight.add(self._waiting)
            self._waiting = _Waiting()
        if self._in_flight and not self._sent(uuid.uuid4().hex):
            _log.error("the edge was not told of %s", sorted(self.unsent))


def _portions(tags: set[str]) -> list[list[str]]:
    """In an order that is the same each time, so that a reference means the same."""
    ordered = sorted(tags)
    return [ordered[at : at + _LARGEST] for at in range(0, len(ordered), _LARGEST)]
