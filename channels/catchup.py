"""Catch-up URLs of streams that are not ours: one template from the modes of playlists.

The placeholders are those that players know: ``{utc}`` and ``${start}``, ``{utcend}`` and
``${end}``, ``{lutc}``, ``${now}`` and ``${timestamp}``, ``{Y}{m}{d}{H}{M}{S}``,
``{duration}``, ``{duration:60}``, ``{offset:1}``, ``{catchup-id}``; moments take a format,
as in ``{utc:YmdHMS}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

MODES: Final = frozenset(
    {"default", "append", "shift", "timeshift", "vod", "xc"}
    | {"flussonic", "flussonic-hls", "flussonic-ts", "fs"}
)
_PLACEHOLDER: Final = re.compile(r"\$?\{([A-Za-z-]{1,12})(?::([^{}]{1,40}))?\}")
_FLUSSONIC: Final = re.compile(
    r"(https?://[^/]+)/(.*)/([^/?]*)(mpegts|\.m3u8)(\?.+)?", re.IGNORECASE
)
_XTREAM: Final = re.compile(
    r"(https?://[^/]+)/(?:live/)?([^/]+)/([^/]+)/([^/.?]+)(\.m3u8|\.ts)?",
    re.IGNORECASE,
)
_WHOLE: Final = re.compile(r"[0-9]{1,9}")
_START: Final = frozenset({"utc", "start"})
_END: Final = frozenset({"utcend", "end"})
_NOW: Final = frozenset({"lutc", "now", "timestamp"})
_PARTS: Final = "YmdHMS"


@dataclass(frozen=True, slots=True)
class Past:
    """What is asked for: the broadcast within ``[start, end)``."""

    start: datetime
    end: datetime
    catchup_id: str = ""
    correction_s: int = 0


def template(mode: str, url: str, source: str) -> str:
    """The catch-up template of a stream; empty when the mode cannot apply to it."""
    make = _MAKERS.get(mode.lower())
    return make(url, source) if make else ""


def fill(pattern: str, past: Past, *, now: datetime) -> str:
    """The URL of one broadcast; a placeholder that nobody knows stays as it is."""
    correction = timedelta(seconds=past.correction_s)
    start, end = past.start + correction, past.end + correction

    def value(match: re.Match[str]) -> str:
        name, form = match.groups()
        if name in _PARTS and form is None:
            return _part(name, start)
        for names, moment in ((_START, start), (_END, end), (_NOW, now)):
            if name in names:
                return _moment(moment, form)
        if name in {"duration", "offset"} and (form is None or _WHOLE.fullmatch(form)):
            span = end - start if name == "duration" else now - start
            return str(int(span.total_seconds()) // max(1, int(form or 1)))
        if name == "catchup-id" and form is None:
            return quote(past.catchup_id, safe="")
        return match[0]

    return _PLACEHOLDER.sub(value, pattern)


def _part(name: str, moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(f"%{name}")


def _moment(moment: datetime, form: str | None) -> str:
    if form is None:
        return str(int(moment.timestamp()))
    return "".join(_part(c, moment) if c in _PARTS else c for c in form)


def _full(url: str, source: str) -> str:
    """``default``: the source is a whole address; a bare query is appended."""
    return source if "://" in source else _append(url, source)


def _append(url: str, source: str) -> str:
    return url + source if source else ""


def _shift(url: str, _source: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}utc={{utc}}&lutc={{lutc}}"


def _vod(_url: str, source: str) -> str:
    return source or "{catchup-id}"


def _flussonic(url: str, _source: str) -> str:
    match = _FLUSSONIC.fullmatch(url)
    if match is None:
        return ""
    host, channel, listing, kind, query = match.groups()
    if kind == "mpegts":
        return f"{host}/{channel}/timeshift_abs-${{start}}.ts{query or ''}"
    name = "" if listing == "index" else f"{listing}-"
    return f"{host}/{channel}/{name}timeshift_rel-{{offset:1}}.m3u8{query or ''}"


def _xtream(url: str, _source: str) -> str:
    match = _XTREAM.fullmatch(url)
    if match is None:
        return ""
    host, user, password, stream, ending = match.groups()
    slot = "{duration:60}/{Y}-{m}-{d}:{H}-{M}"
    return f"{host}/timeshift/{user}/{password}/{slot}/{stream}{ending or '.ts'}"


_MAKERS: Final[Mapping[str, Callable[[str, str], str]]] = {
    "default": _full,
    "append": _append,
    "shift": _shift,
    "timeshift": _shift,
    "vod": _vod,
    "xc": _xtream,
    **dict.fromkeys(("flussonic", "flussonic-hls", "flussonic-ts", "fs"), _flussonic),
}
