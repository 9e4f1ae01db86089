"""The streams of the channels as lines of a playlist, as a playlist brought them."""

from __future__ import annotations

from collections.abc import Iterator

from channels.m3u import CatchupRule
from channels.m3u_export import Line
from channels.models import Channel, ChannelSource


def stream_lines() -> Iterator[Line]:
    """Every stream in use of every active channel, in the order of failing over."""
    sources = ChannelSource.objects.filter(is_active=True, channel__is_active=True)
    for source in sources.select_related("channel__group").order_by(
        "channel__sort_number", "channel", "position", "pk"
    ):
        yield _line(source.channel, source)


def _line(channel: Channel, source: ChannelSource) -> Line:
    options = source.options
    return Line(
        name=channel.name,
        url=source.url,
        tvg_id=options.get("attributes", {}).get("tvg-id") or channel.slug,
        number=channel.number or "",
        logo_url=channel.logo_url,
        group=channel.group.name if channel.group else "",
        is_radio=channel.kind == Channel.Kind.RADIO,
        catchup=_rule(source),
        headers=options.get("headers", {}),
        properties=options.get("properties", {}),
        vlc_options=options.get("vlc_options", {}),
        attributes=options.get("attributes", {}),
    )


def _rule(source: ChannelSource) -> CatchupRule | None:
    kept = source.options.get("catchup")
    if kept:
        return CatchupRule(**kept)
    if source.kind != ChannelSource.Kind.TEMPLATE:
        return None
    days = -(-source.channel.catchup_hours // 24) or None
    return CatchupRule("default", source.catchup_template, days)
