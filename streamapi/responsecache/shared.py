"""The second level: Redis, one round trip for each question, down is a miss."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from typing import Any, Final, Literal

import orjson
from redis import Redis
from redis.exceptions import (
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

from streamapi.responsecache import scripts
from streamapi.responsecache.breaker import Breaker
from streamapi.responsecache.entries import Entry, EntryUnreadable, dumps, loads
from streamapi.responsecache.scripts import Script

_log = logging.getLogger(__name__)

State = Literal["fresh", "stale", "miss"]
Lease = Literal["ask", "take", "no"]

PURGED: Final = b"p"
ARRIVED: Final = b"a"
CLEARED: Final = b"c"
_HORIZON_US: Final = 8 * 86_400 * 1_000_000
_OWN_MARKS: Final = frozenset({b"!epoch", b"!clock"})


class CacheDown(Exception):
    """Redis did not answer, or cannot be written to: go on without it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What Redis knows about a key."""

    state: State
    age_s: float
    moment: str
    """When our making of a new answer begins; empty unless the lease is ours."""
    entry: Entry | None
    """There too when it is too old to be used, as the last resort."""


@dataclass(frozen=True, slots=True)
class PurgeRecord:
    """One purge, for people."""

    at: datetime
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry as Redis holds it, for people; it may have been purged meanwhile."""

    key: str
    made_at: datetime
    tags: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What was purged since a moment; ``complete`` is false if nobody can tell."""

    moment: str
    complete: bool
    tags: frozenset[str]


class SharedLevel:
    """Entries, leases and purge marks in Redis."""

    def __init__(
        self,
        client: Redis,
        *,
        namespace: str,
        owner: str,
        breaker: Breaker | None = None,
        server_us: Callable[[], int] | None = None,
    ) -> None:
        self._client = client
        self._prefix = namespace
        self._owner = owner
        self._server_us = server_us or (lambda: 0)
        self._marks = f"{namespace}:marks"
        self._recent = f"{namespace}:recent"
        self.breaker = breaker or Breaker()
        self.channel = f"{namespace}:events"

    def look_up(self, key: str, *, lease: Lease = "ask", lease_ms: int = 2000) -> Found:
        """The entry of ``key``, and the lease for rebuilding it if that is free."""
        keys = [self._marks, self._entry_key(key), self._lease_key(key)]
        arguments = (self._server_us(), self._owner, lease_ms, lease)
        for _ in range(2):
            state, age_us, moment, raw = self._on_entry(
                scripts.LOOK_UP, keys, arguments
            )
            try:
                entry = loads(raw, key) if raw is not None else None
            except EntryUnreadable as problem:
                _log.warning("unreadable entry dropped: %s", problem)
                self.give_up(key, drop=True)
                continue
            return Found(state.decode(), int(age_us) / 1e6, moment.decode(), entry)
        raise CacheDown("an unreadable entry came back at once")

    def store(self, entry: Entry, moment: str) -> bool:
        """Keep what was begun at ``moment``, unless a purge came since; end the lease."""
        life = entry.lifetime
        keys = [
            self._marks,
            self._entry_key(entry.key),
            self._lease_key(entry.key),
        ]
        arguments = (
            self._server_us(),
            self._owner,
            self.channel,
            moment,
            "\n".join(sorted(entry.tags)),
            int(life.fresh_s * 1e6),
            int(life.usable_s * 1e6),
            max(1, int(life.kept_s * 1000)),
            dumps(entry),
            ARRIVED + entry.key.encode(),
            entry.key,
        )
        return bool(self._on_entry(scripts.STORE, keys, arguments))

    def give_up(self, key: str, *, drop: bool = False) -> None:
        """End the lease without an entry, so that somebody else may try."""
        keys = [self._marks, self._entry_key(key), self._lease_key(key)]
        fate = "drop" if drop else "keep"
        arguments = (0, self._owner, self.channel, fate, ARRIVED + key.encode())
        self._on_entry(scripts.GIVE_UP, keys, arguments)

    def renew(self, keys: Iterable[str], lease_ms: int) -> None:
        """Keep the leases of rebuilds that are still going on."""
        names = [self._lease_key(key) for key in keys]
        if names:
            self._mending(scripts.RENEW, names, (self._owner, lease_ms), names)

    def purge(self, tags: Iterable[str]) -> str:
        """Mark the tags as purged now and tell every process; the moment of it."""
        keys = [self._marks, self._recent]
        arguments = (
            self._server_us(),
            self.channel,
            _HORIZON_US,
            PURGED,
            *sorted(tags),
        )
        moment: bytes = self._mending(scripts.PURGE, keys, arguments, keys)
        return moment.decode()

    def clear(self) -> None:
        """Let no entry of any process count any more."""
        keys = [self._marks, self._recent]
        arguments = (self._server_us(), self.channel, CLEARED)
        self._mending(scripts.CLEAR, keys, arguments, keys)

    def purged_since(self, moment: str) -> Reconciliation:
        """Which tags were purged after ``moment``."""
        answer = self._mending(
            scripts.PURGED_SINCE,
            [self._marks],
            (self._server_us(), moment),
            [self._marks],
        )
        tags = set(answer[2]) - _OWN_MARKS if answer[1] else set()
        return Reconciliation(
            moment=answer[0].decode(),
            complete=bool(answer[1]),
            tags=frozenset(tag.decode() for tag in tags),
        )

    def recent_purges(self) -> list[PurgeRecord]:
        """The last fifty purges of the fleet, newest first."""
        lines = self._guarded(lambda: self._client.lrange(self._recent, 0, -1))
        return [_record(line) for line in lines]

    def report(self, numbers: Mapping[str, int], *, for_ms: int) -> None:
        """Leave the counters of this process for the status page."""
        name = f"{self._prefix}:stats:{self._owner}"
        self._guarded(lambda: self._client.set(name, orjson.dumps(numbers), px=for_ms))

    def reports(self) -> list[dict[str, int]]:
        """The counters that the processes of the fleet have left."""
        names = list(self._guarded(lambda: list(self._scan("stats"))))
        texts = self._guarded(lambda: self._client.mget(names)) if names else []
        return [orjson.loads(text) for text in texts if text is not None]

    def _scan(self, kind: str) -> Iterable[bytes]:
        return self._client.scan_iter(match=f"{self._prefix}:{kind}:*", count=1000)

    def sizes(self, limit: int = 10_000) -> tuple[int, int]:
        """How many entries Redis holds and their bytes; counts at most ``limit``."""
        sizes: tuple[int, int] = self._guarded(lambda: self._sizes(limit))
        return sizes

    def _sizes(self, limit: int) -> tuple[int, int]:
        count = size = 0
        for name in self._scan("e"):
            count += 1
            size += int(self._client.hstrlen(name, "entry"))
            if count >= limit:
                break
        return count, size

    def kept(self, limit: int = 50) -> list[KeptEntry]:
        """Some of the entries, those made last first."""
        found: list[KeptEntry] = self._guarded(lambda: self._kept(limit))
        return sorted(found, key=lambda one: one.made_at, reverse=True)

    def _kept(self, limit: int) -> list[KeptEntry]:
        found = []
        for name in islice(self._scan("e"), limit):
            values: list[Any] = self._client.hmget(name, "key", "moment", "tags")
            if None not in values:
                key, moment, tags = (value.decode() for value in values)
                at = datetime.fromtimestamp(int(moment) / 1e6, UTC)
                size = int(self._client.hstrlen(name, "entry"))
                found.append(KeptEntry(key, at, tuple(tags.split("\n")), size))
        return found

    def _on_entry(
        self, script: Script, keys: list[str], arguments: tuple[Any, ...]
    ) -> Any:
        return self._mending(script, keys, arguments, keys[1:])

    def _mending(
        self,
        script: Script,
        keys: list[str],
        arguments: tuple[Any, ...],
        doubtful: list[str],
    ) -> Any:
        """Run a script; delete what somebody else wrote under our keys and try again."""
        for suspects in (doubtful, keys):
            try:
                return self._run(script, keys, arguments)
            except ResponseError as error:
                _log.warning("foreign data under %s deleted: %s", suspects, error)
                self._delete(suspects)
        try:
            return self._run(script, keys, arguments)
        except ResponseError as error:
            raise CacheDown(str(error)) from error

    def _delete(self, names: list[str]) -> None:
        try:
            self._guarded(lambda: self._client.delete(*names))
        except ResponseError as error:
            raise CacheDown(str(error)) from error

    def _run(self, script: Script, keys: list[str], arguments: tuple[Any, ...]) -> Any:
        def call() -> Any:
            try:
                return self._client.evalsha(script.sha, len(keys), *keys, *arguments)
            except NoScriptError:
                return self._client.eval(script.text, len(keys), *keys, *arguments)

        return self._guarded(call)

    def _guarded(self, call: Callable[[], Any]) -> Any:
        """The answer of Redis; :class:`CacheDown` for any way of not answering."""
        if not self.breaker.allows():
            raise CacheDown("held to be down")
        try:
            answer = call()
        except (ReadOnlyError, OutOfMemoryError) as error:
            self._client.connection_pool.disconnect()
            raise CacheDown(str(error)) from error
        except ResponseError:
            self.breaker.succeeded()
            raise
        except (RedisError, OSError) as error:
            self.breaker.failed()
            raise CacheDown(str(error)) from error
        self.breaker.succeeded()
        return answer

    def _entry_key(self, key: str) -> str:
        return f"{self._prefix}:e:{_digest(key)}"

    def _lease_key(self, key: str) -> str:
        return f"{self._prefix}:l:{_digest(key)}"


def _digest(key: str) -> str:
    return blake2b(key.encode(), digest_size=16).hexdigest()


def _record(line: bytes) -> PurgeRecord:
    moment, *tags = line.decode().split("\n")
    at = datetime.fromtimestamp(int(moment) / 1e6, UTC)
    return PurgeRecord(at=at, tags=tuple(tags))
