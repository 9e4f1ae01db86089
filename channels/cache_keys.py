"""What answers about live television carry, and what a change of its models purges.

An answer about a few channel-days carries each of them; one about many carries the days,
because an edge keeps no more than fifty tags of an answer. Imports write without signals
and purge by name (``channels.versions``); editing in the admin purges through these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from channels.models import (
    Blackout,
    Channel,
    ChannelGroup,
    Lineup,
    LineupEntry,
    Programme,
)
from streamapi.responsecache import register

CHANNELS: Final = "channels"
"""Carried by every answer that depends on which channels are shown."""
_MOST: Final = 45


def channel(pk: int) -> str:
    """Carried by answers about one channel."""
    return f"channel:{pk}"


def schedule(pk: int, day: date | str) -> str:
    """Carried by answers about a day of a channel."""
    return f"schedule:{pk}:{day}"


def guide(day: date | str) -> str:
    """Carried by answers about a day of many channels."""
    return f"guide:{day}"


def guide_page(pks: Sequence[int], days: Sequence[date]) -> list[str]:
    """The tags of a page of the guide."""
    if len(pks) * len(days) <= _MOST:
        return [CHANNELS, *(schedule(pk, day) for pk in pks for day in days)]
    return [CHANNELS, *(guide(day) for day in days)]


def channel_days(days: Iterable[tuple[int, str]]) -> set[str]:
    """What a change of these channel-days purges."""
    tags = set()
    for pk, day in days:
        tags |= {schedule(pk, day), guide(day)}
    return tags


def _programme(changed: Programme) -> set[str]:
    days = {_day(changed.starts_at), _day(changed.ends_at - timedelta(microseconds=1))}
    return channel_days((changed.channel_id, day) for day in days)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _blackout(changed: Blackout) -> set[str]:
    days = (changed.ends_at - changed.starts_at).days + 2
    return channel_days(
        (changed.channel_id, _day(changed.starts_at + timedelta(days=number)))
        for number in range(days)
    )


register(
    Channel,
    carries=lambda shown: {channel(shown.pk)},
    purges=lambda changed: {CHANNELS, channel(changed.pk)},
)
register(ChannelGroup, purges=lambda _changed: {CHANNELS})
register(Lineup, purges=lambda _changed: {CHANNELS})
register(LineupEntry, purges=lambda _changed: {CHANNELS})
register(Blackout, purges=_blackout)
register(Programme, purges=_programme)
