"""What Redis does in one step each: look up, store, give up, renew, purge.

``marks`` is one sorted set: the moment of the last purge of each tag, and two members
of its own: ``!epoch``, when the set began, and ``!clock``, the last moment given out.
Moments are the server's microseconds, made strictly increasing. An entry keeps the
moment at which its making began, and counts only if that lies after the epoch and
after the last purge of each of its tags. If Redis loses the set it loses every entry
with it, so that no purge can be forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha1
from typing import Final

_MOMENT: Final = """
local function server_us()
  if tonumber(ARGV[1]) > 0 then return tonumber(ARGV[1]) end
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000000 + tonumber(t[2])
end
local function next_moment()
  local us = server_us()
  local last = redis.call('ZSCORE', KEYS[1], '!clock')
  if last and tonumber(last) >= us then us = tonumber(last) + 1 end
  local text = string.format('%.0f', us)
  redis.call('ZADD', KEYS[1], text, '!clock')
  redis.call('ZADD', KEYS[1], 'NX', text, '!epoch')
  return text
end
local function is_current(moment, tags)
  local members = {'!epoch'}
  for tag in string.gmatch(tags, '[^\\n]+') do members[#members + 1] = tag end
  local scores = redis.call('ZMSCORE', KEYS[1], unpack(members))
  if not scores[1] then return false end
  moment = tonumber(moment)
  for i = 1, #members do
    if scores[i] and tonumber(scores[i]) > moment then return false end
  end
  return true
end
"""

_LOOK_UP: Final = """
local us = server_us()
local kept = redis.call('HMGET', KEYS[2],
  'moment', 'tags', 'fresh_us', 'usable_us', 'entry')
local age, state, entry = 0, 'miss', false
if kept[1] and is_current(kept[1], kept[2]) then
  age = math.max(0, us - tonumber(kept[1]))
  entry = kept[5]
  if age < tonumber(kept[3]) then return {'fresh', age, '', entry} end
  if age < tonumber(kept[4]) then state = 'stale' end
end
local leased = false
if ARGV[4] == 'take' then
  redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
  leased = true
elseif ARGV[4] == 'ask' then
  leased = redis.call('SET', KEYS[3], ARGV[2], 'NX', 'PX', ARGV[3])
end
if leased then return {state, age, next_moment(), entry} end
return {state, age, '', entry}
"""

_STORE: Final = """
local stored = is_current(ARGV[4], ARGV[5])
if stored then
  redis.call('HSET', KEYS[2], 'moment', ARGV[4], 'tags', ARGV[5], 'fresh_us', ARGV[6],
    'usable_us', ARGV[7], 'entry', ARGV[9], 'key', ARGV[11])
  redis.call('PEXPIRE', KEYS[2], ARGV[8])
end
if redis.call('GET', KEYS[3]) == ARGV[2] then redis.call('DEL', KEYS[3]) end
redis.call('PUBLISH', ARGV[3], ARGV[10])
return stored and 1 or 0
"""

_GIVE_UP: Final = """
if ARGV[4] == 'drop' then redis.call('DEL', KEYS[2]) end
if redis.call('GET', KEYS[3]) == ARGV[2] then redis.call('DEL', KEYS[3]) end
redis.call('PUBLISH', ARGV[3], ARGV[5])
return 1
"""

_RENEW: Final = """
for i = 1, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[1] then redis.call('PEXPIRE', KEYS[i], ARGV[2]) end
end
return 1
"""

_PURGE: Final = """
local moment = next_moment()
for i = 5, #ARGV do redis.call('ZADD', KEYS[1], moment, ARGV[i]) end
local horizon = string.format('%.0f', tonumber(moment) - tonumber(ARGV[3]))
if tonumber(redis.call('ZSCORE', KEYS[1], '!epoch')) < tonumber(horizon) then
  redis.call('ZADD', KEYS[1], horizon, '!epoch')
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. horizon)
end
local tags = table.concat(ARGV, '\\n', 5)
redis.call('PUBLISH', ARGV[2], ARGV[4] .. moment .. '\\n' .. tags)
redis.call('LPUSH', KEYS[2], moment .. '\\n' .. tags)
redis.call('LTRIM', KEYS[2], 0, 49)
return moment
"""

_CLEAR: Final = """
redis.call('DEL', KEYS[1])
local moment = next_moment()
redis.call('PUBLISH', ARGV[2], ARGV[3] .. moment)
redis.call('LPUSH', KEYS[2], moment .. '\\n*')
redis.call('LTRIM', KEYS[2], 0, 49)
return moment
"""

_PURGED_SINCE: Final = """
local now = next_moment()
local epoch = redis.call('ZSCORE', KEYS[1], '!epoch')
if tonumber(epoch) > tonumber(ARGV[2]) then return {now, 0} end
return {now, 1, redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[2], '+inf')}
"""


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script and the name by which Redis knows it once it has seen it."""

    text: str
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        digest = sha1(self.text.encode(), usedforsecurity=False).hexdigest()
        object.__setattr__(self, "sha", digest)


LOOK_UP: Final = Script(_MOMENT + _LOOK_UP)
STORE: Final = Script(_MOMENT + _STORE)
GIVE_UP: Final = Script(_GIVE_UP)
RENEW: Final = Script(_RENEW)
PURGE: Final = Script(_MOMENT + _PURGE)
CLEAR: Final = Script(_MOMENT + _CLEAR)
PURGED_SINCE: Final = Script(_MOMENT + _PURGED_SINCE)
