"""The machine in general terms, and how calm it is."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def describe() -> str:
    """Processor, cores, memory, system and Python, in one line."""
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {gib:.0f} GiB,"
        f" {platform.system()} {platform.release().partition('-')[0]},"
        f" Python {platform.python_version()}. {load()}"
    )


def load() -> str:
    """The load average of the last minute."""
    return f"Load average {os.getloadavg()[0]:.1f}."


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
