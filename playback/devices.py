"""Device families: what a device is offered, and how tall the picture may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from playback import drm, pictures
from streamapi.clients import PLATFORMS
from streamapi.errors import InvalidInput

HLS: Final = "hls"
DASH: Final = "dash"


@dataclass(frozen=True, slots=True)
class Family:
    """What is true for every device of a platform. The first of each is the best.

    ``tv_list``: it gets the list of variants that Apple's rules ask for on televisions.
    """

    name: str
    form_factor: str
    manifests: tuple[str, ...]
    systems: tuple[str, ...]
    tv_list: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A height that something does not allow to pass, and what that is."""

    height: int
    reason: str


def _families() -> Iterable[Family]:
    apple, android = (drm.FAIRPLAY,), (drm.WIDEVINE,)
    browsers = (drm.WIDEVINE, drm.PLAYREADY, drm.FAIRPLAY, drm.CLEARKEY)
    yield Family("iphone", PLATFORMS["iphone"], (HLS,), apple)
    yield Family("ipad", PLATFORMS["ipad"], (HLS,), apple)
    yield Family("appletv", PLATFORMS["appletv"], (HLS,), apple, tv_list=True)
    yield Family("android-phone", PLATFORMS["android-phone"], (DASH, HLS), android)
    yield Family("android-tablet", PLATFORMS["android-tablet"], (DASH, HLS), android)
    yield Family("android-tv", PLATFORMS["android-tv"], (DASH, HLS), android)
    yield Family("web", PLATFORMS["web"], (HLS, DASH), browsers)


FAMILIES: Final = {family.name: family for family in _families()}
_NAMES_OF_CODEC: Final = {
    "avc1": ("avc1", "avc3", "h264"),
    "hvc1": ("hvc1", "hev1", "hevc", "h265"),
    "av01": ("av01", "av1"),
}


def family(platform: str) -> Family:
    """The family of a platform; one that we do not know is an error, never a guess."""
    found = FAMILIES.get(platform)
    if found is None:
        raise InvalidInput(
            f"{platform!r} is not a platform of this service.",
            code="unknown_platform",
            pointer="/device/platform",
            platforms=sorted(FAMILIES),
        )
    return found


def kind_of(url: str) -> str:
    """What a manifest is: HLS, unless its address says DASH."""
    return DASH if url.partition("?")[0].endswith(".mpd") else HLS


def shown(
    rungs: Iterable[Mapping[str, Any]], codecs: Sequence[str], hdr: Sequence[str]
) -> list[int]:
    """The heights that a device can show, lowest first; raises when there are none.

    A device that states no codecs has H.264, which all have; one that states no ``hdr``
    has none. Of another origin the rungs are not known: then it gets what there is.
    """
    ladder = list(rungs)
    fitting = {rung["height"] for rung in _fitting(ladder, codecs, hdr)}
    if ladder and not fitting:
        offered = {name for rung in ladder for name in rung["codecs"].split(",")}
        raise InvalidInput(
            "The video is in none of the codecs of the device.",
            code="no_common_codec",
            pointer="/codecs",
            offered=sorted(offered),
        )
    return sorted(fitting)


def selection(
    rungs: Iterable[Mapping[str, Any]], codecs: Sequence[str], hdr: Sequence[str]
) -> str:
    """The kinds of picture that a device can show; empty when it has all of them."""
    ladder = list(rungs)
    return pictures.name_of(
        _kinds(_fitting(ladder, codecs, hdr)),
        _kinds(ladder),
    )


def cap(heights: Sequence[int], limits: Iterable[Limit]) -> tuple[int, str | None]:
    """The tallest height that all limits allow, and the reason when that is not the top.

    A limit below the lowest rung leaves the lowest rung: a viewer is capped, not refused.
    Where the heights are not known, as of another origin, the limit itself is the answer.
    """
    tightest = min(limits, key=lambda limit: limit.height, default=None)
    if not heights:
        return (tightest.height, tightest.reason) if tightest else (0, None)
    if tightest is None or tightest.height >= heights[-1]:
        return heights[-1], None
    allowed = [height for height in heights if height <= tightest.height]
    return (allowed[-1] if allowed else heights[0]), tightest.reason


def _kinds(rungs: Iterable[Mapping[str, Any]]) -> set[str]:
    return {pictures.kind(rung["codecs"], rung["video_range"]) for rung in rungs}


def _fitting(
    rungs: Iterable[Mapping[str, Any]], codecs: Sequence[str], hdr: Sequence[str]
) -> list[Mapping[str, Any]]:
    """The rungs that a device can show, by what it states."""
    known = [codec.lower() for codec in codecs] or ["avc1"]
    ranges = {pictures.SDR, *(name.upper() for name in hdr)}
    return [
        rung
        for rung in rungs
        if rung["video_range"] in ranges and _decodes(known, rung["codecs"])
    ]


def _decodes(known: Sequence[str], codecs: str) -> bool:
    video = codecs.partition(".")[0].lower()
    names = _NAMES_OF_CODEC.get(video, (video,))
    return any(codec.startswith(names) for codec in known)
