"""What the cache of the whole fleet holds and does, for people."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from streamapi.responsecache.shared import PurgeRecord, SharedLevel

_HITS = ("hits", "stale", "shared")


@dataclass(frozen=True, slots=True)
class Status:
    """Numbers of the fleet; counters are sums over the processes that run now."""

    entries: int
    entry_bytes: int
    numbers: dict[str, int] = field(default_factory=dict)
    purges: list[PurgeRecord] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """Requests that the cache took on."""
        return sum(self.numbers.get(name, 0) for name in (*_HITS, "misses"))

    @property
    def hit_rate(self) -> float | None:
        """The part of them that needed no rebuild of their own, in percent."""
        if not self.answered:
            return None
        hits = sum(self.numbers.get(name, 0) for name in _HITS)
        return 100 * hits / self.answered


def read(shared: SharedLevel) -> Status:
    """The status now; raises CacheDown if Redis does not answer."""
    entries, size = shared.sizes()
    total: Counter[str] = Counter()
    for report in shared.reports():
        total.update(report)
    return Status(entries, size, dict(total), shared.recent_purges())
