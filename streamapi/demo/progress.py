"""Progress for whoever waits: one moving line on a terminal, a few lines elsewhere."""

from __future__ import annotations

import time
from typing import Final, Protocol

_REDRAW_S: Final = 0.1
_WIDTH: Final = 24


class Output(Protocol):
    """Where lines go."""

    def write(self, text: str, /) -> object:
        """Add text."""

    def flush(self) -> None:
        """Show it at once."""

    def isatty(self) -> bool:
        """Whether a person watches."""


class Progress:
    """One piece of work with a known number of parts."""

    def __init__(self, output: Output, name: str, total: int) -> None:
        self._output = output
        self._name = name
        self._total = max(1, total)
        self._started = time.monotonic()
        self._shown = 0.0
        self._tenths = 0

    def at(self, done: int, note: str = "") -> None:
        """Show that ``done`` parts are finished."""
        share = min(1.0, done / self._total)
        if self._output.isatty():
            self._redraw(share, note)
        elif int(share * 10) > self._tenths and time.monotonic() - self._started > 1:
            self._tenths = int(share * 10)
            self._write(f"  {self._name}: {share:.0%} {note}".rstrip() + "\n")

    def end(self, result: str) -> None:
        """Replace the bar by what came of it and how long it took."""
        seconds = time.monotonic() - self._started
        start = "\r\x1b[K" if self._output.isatty() else ""
        self._write(f"{start}  {self._name}: {result} ({seconds:.1f} s)\n")

    def _redraw(self, share: float, note: str) -> None:
        now = time.monotonic()
        if now - self._shown < _REDRAW_S and share < 1:
            return
        self._shown = now
        bar = "#" * round(share * _WIDTH)
        self._write(
            f"\r\x1b[K  {self._name} [{bar:.<{_WIDTH}}] {share:4.0%} {note}".rstrip()
        )

    def _write(self, text: str) -> None:
        self._output.write(text)
        self._output.flush()
