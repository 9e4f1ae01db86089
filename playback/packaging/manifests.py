"""Finishes the manifests: target duration, order of variants, versions with a cap."""

from __future__ import annotations

import re
from typing import Final

from playback import m3u8
from playback.protection import track_of

KEY_URI: Final = "skd://key"
FIRST_VARIANT_BPS: Final = 2_000_000
_TARGET: Final = re.compile(r"(?m)^#EXT-X-TARGETDURATION:\d+$")
_VARIANT: Final = re.compile(
    r"(?m)^#EXT-X-STREAM-INF:(?P<attributes>.*)\n(?P<uri>.*)\n"
)
_I_FRAMES: Final = re.compile(r"(?m)^#EXT-X-I-FRAME-STREAM-INF:(?P<attributes>.*)\n")
_ADAPTATION_SET: Final = re.compile(
    r"(?s)[ \t]*<AdaptationSet (?P<attributes>[^>]*)>.*?</AdaptationSet>\n"
)
_REPRESENTATION: Final = re.compile(
    r"(?s)[ \t]*<Representation (?P<attributes>[^>]*)>.*?</Representation>\n"
)
_HEIGHT: Final = re.compile(r'\bheight="(\d+)"')
_CELLULAR_BPS: Final = 300_000
_HDCP: Final = {"hd": "TYPE-0", "uhd": "TYPE-1"}
_CLEAR_KEY_LINE: Final = re.compile(
    r'(?m)^#EXT-X-KEY:.*KEYFORMAT="identity".*\n(?=#EXT-X-KEY)'
)
_KEY_ID: Final = re.compile(r"KEYID=0x([0-9a-f]{32})")


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


def for_television(master: str) -> str:
    """The same for Apple TV, which has no cellular network to save for."""

    def keep(found: re.Match[str]) -> str:
        return found.group() if _average(found) > _CELLULAR_BPS else ""

    fewer = _VARIANT.sub(keep, master)
    return fewer if _VARIANT.search(fewer) else master


def with_key_ids(playlist: str) -> str:
    """FairPlay asks for each key by its id; players that know no system get no key."""
    kid = _KEY_ID.search(playlist)
    if kid is None:
        return playlist
    return _CLEAR_KEY_LINE.sub("", playlist).replace(KEY_URI, f"skd://{kid[1]}")


def with_output_protection(master: str) -> str:
    """Variants that may only leave over a protected cable say so."""

    def mark(found: re.Match[str]) -> str:
        resolution = m3u8.attributes(found["attributes"])["RESOLUTION"]
        level = _HDCP.get(track_of(int(resolution.partition("x")[2])))
        if level is None:
            return found.group()
        return found.group().replace("FRAME-RATE", f"HDCP-LEVEL={level},FRAME-RATE", 1)

    return _VARIANT.sub(mark, master)


def capped_dash(manifest: str, height: int) -> str:
    """The same without representations taller than ``height``."""

    def keep_set(found: re.Match[str]) -> str:
        shared = _HEIGHT.search(found["attributes"])

        def keep(one: re.Match[str]) -> str:
            own = _HEIGHT.search(one["attributes"]) or shared
            return one.group() if not own or int(own[1]) <= height else ""

        text = _REPRESENTATION.sub(keep, found.group())
        return text if _REPRESENTATION.search(text) else ""

    text = _ADAPTATION_SET.sub(keep_set, manifest)
    text = re.sub(r' maxWidth="\d+"', "", text)
    return re.sub(r' maxHeight="\d+"', "", text)


def _average(variant: re.Match[str]) -> int:
    return int(m3u8.attributes(variant["attributes"])["AVERAGE-BANDWIDTH"])
