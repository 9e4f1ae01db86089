"""Counters of one process, cheap enough for the hot path."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Stats:
    """What this process has done since it started."""

    hits: int = 0
    stale: int = 0
    misses: int = 0
    shared: int = 0
    not_modified: int = 0
    redis_hits: int = 0
    rebuilds: int = 0
    failed_rebuilds: int = 0
    bytes_sent: int = 0

    def count(self, state: str, status: str, size: int) -> None:
        """One answered request."""
        if state == "HIT":
            self.hits += 1
        elif state == "STALE":
            self.stale += 1
        elif state == "SHARED":
            self.shared += 1
        else:
            self.misses += 1
        if status.startswith("304"):
            self.not_modified += 1
        self.bytes_sent += size

    def as_dict(self) -> dict[str, int]:
        """The counters by name."""
        return asdict(self)
