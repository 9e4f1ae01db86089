"""What a device reads about live television when it plays some."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from channels.timeshift import Stream
from playback import devices, live
from playback.content import Playable
from playback.live import Airing
from playback.packaging import capped_name

_MIMES: Final = {
    devices.HLS: "application/vnd.apple.mpegurl",
    devices.DASH: "application/dash+xml",
}


def manifest(
    playable: Playable, airing: Airing, height: int | None, now: datetime
) -> dict[str, Any]:
    """Where the stream starts: live, or the range of the programme.

    A limit of height is kept by naming a smaller list, where we know which there are.
    """
    stream = playable.stream or Stream("", "")
    tallest = max((rung["height"] for rung in playable.rungs), default=0)
    if height is not None and height < tallest:
        folder, _, name = stream.url.rpartition("/")
        stream = Stream(stream.kind, f"{folder}/{capped_name(name, height)}")
    url = stream.address(airing.span, now)
    kind = devices.kind_of(url)
    return {"type": kind, "url": url, "mime": _MIMES[kind]}


def block(airing: Airing, wanted: Sequence[str], now: datetime) -> dict[str, Any]:
    """The channel, the programme, and how far back a viewer may go."""
    running = airing.programme
    is_on = running is not None and running.starts_at <= now < running.ends_at
    hours = airing.channel.catchup_hours
    start_over = None
    if running is not None and is_on and airing.can("start_over"):
        start_over = {
            "airing_id": running.public_id,
            "starts_at": _moment(running.starts_at),
        }
    return {
        "mode": airing.mode,
        "channel": {
            "id": airing.channel.public_id,
            "slug": airing.channel.slug,
            "name": airing.channel.name,
            "number": airing.channel.number,
        },
        "programme": _programme(airing, wanted),
        "startover": start_over,
        "catchup_from": _moment(now - timedelta(hours=hours)) if hours else None,
        "live_edge_at": _moment(now) if airing.mode != live.CATCH_UP else None,
        "can_pause": airing.can("pause"),
        "server_time": _moment(now),
    }


def _programme(airing: Airing, wanted: Sequence[str]) -> dict[str, Any] | None:
    programme = airing.programme
    if programme is None:
        return None
    words = {"title": programme.title, "subtitle": programme.subtitle}
    for language in wanted:
        if language == programme.language:
            break
        if language in programme.translations:
            words |= programme.translations[language]
            break
    return {
        "id": programme.public_id,
        "title": words["title"],
        "episode_title": words["subtitle"],
        "starts_at": _moment(programme.starts_at),
        "ends_at": _moment(programme.ends_at),
    }


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
