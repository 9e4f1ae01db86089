"""Device families: which manifests a device is offered, and how tall the picture may be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from streamapi.clients import PLATFORMS
from streamapi.errors import InvalidInput

HLS: Final = "hls"
DASH: Final = "dash"


@dataclass(frozen=True, slots=True)
class Family:
    """What is true for every device of a platform. The first manifest is the best."""

    name: str
    form_factor: str
    manifests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """A height that something does not allow to pass, and what that is."""

    height: int
    reason: str


FAMILIES: Final = {
    name: Family(name, form_factor, manifests)
    for name, form_factor, manifests in (
        ("iphone", PLATFORMS["iphone"], (HLS,)),
        ("ipad", PLATFORMS["ipad"], (HLS,)),
        ("appletv", PLATFORMS["appletv"], (HLS,)),
        ("android-phone", PLATFORMS["android-phone"], (DASH, HLS)),
        ("android-tablet", PLATFORMS["android-tablet"], (DASH, HLS)),
        ("android-tv", PLATFORMS["android-tv"], (DASH, HLS)),
        ("web", PLATFORMS["web"], (HLS, DASH)),
    )
}
_H264: Final = ("avc1", "avc3", "h264")


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


def check_codecs(codecs: Sequence[str]) -> None:
    """Refuse a device that says which codecs it has and H.264 is not among them."""
    if codecs and not any(codec.lower().startswith(_H264) for codec in codecs):
        raise InvalidInput(
            "The video is H.264 (avc1), which is not among the codecs of the device.",
            code="no_common_codec",
            pointer="/codecs",
            offered=["avc1", "mp4a.40.2"],
        )


def cap(heights: Iterable[int], limits: Iterable[Limit]) -> tuple[int, str | None]:
    """The tallest height that all limits allow, and the reason when that is not the top.

    A limit below the lowest rung leaves the lowest rung: a viewer is capped, not refused.
    Where the heights are not known, as of another origin, the limit itself is the answer.
    """
    ordered = sorted(heights)
    tightest = min(limits, key=lambda limit: limit.height, default=None)
    if not ordered:
        return (tightest.height, tightest.reason) if tightest else (0, None)
    if tightest is None or tightest.height >= ordered[-1]:
        return ordered[-1], None
    allowed = [height for height in ordered if height <= tightest.height]
    return (allowed[-1] if allowed else ordered[0]), tightest.reason
