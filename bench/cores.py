"""Which core serves and which one loads, and how busy each was."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

_IDLE_FIELDS = (3, 4)  # idle and iowait in a cpu line of /proc/stat


@dataclass(frozen=True, slots=True)
class Cores:
    """One core for the server under test, another for the load and the stores."""

    server: int
    load: int

    @classmethod
    def of_this_machine(cls) -> Cores:
        """The last usable core serves, the first one loads."""
        usable = sorted(os.sched_getaffinity(0))
        return cls(server=usable[-1], load=usable[0])

    @property
    def shared(self) -> bool:
        """True on a machine with one core, where no figure means much."""
        return self.server == self.load


def _times(core: int) -> tuple[int, int]:
    """Busy and total ticks of one core since the machine started."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, _, values = line.partition(" ")
        if name == f"cpu{core}":
            ticks = [int(value) for value in values.split()]
            total = sum(ticks[:8])
            return total - sum(ticks[field] for field in _IDLE_FIELDS), total
    raise LookupError(f"no core {core} in /proc/stat")


class Busy:
    """How busy a core was between entering and leaving, from 0 to 1."""

    def __init__(self, core: int) -> None:
        self._core = core
        self.share = 0.0

    def __enter__(self) -> Busy:
        self._before = _times(self._core)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        busy, total = _times(self._core)
        passed = max(total - self._before[1], 1)
        self.share = (busy - self._before[0]) / passed


def wait_until_calm(core: int, *, below: float, patience_s: float) -> float:
    """Wait until others leave the core alone; returns how busy it was at the end."""
    ends = time.monotonic() + patience_s
    while True:
        with Busy(core) as busy:
            time.sleep(0.5)
        if busy.share < below or time.monotonic() > ends:
            return busy.share
