"""Rails of channels for pages: what is on now, all channels or one group of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from catalog.models.pages import Layout
from catalog.rail_sources import Ask, Entries, ForeignSource, PersonalSource
from channels import cache_keys, documents, guide
from channels.documents import Reader
from channels.guide import ChannelPage, GuideWindow, NowAndNext
from channels.models import Channel, ChannelGroup
from streamapi.clients import Variant

_MOST: Final = 500


def live_now(asks: Sequence[Ask], variant: Variant, now: datetime) -> Sequence[Entries]:
    """Channels with what runs on them; three queries for any number of rails."""
    every = ChannelPage.load(variant, size=_MOST).channels
    chosen = [_chosen(every, ask) for ask in asks]
    wanted = {channel.pk: channel for each, _ in chosen for channel in each}
    reader = Reader(variant.languages, variant.maturity)
    page = ChannelPage(list(wanted.values()), None)
    shown = guide.now_and_next(page, now, reader)
    days = GuideWindow(now, now + guide.NEXT_WITHIN).days()
    tags = [cache_keys.CHANNELS, *map(cache_keys.guide, days)]
    return [
        Entries(
            [_entry(channel, shown[channel.pk], variant) for channel in each],
            after=_place(each[-1]) if more else None,
            tags=tags,
            changes_at=_next_change([shown[channel.pk] for channel in each]),
        )
        for each, more in chosen
    ]


def groups() -> Sequence[tuple[str, str]]:
    """What an editor can narrow the rail to."""
    rows = ChannelGroup.objects.order_by("position", "slug")
    return list(rows.values_list("slug", "name"))


def _chosen(channels: Sequence[Any], ask: Ask) -> tuple[list[Any], bool]:
    """The channels of a rail, and whether there are more."""
    found = [
        channel
        for channel in channels
        if not ask.argument or (channel.group and channel.group.slug == ask.argument)
    ]
    places = [_place(channel) for channel in found]
    start = places.index(ask.after) + 1 if ask.after in places else 0
    end = start + ask.limit
    return found[start:end], len(found) > end


def _place(channel: Channel) -> str:
    return str(channel.public_id)


def _entry(channel: Channel, shown: NowAndNext, variant: Variant) -> str:
    card = documents.channel_card(channel, variant.languages)
    entry = {"channel": card, "now": shown.now, "next": shown.next}
    return orjson.dumps(entry, option=orjson.OPT_UTC_Z).decode()


def _next_change(shown: Sequence[NowAndNext]) -> datetime | None:
    return min((one.changes_at for one in shown if one.changes_at), default=None)


SOURCES: Final = (
    ForeignSource(
        "live_now", "Live now", of="channels", fill=live_now, arguments=groups
    ),
    PersonalSource(
        "favourite_channels",
        "Favourite channels",
        "/v1/me/favourite-channels",
        layouts=(Layout.CHANNEL,),
    ),
)
