"""The line-up and the guide of a link, for players that read M3U and XMLTV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.files.storage import default_storage

from accounts import entitlements
from accounts.entitlements import Holder
from channels import documents, guide, m3u_export, packed_guides, playlist_links
from channels.m3u import CatchupRule
from channels.m3u_export import Line
from channels.models import Channel, PlaylistLink
from channels.models.channels import number_text
from streamapi.clients import Variant
from streamapi.errors import Denied

MAX_CHANNELS: Final = 5_000
_A_DAY: Final = 24
_CATCH_UP: Final = "&start={utc}&end={utcend}"


def playlist(link: PlaylistLink, *, territory: str, now: datetime) -> str:
    """The channels that may be watched through the link, as M3U."""
    lines = (_line(link, channel) for channel in channels(link, territory, now))
    return "".join(m3u_export.export(lines, guide_url=playlist_links.guide_url(link)))


def packed_guide(
    link: PlaylistLink, *, territory: str, now: datetime
) -> Iterator[bytes]:
    """The guide of the same channels as gzipped XMLTV, packed by a job before."""
    shown = channels(link, territory, now)
    return packed_guides.stream(shown, ceiling=link.profile.ceiling)


def channels(link: PlaylistLink, territory: str, now: datetime) -> list[Channel]:
    """In the order of the line-up, what may be shown and what the household owns."""
    holder = entitlements.holder_for(
        link.device.account, profile=link.profile, device=link.device, now=now
    )
    if holder.is_suspended:
        raise Denied(code="account_suspended", help=["contact_support"])
    variant = Variant(_language(link), territory, "tv", holder.maturity)
    lineup = guide.lineup(link.lineup_slug, territory)
    found: Any = (
        Channel.objects.visible(variant)
        .placed(lineup.pk if lineup else None)
        .for_card()
    )
    ordered = found.order_by("place", "pk")[:MAX_CHANNELS]
    return [channel for channel in ordered if _is_owned(channel, holder)]


def _is_owned(channel: Channel, holder: Holder) -> bool:
    codes = channel.package_codes  # type: ignore[attr-defined]  # for_card
    return not codes or bool(holder.holdings.packages.intersection(codes))


def _language(link: PlaylistLink) -> str:
    return link.profile.language or settings.CONTENT_LANGUAGES[0]


def _line(link: PlaylistLink, channel: Channel) -> Line:
    group = channel.group
    return Line(
        name=channel.name,
        url=playlist_links.play_url(link, channel.public_id),
        tvg_id=channel.slug,
        number=number_text(channel.major, channel.minor) or "",  # type: ignore[attr-defined]  # placed
        logo_url=_logo(channel),
        group=documents.group_name(group, [_language(link)]) if group else "",
        is_radio=channel.kind == Channel.Kind.RADIO,
        catchup=_catchup(channel),
    )


def _logo(channel: Channel) -> str:
    if not channel.logo:
        return channel.logo_url
    url = default_storage.url(channel.logo.name)
    return url if "://" in url else f"{settings.PUBLIC_URL}{url}"


def _catchup(channel: Channel) -> CatchupRule | None:
    """A past programme is the channel's own address with the times it ran."""
    if not channel.catchup_hours:
        return None
    return CatchupRule("append", _CATCH_UP, -(-channel.catchup_hours // _A_DAY))
