"""What the cache of the whole fleet holds and does, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from streamapi.responsecache.shared import KeptEntry, PurgeRecord, SharedLevel

_HITS = ("hits", "stale", "shared")


@dataclass(frozen=True, slots=True)
class Purges:
    """The same tags, purged once or several times in a row; the last time counts."""

    at: datetime
    tags: tuple[str, ...]
    times: int


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry in Redis; one that was purged stays there until it is made anew."""

    entry: KeptEntry
    is_purged: bool


@dataclass(frozen=True, slots=True)
class Status:
    """Numbers of the fleet; counters are sums over the processes that run now."""

    entries: int
    entry_bytes: int
    numbers: dict[str, int] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    purges: list[Purges] = field(default_factory=list)

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
    purges = shared.recent_purges()
    kept = [Kept(one, _is_purged(one, purges)) for one in shared.kept()]
    return Status(entries, size, dict(total), kept, _in_rows(purges))


def _is_purged(entry: KeptEntry, purges: Iterable[PurgeRecord]) -> bool:
    """As far as the last purges tell; ``*`` stands for all of them."""
    ended = {"*", *entry.tags}
    return any(
        one.at >= entry.made_at and not ended.isdisjoint(one.tags) for one in purges
    )


def _in_rows(purges: Iterable[PurgeRecord]) -> list[Purges]:
    rows = []
    for tags, same in groupby(purges, key=lambda one: one.tags):
        moments = [one.at for one in same]
        rows.append(Purges(moments[0], tags, len(moments)))
    return rows
