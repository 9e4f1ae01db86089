"""Checks an HLS presentation against Apple's authoring rules; names the rule each time.

The numbers are those of "HTTP Live Streaming (HLS) authoring specification for Apple
devices". What the specification calls MUST is an error, what it calls SHOULD a warning.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from playback import m3u8
from playback.m3u8 import Playlist, Tag

ERROR: Final = "error"
WARNING: Final = "warning"
_TARGET_S: Final = 6
_CELLULAR_BPS: Final = 192_000
_TOLERANCE: Final = 0.1
_STEREO: Final = "mp4a.40."


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that is not kept, and where."""

    rule: str
    severity: str
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.severity} {self.rule} {self.place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Presentation:
    """A multivariant playlist with the media playlists it leads to, parsed."""

    master: Playlist
    media: Mapping[str, Playlist]
    size_of: Callable[[str], int]

    def measured(self, uri: str) -> tuple[float, float]:
        """Average and peak of a media playlist in bits per second, from its files."""
        playlist = self.media[uri]
        segments: list[tuple[int, float]] = []
        for segment in playlist.segments:
            size = segment.size
            if size is None:
                size = self.size_of(_beside(uri, segment.uri))
            segments.append((size * 8, segment.duration))
        average = sum(bits for bits, _ in segments) / playlist.duration()
        target = float(playlist.value("EXT-X-TARGETDURATION") or 0)
        return average, _peak(segments, target) or average


def _peak(segments: Sequence[tuple[int, float]], target: float) -> float:
    """The highest rate of consecutive segments that last 0.5 to 1.5 target durations.

    That is how RFC 8216 defines a peak: a short last segment alone is none.
    """
    peak = 0.0
    for start in range(len(segments)):
        bits, seconds = 0, 0.0
        for size, duration in segments[start:]:
            bits, seconds = bits + size, seconds + duration
            if seconds > target * 1.5:
                break
            if seconds >= target * 0.5:
                peak = max(peak, bits / seconds)
    return peak


def load(
    name: str, read: Callable[[str], str], size_of: Callable[[str], int]
) -> Presentation:
    """Read the playlist ``name`` and every playlist that it names."""
    master = m3u8.parse(read(name))
    uris = {tag.uri or tag.attributes.get("URI", "") for tag in _children(master)}
    media = {uri: m3u8.parse(read(uri)) for uri in sorted(uris - {""})}
    return Presentation(master, media, size_of)


def check(presentation: Presentation) -> list[Finding]:
    """Everything that is wrong, errors first."""
    findings = [
        *_variants(presentation),
        *_whole(presentation),
        *_renditions(presentation),
        *_trick_play(presentation),
        *_timing(presentation),
        *_bandwidth(presentation),
    ]
    return sorted(findings, key=lambda finding: finding.severity != ERROR)


def _variants(shown: Presentation) -> Iterator[Finding]:
    variants = shown.master.all("EXT-X-STREAM-INF")
    for tag in variants:
        for rule, name in (
            ("9.1", "CODECS"),
            ("9.2", "RESOLUTION"),
            ("9.14", "AVERAGE-BANDWIDTH"),
            ("9.15", "FRAME-RATE"),
        ):
            if name not in tag.attributes:
                yield Finding(rule, ERROR, tag.uri, f"{name} is missing")
    ranges = {tag.attributes.get("VIDEO-RANGE", "SDR") for tag in variants}
    if ranges != {"SDR"}:
        for tag in variants:
            if "VIDEO-RANGE" not in tag.attributes:
                yield Finding("9.16", ERROR, tag.uri, "VIDEO-RANGE is missing")
    scored = sum("SCORE" in tag.attributes for tag in variants)
    if 0 < scored < len(variants):
        yield Finding("9.19", ERROR, "", "SCORE stands on some variants only")


def _whole(shown: Presentation) -> Iterator[Finding]:
    variants = shown.master.all("EXT-X-STREAM-INF")
    if len({tag.attributes.get("BANDWIDTH") for tag in variants}) < 2:
        yield Finding("9.9", ERROR, "", "there is only one bit rate")
    if not shown.master.has("EXT-X-INDEPENDENT-SEGMENTS"):
        yield Finding("9.11", ERROR, "", "EXT-X-INDEPENDENT-SEGMENTS is missing")
    lowest = min((_number(tag, "BANDWIDTH") for tag in variants), default=0)
    if lowest > _CELLULAR_BPS:
        yield Finding("9.21", WARNING, "", "no variant of 192 kbit/s or less")


def _renditions(shown: Presentation) -> Iterator[Finding]:
    for tag in shown.master.all("EXT-X-MEDIA"):
        if tag.attributes.get("TYPE") != "VIDEO" and "LANGUAGE" not in tag.attributes:
            place = tag.attributes.get("URI", tag.attributes.get("NAME", ""))
            yield Finding("8.10", ERROR, place, "LANGUAGE is missing")
    codecs = [
        tag.attributes.get("CODECS", "") for tag in shown.master.all("EXT-X-STREAM-INF")
    ]
    audio = [tag for tag in shown.master.all("EXT-X-MEDIA") if _is_audio(tag)]
    if audio and not any(_STEREO in text for text in codecs):
        yield Finding("2.3", ERROR, "", "there is no stereo AAC sound")


def _trick_play(shown: Presentation) -> Iterator[Finding]:
    tags = shown.master.all("EXT-X-I-FRAME-STREAM-INF")
    if not tags:
        yield Finding("6.1", ERROR, "", "there is no I-frame playlist")
    for tag in tags:
        uri = tag.attributes.get("URI", "")
        for rule, name in (("9.3", "CODECS"), ("9.4", "RESOLUTION")):
            if name not in tag.attributes:
                yield Finding(rule, ERROR, uri, f"{name} is missing")
        if uri in shown.media and not shown.media[uri].has("EXT-X-I-FRAMES-ONLY"):
            yield Finding("6.8", ERROR, uri, "EXT-X-I-FRAMES-ONLY is missing")


def _timing(shown: Presentation) -> Iterator[Finding]:
    targets = {
        playlist.value("EXT-X-TARGETDURATION") for playlist in shown.media.values()
    }
    if len(targets) > 1:
        yield Finding("8.2", ERROR, "", f"target durations differ: {sorted(targets)}")
    for uri, playlist in shown.media.items():
        yield from _one_playlist(uri, playlist)


def _one_playlist(uri: str, playlist: Playlist) -> Iterator[Finding]:
    if not playlist.has("EXT-X-ENDLIST"):
        yield Finding("8.6", ERROR, uri, "a film's playlist ends with EXT-X-ENDLIST")
    if playlist.value("EXT-X-PLAYLIST-TYPE") != "VOD":
        yield Finding("8.6", ERROR, uri, "EXT-X-PLAYLIST-TYPE is not VOD")
    text = any(segment.uri.endswith(".vtt") for segment in playlist.segments)
    if not text and not playlist.has("EXT-X-MAP"):
        yield Finding("8.20", ERROR, uri, "EXT-X-MAP is missing")
    target = float(playlist.value("EXT-X-TARGETDURATION") or 0)
    if target > _TARGET_S:
        yield Finding("7.5", WARNING, uri, f"the target duration is {target:g} s")
    longest = max((segment.duration for segment in playlist.segments), default=0)
    if longest > target + 0.5:
        message = f"a segment of {longest:g} s, the target is {target:g} s"
        yield Finding("7.7", ERROR, uri, message)


def _bandwidth(shown: Presentation) -> Iterator[Finding]:
    """Declared against measured, for each variant with its heaviest renditions."""
    heaviest: dict[tuple[str, str], tuple[float, float]] = {}
    for tag in shown.master.all("EXT-X-MEDIA"):
        group = (tag.attributes.get("TYPE", ""), tag.attributes.get("GROUP-ID", ""))
        if _is_audio(tag) and "URI" in tag.attributes:
            average, peak = shown.measured(tag.attributes["URI"])
            before = heaviest.get(group, (0.0, 0.0))
            heaviest[group] = (max(before[0], average), max(before[1], peak))
    for tag in shown.master.all("EXT-X-STREAM-INF"):
        average, peak = shown.measured(tag.uri)
        with_it = heaviest.get(("AUDIO", tag.attributes.get("AUDIO", "")), (0.0, 0.0))
        yield from _compared("1.26", tag, "AVERAGE-BANDWIDTH", average + with_it[0])
        yield from _compared("1.27", tag, "BANDWIDTH", peak + with_it[1])


def _compared(rule: str, tag: Tag, name: str, measured: float) -> Iterator[Finding]:
    declared = _number(tag, name)
    if declared and abs(measured - declared) > declared * _TOLERANCE:
        message = f"{name} says {declared}, measured {measured:.0f}"
        yield Finding(rule, ERROR, tag.uri, message)


def _children(master: Playlist) -> Iterator[Tag]:
    for name in ("EXT-X-STREAM-INF", "EXT-X-MEDIA", "EXT-X-I-FRAME-STREAM-INF"):
        yield from master.all(name)


def _is_audio(tag: Tag) -> bool:
    return tag.attributes.get("TYPE") == "AUDIO"


def _number(tag: Tag, name: str) -> int:
    text = tag.attributes.get(name, "")
    return int(text) if text.isdigit() else 0


def _beside(playlist: str, uri: str) -> str:
    """The name of ``uri`` seen from where ``playlist`` is."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(playlist), uri))
