"""Where a channel comes from: the first source that is up and that the screen can play."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from channels.models import ChannelSource
from channels.timeshift import Stream
from playback import content, devices
from playback.content import NotPlayable, Playable
from playback.devices import Family
from playback.live import Airing
from playback.models import Asset
from playback.packaging import HLS_MANIFEST

_NOTHING: Final[Mapping[str, Any]] = dict.fromkeys(("rungs", "sounds", "words"), ())


def playable(airing: Airing, family: Family) -> Playable:
    """The channel as something to play; raises NotPlayable when nothing of it is up."""
    for source in airing.known.sources:
        found = _origin(source, airing) if _is_ours(source) else _elsewhere(source)
        if found is None or devices.kind_of(found[1].url) not in family.manifests:
            continue
        folder, stream, film = found
        if airing.span is None or stream.shifts:
            return _playable(airing, folder, stream, film)
    raise NotPlayable("This channel has no stream to play at the moment.")


def _is_ours(source: ChannelSource) -> bool:
    return source.kind == ChannelSource.Kind.ORIGIN


def _origin(
    source: ChannelSource, airing: Airing
) -> tuple[str, Stream, Mapping[str, Any]] | None:
    """The development origin plays the film whose public id is the source's URL."""
    film = content.film(source.url)
    if film is None or film["keys"]:  # what is encrypted for films is not for loops
        return None
    folder = f"live/{airing.channel.public_id}/{film['folder']}"
    url = f"{settings.MEDIA_BASE_URL}/{folder}/{HLS_MANIFEST}"
    return folder, Stream(source.kind, url), film


def _elsewhere(source: ChannelSource) -> tuple[str, Stream, Mapping[str, Any]]:
    """All that lies beside the manifest may be fetched with it."""
    folder = source.url.partition("?")[0].rpartition("/")[0]
    rule = source.options.get("catchup", {})
    stream = Stream(
        source.kind, source.url, source.catchup_template, rule.get("correction_s", 0)
    )
    return folder, stream, _NOTHING


def _playable(
    airing: Airing, folder: str, stream: Stream, film: Mapping[str, Any]
) -> Playable:
    span, terms = airing.span, airing.terms
    lasts_ms = 0
    if span is not None and airing.programme is not None:
        lasts_ms = int(airing.programme.duration.total_seconds() * 1000)
    return Playable(
        content_id=airing.public_id,
        kind=Asset.Kind.MAIN,
        name=airing.channel.name,
        title_id="",
        title_pk=None,
        asset_pk=None,
        asset_id="",
        folder=folder,
        duration_ms=lasts_ms,
        thumbnails="",
        packages=terms.packages,
        min_age=terms.min_age or 0,
        windowed=False,
        rungs=film["rungs"],
        sounds=film["sounds"],
        words=(),
        marks=(),
        airing=airing,
        stream=stream,
    )
