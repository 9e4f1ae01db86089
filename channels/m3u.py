"""M3U playlists of television as plain values: a bounded reader, without a database.

What players make of the format is what counts: header defaults, attributes in any case,
``EXTGRP``, ``KODIPROP`` and ``EXTVLCOPT`` lines, headers after a ``|``. An entry that
cannot be used is named with its line and left out; only what is no playlist is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlsplit

from channels import catchup
from streamapi.errors import InvalidInput

MAX_LINE: Final = 64 * 1024
MAX_ENTRIES: Final = 50_000
_CHUNK: Final = 64 * 1024
_MAX_ATTRIBUTES: Final = 60
_NAME_LENGTH: Final = 120
_URL_LENGTH: Final = 1000
_VALUE_LENGTH: Final = 1000

_ATTRIBUTE: Final = re.compile(
    r"""([A-Za-z][\w.-]{0,40})=(?:"([^"]*)"|'([^']*)'|([^\s,"']+))"""
)
_NUMBER: Final = re.compile(r"(\d{1,6})(?:[.\-](\d{1,4}))?")
_DURATION: Final = re.compile(r"\A\s*-?\d+(?:\.\d+)?")
_SCHEMES: Final = frozenset({"http", "https", "rtmp", "rtmps", "rtsp", "rtp", "udp"})


class M3uInvalid(InvalidInput):
    """Not a playlist, or one that is larger than is read."""

    code = "m3u_invalid"
    title = "The file is not a valid M3U playlist"


@dataclass(frozen=True, slots=True)
class CatchupRule:
    """How a player asks for what was on, as the playlist says it."""

    mode: str
    source: str = ""
    days: int | None = None
    correction_s: int = 0


@dataclass(frozen=True, slots=True)
class M3uHeader:
    """The first line: where the guide is, and defaults of the entries."""

    guide_urls: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class M3uEntry:
    """A stream of the playlist."""

    line: int
    name: str
    url: str
    tvg_id: str = ""
    tvg_name: str = ""
    logo_url: str = ""
    number: tuple[int, int | None] | None = None
    groups: tuple[str, ...] = ()
    is_radio: bool = False
    is_vod: bool = False
    shift_s: int = 0
    catchup: CatchupRule | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    vlc_options: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class M3uIssue:
    """An entry that cannot be used, and why."""

    line: int
    name: str
    code: str


M3uItem = M3uHeader | M3uEntry | M3uIssue


class Readable(Protocol):
    """Where bytes come from."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; empty at the end."""


def read(stream: Readable) -> Iterator[M3uItem]:
    """The header, then entries and issues in the order of the file."""
    reader = _Reader()
    count = 0
    for number, line in _lines(stream):
        for item in reader.line(number, line):
            count += 1
            if count > MAX_ENTRIES:
                raise M3uInvalid(
                    f"More than {MAX_ENTRIES} entries.", code="m3u_too_large"
                )
            yield item
    if not reader.began:
        raise M3uInvalid("The file does not begin with #EXTM3U.", code="not_m3u")


def _lines(stream: Readable) -> Iterator[tuple[int, str]]:
    """Numbered lines, whatever they end with; of a line too long only its beginning."""
    number, rest, cut = 0, b"", False
    while chunk := stream.read(_CHUNK):
        pieces = re.split(rb"\r\n|\n|\r(?!\Z)", rest + chunk)
        rest = pieces.pop()
        for piece in pieces:
            number += 1
            if not cut:
                yield number, _text(piece[:MAX_LINE])
            cut = False
        if len(rest) > MAX_LINE:
            if not cut:
                yield number + 1, _text(rest[:MAX_LINE])
            rest, cut = b"", True
    if rest and not cut:
        yield number + 1, _text(rest)


def _text(raw: bytes) -> str:
    """As UTF-8, else as what old tools write."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return text.strip()


class _Reader:
    """Gathers the lines of an entry until its address comes."""

    def __init__(self) -> None:
        self.began = False
        self._header = M3uHeader()
        self._groups: tuple[str, ...] = ()
        self._forget()

    def _forget(self) -> None:
        self._name = ""
        self._attributes: dict[str, str] = {}
        self._described = False
        self._own_groups: tuple[str, ...] = ()
        self._properties: dict[str, str] = {}
        self._options: dict[str, str] = {}
        self._is_vod = False

    def line(self, number: int, line: str) -> Iterator[M3uItem]:
        """What is complete with this line."""
        if not line:
            return
        if not self.began:
            if not line.upper().startswith("#EXTM3U"):
                raise M3uInvalid(
                    "The file does not begin with #EXTM3U.", code="not_m3u"
                )
            self.began = True
            self._header = _header(line)
            yield self._header
        elif line.startswith("#"):
            self._directive(line)
        else:
            yield self._entry(number, line)
            self._forget()

    def _directive(self, line: str) -> None:
        keyword, _, value = line.partition(":")
        match keyword.upper().rstrip():
            case "#EXTINF":
                self._describe(value)
            case "#EXTGRP":
                self._own_groups = _groups(value)
            case "#KODIPROP":
                _put(self._properties, value)
            case "#EXTVLCOPT":
                _put(self._options, value)
            case "#EXT-X-PLAYLIST-TYPE":
                self._is_vod = value.strip().upper() == "VOD"

    def _describe(self, text: str) -> None:
        rest = _DURATION.sub("", text, count=1)
        comma = _name_comma(rest)
        self._attributes = _attributes(rest[:comma])
        self._name = _clean(rest[comma + 1 :])
        self._described = True

    def _entry(self, number: int, line: str) -> M3uEntry | M3uIssue:
        given = self._attributes
        name = self._name or _clean(given.get("tvg-name", ""))
        url, headers = _address(line)
        problem = _problem(url)
        if problem is None and not name:
            problem = "no_name" if self._described else "no_extinf"
        if problem:
            return M3uIssue(number, name[:_NAME_LENGTH], problem)
        both = {**self._header.attributes, **given}
        if "tvg-shift" in both:
            given = {"tvg-shift": both["tvg-shift"], **given}
        return M3uEntry(
            line=number,
            name=name[:_NAME_LENGTH],
            url=url,
            tvg_id=given.get("tvg-id", "")[:200],
            tvg_name=_clean(given.get("tvg-name", ""))[:_NAME_LENGTH],
            logo_url=given.get("tvg-logo", "")[:_URL_LENGTH],
            number=_number(given.get("tvg-chno") or given.get("ch-number", "")),
            groups=_groups(given.get("group-title", "")) or self._own_groups,
            is_radio=given.get("radio", "").lower() in {"true", "1"},
            is_vod=self._is_vod,
            shift_s=_hours(both.get("tvg-shift", "")),
            catchup=_catchup(both),
            headers=headers,
            properties=self._properties,
            vlc_options=self._options,
            attributes=given,
        )


def _header(line: str) -> M3uHeader:
    attributes = _attributes(line[len("#EXTM3U") :])
    raw = attributes.get("x-tvg-url") or attributes.get("url-tvg", "")
    urls = tuple(part.strip() for part in raw.split(",") if part.strip())
    defaults = ("tvg-shift", "catchup", "catchup-type", "catchup-days")
    more = ("catchup-source", "catchup-correction")
    kept = {name: attributes[name] for name in (*defaults, *more) if name in attributes}
    return M3uHeader(urls, kept)


def _attributes(text: str) -> dict[str, str]:
    """``key="value"`` pairs, names in lower case; the first of a name counts."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        value = next(part for part in match.groups()[1:] if part is not None)
        found.setdefault(match[1].lower(), _clean(value)[:_VALUE_LENGTH])
        if len(found) == _MAX_ATTRIBUTES:
            break
    return found


def _name_comma(text: str) -> int:
    """Where the name begins: the first comma outside quotes, else the last of all."""
    quoted = False
    for place, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            return place
    last = text.rfind(",")
    return last if last >= 0 else len(text)


def _clean(text: str) -> str:
    """Without controls and marks that turn the direction of what stands beside them."""
    kept = (c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    return "".join(kept).strip()


def _put(target: dict[str, str], text: str) -> None:
    name, _, value = text.strip().partition("=")
    if name and len(target) < _MAX_ATTRIBUTES:
        target[name.strip()[:60]] = value.strip()[:_VALUE_LENGTH]


def _groups(text: str) -> tuple[str, ...]:
    parts = (_clean(part)[:80] for part in text.split(";"))
    return tuple(dict.fromkeys(part for part in parts if part))


def _number(text: str) -> tuple[int, int | None] | None:
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    return int(match[1]), int(match[2]) if match[2] else None


def _hours(text: str) -> int:
    """Hours with decimals as seconds; nothing for what is no number of hours."""
    try:
        hours = float(text) if len(text) <= 8 else 0.0
    except ValueError:
        return 0
    return round(hours * 3600) if -24 <= hours <= 24 else 0


def _catchup(attributes: Mapping[str, str]) -> CatchupRule | None:
    mode = (attributes.get("catchup") or attributes.get("catchup-type", "")).lower()
    days = _days(attributes.get("catchup-days") or attributes.get("tvg-rec", ""))
    source = attributes.get("catchup-source", "")
    legacy = _days(attributes.get("timeshift", ""))
    if not mode and legacy:
        mode, days = "shift", legacy
    if not mode and source:
        mode = "default"
    if mode not in catchup.MODES:
        return None
    correction = _hours(attributes.get("catchup-correction", ""))
    return CatchupRule(mode, source, days, correction)


def _days(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None


def _address(line: str) -> tuple[str, dict[str, str]]:
    """The address, and the headers that may follow it after a bar."""
    url, _, rest = line.partition("|")
    try:
        pairs = parse_qsl(rest, max_num_fields=20)
    except ValueError:
        pairs = []
    return url.strip(), {name.lower()[:60]: value[:400] for name, value in pairs}


def _problem(url: str) -> str | None:
    """Why an address cannot be played from."""
    if len(url) > _URL_LENGTH:
        return "url_too_long"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "bad_url"
    if parts.scheme.lower() not in _SCHEMES or not parts.netloc:
        return "bad_url"
    if parts.username is not None or parts.password is not None:
        return "credentials_in_url"
    return "bad_url" if any(ord(c) < 33 for c in url) else None
