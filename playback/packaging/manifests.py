"""Finishes the manifests: target duration, order of variants, versions with a cap."""

from __future__ import annotations

import re
from typing import Final

from playback import m3u8

FIRST_VARIANT_BPS: Final = 2_000_000
_TARGET: Final = re.compile(r"(?m)^#EXT-X-TARGETDURATION:\d+$")
_VARIANT: Final = re.compile(
    r"(?m)^#EXT-X-STREAM-INF:(?P<attributes>.*)\n(?P<uri>.*)\n"
)
_I_FRAMES: Final = re.compile(r"(?m)^#EXT-X-I-FRAME-STREAM-INF:(?P<attributes>.*)\n")
_REPRESENTATION: Final = re.compile(
    r'(?s)[ \t]*<Representation [^>]*?\bheight="(?P<height>\d+)".*?</Representation>\n'
)


def longest_segment_s(playlist: str) -> int:
    """What EXT-X-TARGETDURATION must be at least: EXTINF to the nearest second."""
    segments = m3u8.parse(playlist).segments
    return max((round(segment.duration) for segment in segments), default=1)


def with_target_duration(playlist: str, seconds: int) -> str:
    """The playlist with a target duration that all playlists share."""
    return _TARGET.sub(f"#EXT-X-TARGETDURATION:{seconds}", playlist)


def starting_well(master: str) -> str:
    """The variant nearest to 2 Mbit/s first: the one that players begin with."""
    variants = list(_VARIANT.finditer(master))
    first = min(variants, key=lambda found: abs(_average(found) - FIRST_VARIANT_BPS))
    rest = [found for found in variants if found is not first]
    block = "".join(found.group() for found in (first, *rest))
    start, end = variants[0].start(), variants[-1].end()
    return master[:start] + block + master[end:]


def capped_hls(master: str, height: int) -> str:
    """The same without variants taller than ``height``."""

    def keep(found: re.Match[str]) -> str:
        resolution = m3u8.attributes(found["attributes"])["RESOLUTION"]
        return found.group() if int(resolution.partition("x")[2]) <= height else ""

    return starting_well(_I_FRAMES.sub(keep, _VARIANT.sub(keep, master)))


def capped_dash(manifest: str, height: int) -> str:
    """The same without representations taller than ``height``."""

    def keep(found: re.Match[str]) -> str:
        return found.group() if int(found["height"]) <= height else ""

    text = _REPRESENTATION.sub(keep, manifest)
    text = re.sub(r' maxWidth="\d+"', "", text)
    return re.sub(r' maxHeight="\d+"', "", text)


def _average(variant: re.Match[str]) -> int:
    return int(m3u8.attributes(variant["attributes"])["AVERAGE-BANDWIDTH"])
