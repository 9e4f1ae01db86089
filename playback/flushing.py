"""Carries progress and signs of life from Redis to PostgreSQL, in batches.

Nothing leaves the list of what is unsaved before PostgreSQL has it: a flusher that dies
has its work done again by the next, and merging the same event twice changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection

from playback import progress, shards
from playback.progress import Event
from streamapi.state import Script, required

BATCH: Final = 500

# An entry is taken off the list only if nothing was added to it since it was read.
_SAVED: Final = Script("""
local taken = 0
for index = 1, #ARGV, 2 do
  if redis.call('ZSCORE', KEYS[1], ARGV[index]) == ARGV[index + 1] then
    taken = taken + redis.call('ZREM', KEYS[1], ARGV[index])
  end
end
return taken
""")
_HEARD: Final = """
UPDATE playback_playbacksession AS kept SET last_seen_at = new.seen
FROM unnest(%s::text[], %s::timestamptz[]) AS new (session, seen)
WHERE kept.public_id = new.session AND kept.last_seen_at < new.seen
"""


def flush() -> int:
    """Save everything that is waiting in every shard; returns how many entries."""
    return sum(flush_shard(shards.tag(number)) for number in range(shards.COUNT))


def flush_shard(shard: str) -> int:
    """The same for one shard."""
    count = 0
    for batch in _waiting(shards.unsaved(shard)):
        progress.record(_events(shard, [member for member, _ in batch]))
        count += _saved(shards.unsaved(shard), batch)
    for batch in _waiting(shards.alive(shard)):
        sessions = [member for member, _ in batch]
        seen = [datetime.fromtimestamp(score / 1000, UTC) for _, score in batch]
        with connection.cursor() as cursor:
            cursor.execute(_HEARD, [sessions, seen])
        count += _saved(shards.alive(shard), batch)
    return count


def _waiting(key: str) -> Iterator[list[tuple[str, float]]]:
    """Batches of a list, oldest first, up to what was there at the start."""
    with required() as server:
        left: int = server.zcard(key)
    while left > 0:
        with required() as server:
            batch: Any = server.zrange(key, 0, BATCH - 1, withscores=True)
        if not batch:
            return
        yield batch
        left -= len(batch)


def _events(shard: str, members: Sequence[str]) -> list[Event]:
    """Unsaved positions: ``owner|profile:content`` names one in the owner's hash."""
    pairs = [member.split("|") for member in members]
    with required() as server:
        pipeline = server.pipeline(transaction=False)
        for owner, field in pairs:
            pipeline.hget(shards.progress(shard, owner), field)
        values = pipeline.execute()
    return [
        _event(field, json.loads(raw))
        for (_, field), raw in zip(pairs, values, strict=True)
        if raw
    ]


def _event(field: str, value: dict[str, Any]) -> Event:
    profile_pk, _, content_id = field.partition(":")
    return Event(
        profile_pk=int(profile_pk),
        title_pk=value.get("title_pk"),
        content_id=content_id,
        position_ms=int(value["position_ms"]),
        duration_ms=int(value["duration_ms"]),
        end_ms=int(value["end_ms"]),
        episode=bool(value["episode"]),
        session_id=value["session"],
        at=datetime.fromtimestamp(value["at"] / 1000, UTC),
        seq=int(value["seq"]),
    )


def _saved(key: str, batch: Sequence[tuple[str, float]]) -> int:
    arguments: list[str | int | float] = []
    for member, score in batch:
        arguments += [member, _score(score)]
    taken: int = _SAVED([key], arguments)
    return taken


def _score(score: float) -> str:
    """A score as Redis writes it: milliseconds are whole numbers."""
    return str(int(score))
