"""A development origin for live channels, over packages that the edge has.

In production MediaPackage, or another packager, stands here and this view is not mounted.
"""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from django.core.files.storage import storages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from channels import timeshift
from playback import edge, loops, m3u8
from playback.loops import Clock, Track

_LIVE_S: Final = 2
_MIME: Final = edge.MIME_TYPES[".m3u8"]


def serve(request: HttpRequest, channel: str, name: str) -> HttpResponseBase:
    """A playlist of a channel as it is now, or a segment of the package behind it."""
    refused = edge.refusal(request, name)
    if refused is not None:
        return refused
    if not name.endswith(".m3u8"):
        return edge.stored(request, name)
    try:
        return _playlist(request, channel, name, datetime.now(UTC))
    except (FileNotFoundError, ValueError):
        return edge.missing()


def place_of(channel: str) -> int:
    """Where in its film a channel began, in milliseconds."""
    return zlib.crc32(channel.encode())


def _playlist(
    request: HttpRequest, channel: str, name: str, now: datetime
) -> HttpResponse:
    span = timeshift.read(request.GET)
    signature = edge.signature(request)
    asked = "&".join(
        part
        for part in request.META.get("QUERY_STRING", "").split("&")
        if part and part not in signature.split("&")
    )
    text = _text(name)
    if "#EXT-X-STREAM-INF:" in text:
        return _answer(request, loops.linked(text, _adds(asked, signature)))
    track, clock = _track(name), Clock.of(_leading_track(name), place_of(channel))
    link = _adds(signature)
    if span is None:
        return _answer(request, loops.live(track, clock, now, link))
    return _answer(request, loops.ranged(track, clock, span, now, link))


def _adds(*queries: str) -> loops.Link:
    """Addresses with these queries: relative ones do not inherit their playlist's."""
    query = "&".join(filter(None, queries))
    return lambda uri: f"{uri}?{query}" if query else uri


@lru_cache(maxsize=512)
def _text(name: str) -> str:
    """A packaged playlist; packages never change."""
    with storages["video"].open(name) as file:
        text: str = file.read().decode()
    return text


@lru_cache(maxsize=512)
def _track(name: str) -> Track:
    return loops.read(_text(name))


def _leading_track(name: str) -> Track:
    """The picture that the round is as long as: the first of the package."""
    folder = "/".join(name.split("/")[:-2])
    streams = m3u8.parse(_text(f"{folder}/master.m3u8")).all("EXT-X-STREAM-INF")
    return _track(f"{folder}/{streams[0].uri}")


def _answer(request: HttpRequest, text: str) -> HttpResponse:
    headers = {
        "Cache-Control": f"private, max-age={_LIVE_S}",
        "Vary": "Accept-Encoding",
    }
    body = text.encode()
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        body, headers["Content-Encoding"] = gzip.compress(body, mtime=0), "gzip"
    return HttpResponse(body, _MIME, headers=headers)
