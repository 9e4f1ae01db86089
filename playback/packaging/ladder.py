"""Which renditions a source gets: never larger than itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from playback import pictures
from playback.packaging import AV1, AVC, HEVC

_FORMATS: Final = {
    "": (AVC, pictures.SDR),
    "avc": (AVC, pictures.SDR),
    "hevc": (HEVC, pictures.SDR),
    "av1": (AV1, pictures.SDR),
    "av1-pq": (AV1, pictures.PQ),
}


@dataclass(frozen=True, slots=True)
class Rung:
    """A height in pixels, what a second of it may weigh, in which codec and range."""

    height: int
    kbps: int
    profile: str = "high"
    codec: str = AVC
    video_range: str = pictures.SDR

    @property
    def kind(self) -> str:
        """What it is in."""
        return pictures.kind(self.codec, self.video_range)

    @property
    def name(self) -> str:
        """What its files are called: one of each height and kind."""
        return str(self.height) if self.kind == AVC else f"{self.height}-{self.kind}"


def rungs_for(
    height: int, ladder: Iterable[Rung], video_range: str = pictures.SDR
) -> tuple[Rung, ...]:
    """The rungs that a source of ``height`` fills.

    A source between two rungs gets one of its own height when that is clearly taller
    than the rung below it; a source below all gets one rung as it is. That is so for
    H.264, which every device has; other codecs come beside it. A source in SDR has
    nothing for a rung in HDR.
    """
    made = {pictures.SDR, video_range}
    rungs = sorted(
        (rung for rung in ladder if rung.video_range in made),
        key=lambda rung: (rung.kind, rung.height),
    )
    chosen = [rung for rung in rungs if rung.height <= height and rung.codec == AVC]
    better = [rung for rung in rungs if rung.height <= height and rung.codec != AVC]
    above = next((r for r in rungs if r.height > height and r.codec == AVC), None)
    tallest = chosen[-1].height if chosen else 0
    if above and height >= tallest * 1.2:
        chosen.append(replace(above, height=height - height % 2))
    return (*chosen, *better)


def parse(text: Iterable[str]) -> tuple[Rung, ...]:
    """A ladder from ``height:kbps`` words; ``height:kbps:hevc`` for a rung in HEVC,
    ``av1`` for one in AV1, ``av1-pq`` for one in HDR10.

    The lowest rung of the default one, 144 lines, stays below 192 kbit/s with its
    sound: cellular networks need such a variant.
    """
    return tuple(_rung(*word.split(":")) for word in text)


def _rung(height: str, kbps: str, name: str = "") -> Rung:
    codec, video_range = _FORMATS[name]
    profile = "high" if codec == AVC and int(height) >= 480 else "main"
    return Rung(int(height), int(kbps), profile, codec, video_range)
