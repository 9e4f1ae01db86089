"""Which blackouts hold: all of them in memory, read again every few seconds.

Heartbeats of any number of players ask here without a query. A blackout that is set now is
known to every worker within ``FRESH_S``, well before the next heartbeat of any player.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import DatabaseError

from channels.models import Blackout
from channels.models.channels import MAX_CATCHUP_HOURS

FRESH_S: Final = 5.0
_AHEAD: Final = timedelta(hours=1)
BEHIND: Final = timedelta(hours=MAX_CATCHUP_HOURS)
"""A blackout counts as long as what it forbids could be caught up with."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Where somebody watches, and on what."""

    territory: str
    form_factor: str


@dataclass(frozen=True, slots=True)
class Ban:
    """A blackout, as far as the one who watches has to know it."""

    starts_s: int
    ends_s: int
    territories: frozenset[str]
    form_factors: frozenset[str]
    reason: str
    alternative_id: str | None

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return datetime.fromtimestamp(self.ends_s, UTC)

    def concerns(self, screen: Screen) -> bool:
        """Whether it holds on this screen."""
        here = not self.territories or screen.territory in self.territories
        return here and (
            not self.form_factors or screen.form_factor in self.form_factors
        )

    def overlaps(self, start_s: float, end_s: float) -> bool:
        """Whether it covers a part of ``[start_s, end_s)``."""
        return self.starts_s < end_s and self.ends_s > start_s


@dataclass(slots=True)
class _Known:
    by_channel: Mapping[int, Sequence[Ban]] = field(default_factory=dict)
    read_at: float = -FRESH_S


_known = _Known()


def holding(
    channel_pk: int, screen: Screen, start_s: int, end_s: int | None, now: datetime
) -> Ban | None:
    """The blackout that forbids this part of a channel now; one to come does not yet."""
    return first(_current(now).get(channel_pk, ()), screen, start_s, end_s, now)


def from_columns(columns: Mapping[str, Any]) -> Ban:
    """One as JSON of its columns, with the public id of the ``alternative``."""
    return Ban(
        starts_s=int(datetime.fromisoformat(columns["starts_at"]).timestamp()),
        ends_s=int(datetime.fromisoformat(columns["ends_at"]).timestamp()),
        territories=frozenset(columns["territories"]),
        form_factors=frozenset(columns["form_factors"]),
        reason=columns["reason"],
        alternative_id=columns["alternative"],
    )


def first(
    bans: Iterable[Ban],
    screen: Screen,
    start_s: int,
    end_s: int | None,
    now: datetime,
) -> Ban | None:
    """The one of ``bans`` that forbids ``[start_s, end_s)`` as far as it has run."""
    moment = int(now.timestamp()) + 1
    until = moment if end_s is None else min(moment, end_s)
    forbid = (b for b in bans if b.concerns(screen) and b.overlaps(start_s, until))
    return next(forbid, None)


def next_start(
    bans: Iterable[Ban], screen: Screen, end_s: int | None, now: datetime
) -> int | None:
    """When the next of them begins that ends what is being watched."""
    return min(
        (
            ban.starts_s
            for ban in bans
            if ban.concerns(screen)
            and ban.starts_s > now.timestamp()
            and (end_s is None or ban.starts_s < end_s)
        ),
        default=None,
    )


def forget() -> None:
    """Read all anew at the next question."""
    _known.read_at = -FRESH_S


def _current(now: datetime) -> Mapping[int, Sequence[Ban]]:
    clock = time.monotonic()
    if clock - _known.read_at >= FRESH_S:
        _known.read_at = clock  # others go on with what is known meanwhile
        try:
            rows = Blackout.objects.within(now - BEHIND, now + _AHEAD)
            _known.by_channel = _grouped(rows.select_related("alternative"))
        except DatabaseError:  # running streams go on by what was known last
            return _known.by_channel
    return _known.by_channel


def _grouped(rows: Iterable[Blackout]) -> Mapping[int, Sequence[Ban]]:
    found: dict[int, list[Ban]] = defaultdict(list)
    for row in rows:
        ban = Ban(
            starts_s=int(row.starts_at.timestamp()),
            ends_s=int(row.ends_at.timestamp()),
            territories=frozenset(row.territories),
            form_factors=frozenset(row.form_factors),
            reason=row.reason,
            alternative_id=row.alternative.public_id if row.alternative else None,
        )
        found[row.channel_id].append(ban)
    return found
