"""How often something may be done, counted exactly: one script on Redis (GCRA).

GCRA keeps a single time per key instead of a list of requests, forgets by itself, and
never lets more through than the quota, however many ask at once. Redis' own clock is
used, so that servers whose clocks differ agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from streamapi.errors import LimitReached
from streamapi.state import Script, required

_SPEND: Final = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answer, refused = {}, false
local moved = {}
for index, key in ipairs(KEYS) do
  local quota, window = tonumber(ARGV[2 * index - 1]), tonumber(ARGV[2 * index])
  local step = window / quota
  local due = math.max(tonumber(redis.call('GET', key) or now), now)
  local wait = due + step - now - window
  if wait > 0 then
    refused = true
    answer[index] = {0, math.ceil(due - now), math.ceil(wait)}
  else
    moved[index] = due + step
    answer[index] = {math.floor((window - (due + step - now)) / step + 1e-6),
                     math.ceil(due + step - now), 0}
  end
end
if not refused then
  for index, key in ipairs(KEYS) do
    redis.call('SET', key, moved[index], 'PX', math.ceil(moved[index] - now) + 1)
  end
end
return answer
""")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``quota`` in any ``window_s`` seconds, all at once if need be."""

    name: str
    quota: int
    window_s: int

    def key(self, subject: str) -> str:
        """Where the count of one subject is kept."""
        return f"limit:{self.name}:{subject}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of a limit after one request."""

    limit: Limit
    remaining: int
    reset_s: int
    wait_s: int


def spend(uses: Sequence[tuple[Limit, str]]) -> list[Standing]:
    """Count one use against every limit, or against none if one refuses.

    Raises :class:`LimitReached` with ``retry_after_s``; the standings are on the error.
    """
    keys = [limit.key(subject) for limit, subject in uses]
    args = [
        number for limit, _ in uses for number in (limit.quota, limit.window_s * 1000)
    ]
    standings = [
        Standing(limit, int(left), _seconds(reset), _seconds(wait))
        for (limit, _), (left, reset, wait) in zip(
            uses, _SPEND(keys, args), strict=True
        )
    ]
    wait_s = max(standing.wait_s for standing in standings)
    if wait_s:
        raise Refused(standings, wait_s)
    return standings


def forget(uses: Iterable[tuple[Limit, str]]) -> None:
    """Start these counts anew, as after a sign-in that succeeded."""
    with required() as server:
        server.delete(*(limit.key(subject) for limit, subject in uses))


class Refused(LimitReached):
    """A limit is used up; ``standings`` tell which and for how long."""

    def __init__(self, standings: list[Standing], wait_s: int) -> None:
        super().__init__(retry_after_s=wait_s)
        self.standings = standings


def headers(standings: Iterable[Standing]) -> dict[str, str]:
    """RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers)."""
    listed = list(standings)
    return {
        "RateLimit-Policy": ", ".join(
            f'"{at.limit.name}";q={at.limit.quota};w={at.limit.window_s}'
            for at in listed
        ),
        "RateLimit": ", ".join(
            f'"{at.limit.name}";r={at.remaining};t={at.wait_s or at.reset_s}'
            for at in listed
        ),
    }


def _seconds(milliseconds: int) -> int:
    return -(-int(milliseconds) // 1000)
