"""Processor time that a server and its children used."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds(pid: int) -> float:
    """User and system time of a process and of all below it that live."""
    return sum(_own(member) for member in _family(pid))


def answering(pid: int) -> float:
    """Milliseconds of the main threads alone, to the microsecond.

    What goes on in other threads after an answer, as compressing it, is not among them.
    """
    return sum(_main_thread_ns(member) for member in _family(pid)) / 1e6


def _main_thread_ns(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0])


def _family(pid: int) -> list[int]:
    found = [pid]
    for member in found:
        listing = Path(f"/proc/{member}/task/{member}/children")
        found += [int(child) for child in listing.read_text().split()]
    return found


def _own(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
