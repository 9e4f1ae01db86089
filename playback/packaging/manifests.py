"""Finishes the manifests: target duration, order of variants, versions with a cap."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from playback import drm, m3u8, pictures
from playback.protection import track_of

KEY_URI: Final = "skd://key"
FIRST_VARIANT_BPS: Final = 2_000_000
_TARGET: Final = re.compile(r"(?m)^#EXT-X-TARGETDURATION:\d+$")
_VARIANT: Final = re.compile(
    r"(?m)^#EXT-X-STREAM-INF:(?P<attributes>.*)\n(?P<uri>.*)\n"
)
_I_FRAMES: Final = re.compile(r"(?m)^#EXT-X-I-FRAME-STREAM-INF:(?P<attributes>.*)\n")
_ADAPTATION_SET: Final = re.compile(
    r"(?s)[ \t]*<AdaptationSet [^>]*>.*?</AdaptationSet>\n"
)
_REPRESENTATION: Final = re.compile(
    r"(?s)[ \t]*<Representation (?P<attributes>[^>]*)>.*?</Representation>\n"
)
_HEIGHT: Final = re.compile(r'\bheight="(\d+)"')
_CODECS: Final = re.compile(r'\bcodecs="([^"]+)"')
_TRANSFER: Final = re.compile(r':TransferCharacteristics" value="(\d+)"')
_RANGES: Final = {"16": pictures.PQ, "18": pictures.HLG}
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


def only_hls(master: str, selection: str) -> str:
    """The same with some kinds of picture alone."""

    def keep(found: re.Match[str]) -> str:
        facts = m3u8.attributes(found["attributes"])
        one = pictures.kind(facts["CODECS"], facts.get("VIDEO-RANGE", pictures.SDR))
        return found.group() if pictures.holds(selection, one) else ""

    return starting_well(_I_FRAMES.sub(keep, _VARIANT.sub(keep, master)))


def only_dash(manifest: str, selection: str) -> str:
    """The same with some kinds of picture alone."""

    def wanted(shared: str, own: str) -> bool:
        codecs = _CODECS.search(own) or _CODECS.search(shared)
        if codecs is None or not _height(shared, own):
            return True
        one = pictures.kind(codecs[1], _range(shared))
        return pictures.holds(selection, one)

    return _representations(manifest, wanted)


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
    """Variants say which cable they may leave over, and which protection they need."""

    def mark(found: re.Match[str]) -> str:
        attributes = found["attributes"]
        resolution = m3u8.attributes(attributes)["RESOLUTION"]
        track = track_of(int(resolution.partition("x")[2]))
        words = [f'ALLOWED-CPC="{drm.allowed_classes(track)}"']
        if track in _HDCP:
            words.append(f"HDCP-LEVEL={_HDCP[track]}")
        return found.group().replace(attributes, ",".join([attributes, *words]), 1)

    return _I_FRAMES.sub(mark, _VARIANT.sub(mark, master))


def capped_dash(manifest: str, height: int) -> str:
    """The same without representations taller than ``height``."""

    text = _representations(manifest, lambda *both: _height(*both) <= height)
    text = re.sub(r' maxWidth="\d+"', "", text)
    return re.sub(r' maxHeight="\d+"', "", text)


def _range(shared: str) -> str:
    """The range of a set of pictures, by its transfer characteristics (ISO 23091-2)."""
    found = _TRANSFER.search(shared)
    return _RANGES.get(found[1], pictures.SDR) if found else pictures.SDR


def _height(shared: str, own: str) -> int:
    """The height of a picture; 0 for sound and words."""
    found = _HEIGHT.search(own) or _HEIGHT.search(shared)
    return int(found[1]) if found else 0


def _representations(manifest: str, wanted: Callable[[str, str], bool]) -> str:
    """The same with those that are wanted, told the head of their set and their own."""

    def keep_set(found: re.Match[str]) -> str:
        shared = found.group().partition("<Representation ")[0]

        def keep(one: re.Match[str]) -> str:
            return one.group() if wanted(shared, one["attributes"]) else ""

        text = _REPRESENTATION.sub(keep, found.group())
        return text if _REPRESENTATION.search(text) else ""

    return _ADAPTATION_SET.sub(keep_set, manifest)


def _average(variant: re.Match[str]) -> int:
    return int(m3u8.attributes(variant["attributes"])["AVERAGE-BANDWIDTH"])
