"""A line on the terminal that says how far something came and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TextIO

_WIDTH: Final = 30
_EVERY_S: Final = 0.1


class Progress:
    """A bar when someone watches; nothing in a log file."""

    def __init__(
        self,
        out: TextIO,
        label: str,
        total: int,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out = out
        self._label = label
        self._total = max(total, 1)
        self._clock = clock
        self._started = clock()
        self._shown = 0.0
        self._watched = out.isatty()

    def at(self, done: int) -> None:
        """Say that ``done`` of the total is behind us."""
        moment = self._clock()
        finished = done >= self._total
        if not self._watched or (moment - self._shown < _EVERY_S and not finished):
            return
        self._shown = moment
        share = min(done / self._total, 1.0)
        bar = ("#" * int(share * _WIDTH)).ljust(_WIDTH, ".")
        self._out.write(
            f"\r{self._label} [{bar}] {share:4.0%} {self._left(share, moment)}\x1b[K"
        )
        self._out.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._watched:
            self._out.write("\n")

    def _left(self, share: float, moment: float) -> str:
        if share <= 0.0 or share >= 1.0:
            return ""
        seconds = (moment - self._started) * (1 - share) / share
        return f"{seconds:.0f} s left"
