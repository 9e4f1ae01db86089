"""Reads the parts of an HLS playlist (RFC 8216) that we check and choose by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_ATTRIBUTE: Final = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')


@dataclass(frozen=True, slots=True)
class Tag:
    """One ``#EXT`` line: its name, its plain value, its attributes, the URI below it."""

    name: str
    value: str
    attributes: dict[str, str]
    uri: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: how long it is, where it is, which bytes of the file it takes."""

    duration: float
    uri: str
    size: int | None = None


@dataclass(slots=True)
class Playlist:
    """A playlist as its tags, in order."""

    tags: list[Tag] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)

    def all(self, name: str) -> list[Tag]:
        """The tags called ``name``."""
        return [tag for tag in self.tags if tag.name == name]

    def has(self, name: str) -> bool:
        """Whether there is a tag called ``name``."""
        return any(tag.name == name for tag in self.tags)

    def value(self, name: str) -> str:
        """The value of the first tag called ``name``; empty without one."""
        return next((tag.value for tag in self.tags if tag.name == name), "")

    def duration(self) -> float:
        """The length of all segments in seconds."""
        return sum(segment.duration for segment in self.segments)


def parse(text: str) -> Playlist:
    """The playlist in ``text``; raises ValueError when it is none."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or lines[0] != "#EXTM3U":
        raise ValueError("a playlist starts with #EXTM3U")
    playlist = Playlist()
    for name, value, uri in _entries(lines[1:]):
        playlist.tags.append(Tag(name, value, attributes(value), uri))
        if name == "EXTINF":
            size = (
                playlist.tags[-2].value.partition("@")[0] if _ranged(playlist) else ""
            )
            length = float(value.partition(",")[0])
            playlist.segments.append(Segment(length, uri, int(size) if size else None))
    return playlist


def attributes(value: str) -> dict[str, str]:
    """``BANDWIDTH=1,CODECS="a,b"`` as a mapping, without the quotes."""
    return {name: text.strip('"') for name, text in _ATTRIBUTE.findall(value)}


def _ranged(playlist: Playlist) -> bool:
    return len(playlist.tags) > 1 and playlist.tags[-2].name == "EXT-X-BYTERANGE"


def _entries(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    """Each tag with the URI that follows it, if it is one that a URI follows.

    A byte range stands between EXTINF and the URI; it is yielded before its EXTINF.
    """
    waiting: tuple[str, str] | None = None
    for line in lines:
        if not line.startswith("#"):
            if waiting:
                yield (*waiting, line)
                waiting = None
        elif line.startswith("#EXT"):
            name, _, value = line[1:].partition(":")
            if name in {"EXTINF", "EXT-X-STREAM-INF"}:
                waiting = (name, value)
            else:
                yield name, value, ""
