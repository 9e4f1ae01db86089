"""Names of the keys of playback in Redis: all keys of a household in one slot.

A household belongs to one of a fixed number of shards. The shard is the hash tag, so
that one script may touch the household's keys and the shard's lists of what is unsaved.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final

COUNT: Final = 128


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one household; ``owner`` is an account, or a session without one."""

    owner: str

    @property
    def shard(self) -> str:
        """The hash tag."""
        return tag(zlib.crc32(self.owner.encode()) % COUNT)

    def all(self) -> list[str]:
        """Leases, what is known of each, how each ended, progress, the unsaved."""
        names = ("leases", "info", "ended", "progress")
        own = [f"play:{self.shard}:{self.owner}:{name}" for name in names]
        return [*own, unsaved(self.shard), alive(self.shard)]


def tag(number: int) -> str:
    """The hash tag of a shard."""
    return f"{{p{number}}}"


def unsaved(shard: str) -> str:
    """Progress of a shard that PostgreSQL has not seen yet."""
    return f"play:{shard}:unsaved"


def alive(shard: str) -> str:
    """Sessions of a shard that were heard of since PostgreSQL was told."""
    return f"play:{shard}:alive"


def progress(shard: str, owner: str) -> str:
    """The progress of a household."""
    return f"play:{shard}:{owner}:progress"
