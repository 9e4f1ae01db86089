"""What the person at the terminal sees: one line for each step, with its time."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(line: str = "") -> None:
    """Print one line at once, also into a pipe; a reader that went away is no error."""
    _write(f"{line}\n")


@contextmanager
def step(name: str) -> Iterator[None]:
    """Name what is going on, then how long it took."""
    started = time.monotonic()
    _write(f"  {name} ... ")
    yield
    _write(f"{time.monotonic() - started:.1f} s\n")


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        return
