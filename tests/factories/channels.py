"""Channels, programmes, feeds and blackouts for tests, with no more than a test needs."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.models import (
    Blackout,
    Channel,
    ChannelGroup,
    ChannelSource,
    EpgSource,
    Lineup,
    LineupEntry,
    Programme,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""The moment that tests of the guide take for now."""

_numbers = itertools.count(1)


def make_group(slug: str = "news", **fields: Any) -> ChannelGroup:
    fields.setdefault("name", slug.title())
    return ChannelGroup.objects.get_or_create(slug=slug, defaults=fields)[0]


def make_channel(name: str = "", *, packages: Any = (), **fields: Any) -> Channel:
    number = next(_numbers)
    fields = {"slug": f"channel-{number}", "number_major": number} | fields
    channel = Channel.objects.create(name=name or f"Channel {number}", **fields)
    channel.packages.set(packages)
    return channel


def make_stream(channel: Channel, **fields: Any) -> ChannelSource:
    fields = {
        "position": channel.sources.count(),
        "url": "https://origin/a.m3u8",
    } | fields
    return ChannelSource.objects.create(channel=channel, **fields)


def make_programme(
    channel: Channel,
    starts_at: datetime = NOON,
    minutes: int = 60,
    **fields: Any,
) -> Programme:
    fields = {"title": f"Programme {next(_numbers)}"} | fields
    return Programme.objects.create(
        channel=channel,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        **fields,
    )


def make_feed(**fields: Any) -> EpgSource:
    number = next(_numbers)
    fields = {
        "slug": f"feed-{number}",
        "name": f"Feed {number}",
        "location": f"/feeds/{number}.xml",
    } | fields
    return EpgSource.objects.create(**fields)


def make_lineup(slug: str, channels: Any, **fields: Any) -> Lineup:
    lineup = Lineup.objects.create(**{"slug": slug, "name": slug} | fields)
    for number, channel in enumerate(channels, 1):
        LineupEntry.objects.create(lineup=lineup, channel=channel, number_major=number)
    return lineup


def make_blackout(
    channel: Channel, starts_at: datetime = NOON, minutes: int = 60, **fields: Any
) -> Blackout:
    return Blackout.objects.create(
        channel=channel,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        **fields,
    )
