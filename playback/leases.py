"""Stream slots as leases in Redis: each step is one script, atomic on the server.

Time is Redis' own, so servers whose clocks differ agree on when a lease is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from playback.shards import Keys
from streamapi.state import Script

LEASE_S: Final = 90
_REMEMBER_ENDED_S: Final = 3600
_REMEMBER_PROGRESS_S: Final = 7 * 24 * 3600

_PRELUDE: Final = """
local leases, info, ended, progress, unsaved, alive = unpack(KEYS)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function drop(session)
  redis.call('ZREM', leases, session)
  redis.call('HDEL', info, session)
end
local function finish(session, reason, keep)
  drop(session)
  redis.call('HSET', ended, session, reason)
  redis.call('PEXPIRE', ended, keep)
end
local function hold(session, ttl, facts)
  redis.call('ZADD', leases, now + ttl, session)
  if facts then redis.call('HSET', info, session, facts) end
  redis.call('PEXPIRE', leases, ttl * 2)
  redis.call('PEXPIRE', info, ttl * 2)
end
"""

# A start counts the streams of other devices first and changes nothing when refused.
_ACQUIRE: Final = Script(
    _PRELUDE
    + """
local request = cjson.decode(ARGV[1])
local ttl, keep = request.ttl, request.keep
-- What a device began while nobody could say so here ends what it played before.
local function supersede(newer)
  for _, session in ipairs(redis.call('ZRANGE', leases, 0, -1)) do
    local facts = cjson.decode(redis.call('HGET', info, session) or '{}')
    if facts.device == newer.device and facts.started_at < newer.started_at then
      finish(session, 'replaced', keep)
    end
  end
end
for _, session in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now)) do
  drop(session)
end
for _, seed in ipairs(request.seeds) do
  local known = redis.call('ZSCORE', leases, seed.session)
  local over = redis.call('HEXISTS', ended, seed.session) == 1
  if not known and not over and seed.left > 0 then
    supersede(seed.facts)
    hold(seed.session, seed.left, cjson.encode(seed.facts))
  end
end
local others, same_family, leaving, active = 0, 0, {}, {}
for _, session in ipairs(redis.call('ZRANGE', leases, 0, -1)) do
  local raw = redis.call('HGET', info, session)
  local facts = raw and cjson.decode(raw) or {}
  if session ~= request.session and facts.device == request.facts.device then
    leaving[#leaving + 1] = {session, 'replaced'}
  elseif session == request.evict then
    leaving[#leaving + 1] = {session, 'taken_over'}
  elseif session ~= request.session then
    others = others + 1
    if facts.family == request.facts.family then same_family = same_family + 1 end
    active[#active + 1] = {session, raw or '{}'}
  end
end
if others >= request.limit or same_family >= request.family_limit then
  return cjson.encode({granted = false, active = active})
end
for _, one in ipairs(leaving) do finish(one[1], one[2], keep) end
hold(request.session, ttl, cjson.encode(request.facts))
local hot = redis.call('HGET', progress, request.field)
return cjson.encode({granted = true, leaving = leaving, hot = hot or ''})
"""
)

_BEAT: Final = Script(
    _PRELUDE
    + """
local beat = cjson.decode(ARGV[1])
local session = beat.session
local reason = redis.call('HGET', ended, session)
if reason then return {'ended', reason} end
local raw = redis.call('HGET', info, session)
local expires = redis.call('ZSCORE', leases, session)
if not raw or not expires or tonumber(expires) <= now then
  drop(session)
  return {'unknown', ''}
end
hold(session, beat.ttl, nil)
redis.call('ZADD', alive, now, session)
local facts = cjson.decode(raw)
if facts.profile_pk and beat.position_ms then
  local at = beat.at
  if not at or math.abs(at - now) > 120000 then at = now end
  local name = facts.profile_pk .. ':' .. facts.content
  local old = redis.call('HGET', progress, name)
  old = old and cjson.decode(old)
  if not old or old.at < at or (old.at == at and old.seq < beat.seq) then
    redis.call('HSET', progress, name, cjson.encode({
      position_ms = beat.position_ms, at = at, seq = beat.seq, session = session,
      duration_ms = facts.duration_ms, end_ms = facts.end_ms,
      episode = facts.episode, title_pk = facts.title_pk}))
    redis.call('ZADD', unsaved, now, facts.owner .. '|' .. name)
    redis.call('PEXPIRE', progress, beat.keep)
  end
end
return {'held', raw}
"""
)

_RELEASE: Final = Script(
    _PRELUDE
    + """
finish(ARGV[1], ARGV[2], tonumber(ARGV[3]))
return 1
"""
)

_AMEND: Final = Script(
    _PRELUDE
    + """
local raw = redis.call('HGET', info, ARGV[1])
if not raw then return 0 end
local facts = cjson.decode(raw)
for name, value in pairs(cjson.decode(ARGV[2])) do facts[name] = value end
redis.call('HSET', info, ARGV[1], cjson.encode(facts))
return 1
"""
)


_FORGET: Final = Script(
    _PRELUDE
    + """
for index = 2, #ARGV do
  redis.call('HDEL', progress, ARGV[index])
  redis.call('ZREM', unsaved, ARGV[1] .. '|' .. ARGV[index])
end
return 1
"""
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a stream without asking PostgreSQL."""

    owner: str
    device: str
    device_name: str
    family: str
    profile_name: str
    content: str
    name: str
    started_at: str
    duration_ms: int
    end_ms: int
    episode: bool
    granted_until: int
    title_pk: int | None = None
    profile_pk: int | None = None
    live: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Without what is not known: Lua has no null."""
        every = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: one for name, one in every if one is not None}


@dataclass(frozen=True, slots=True)
class Seed:
    """A stream that PostgreSQL knows; Redis may have lost it."""

    session: str
    left_s: float
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many streams at once: in all, and on screens of the same form."""

    total: int
    family: int


@dataclass(frozen=True, slots=True)
class Hot:
    """The newest position that Redis has of a profile in a content."""

    position_ms: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt to start a stream."""

    granted: bool
    active: Sequence[tuple[str, Mapping[str, Any]]] = ()
    leaving: Sequence[tuple[str, str]] = ()
    hot: Hot | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life, with where the player is."""

    session: str
    position_ms: int | None = None
    at: datetime | None = None
    seq: int = 0
    state: str = "playing"


@dataclass(frozen=True, slots=True)
class Standing:
    """What Redis says about a session: ``held``, ``ended`` or ``unknown``."""

    state: str
    reason: str = ""
    granted_until: int = 0
    live: Mapping[str, Any] | None = None


def acquire(
    session: str,
    facts: Facts,
    limits: Limits,
    *,
    seeds: Sequence[Seed] = (),
    evict: str = "",
) -> Outcome:
    """A slot for ``session``, unless others hold all of them.

    The same device replaces its own stream; ``evict`` names one that is taken over.
    """
    request = {
        "session": session,
        "facts": facts.as_dict(),
        "limit": limits.total,
        "family_limit": limits.family,
        "ttl": LEASE_S * 1000,
        "keep": _REMEMBER_ENDED_S * 1000,
        "evict": evict,
        "field": f"{facts.profile_pk}:{facts.content}",
        "seeds": [
            {"session": one.session, "left": int(one.left_s * 1000), "facts": one.facts}
            for one in seeds
        ],
    }
    said = orjson.loads(_ACQUIRE(Keys(facts.owner).all(), [orjson.dumps(request)]))
    if not said["granted"]:
        active = [(one, orjson.loads(raw)) for one, raw in said["active"] or ()]
        return Outcome(granted=False, active=active)
    leaving = [(one, reason) for one, reason in said["leaving"] or ()]
    return Outcome(granted=True, leaving=leaving, hot=_hot(said["hot"]))


def beat(owner: str, beat: Beat) -> Standing:
    """Lengthen a lease and note the position: one call, no SQL."""
    request: dict[str, Any] = {
        "session": beat.session,
        "ttl": LEASE_S * 1000,
        "keep": _REMEMBER_PROGRESS_S * 1000,
        "seq": beat.seq,
    }
    if beat.position_ms is not None:
        request["position_ms"] = beat.position_ms
    if beat.at is not None:
        request["at"] = int(beat.at.timestamp() * 1000)
    state, text = _BEAT(Keys(owner).all(), [orjson.dumps(request)])
    if state == "held":
        facts = orjson.loads(text)
        return Standing(
            state, granted_until=facts["granted_until"], live=facts.get("live")
        )
    return Standing(state, reason=text)


def release(owner: str, session: str, reason: str) -> None:
    """Free the slot; the session cannot come back."""
    _RELEASE(Keys(owner).all(), [session, reason, _REMEMBER_ENDED_S * 1000])


def amend(owner: str, session: str, **facts: Any) -> None:
    """Note what has changed of a session that goes on."""
    _AMEND(Keys(owner).all(), [session, orjson.dumps(facts)])


def forget_progress(owner: str, fields: Sequence[str]) -> None:
    """Drop positions, saved or not: ``profile:content`` names each."""
    _FORGET(Keys(owner).all(), [owner, *fields])


def _hot(text: str) -> Hot | None:
    if not text:
        return None
    value = orjson.loads(text)
    at = datetime.fromtimestamp(value["at"] / 1000, UTC)
    return Hot(int(value["position_ms"]), at)
