"""Which renditions a source gets: never larger than itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from playback.packaging import AVC, HEVC

_CODECS: Final = {"": AVC, "avc": AVC, "hevc": HEVC}


@dataclass(frozen=True, slots=True)
class Rung:
    """A height in pixels, what a second of it may weigh, and in which codec."""

    height: int
    kbps: int
    profile: str = "high"
    codec: str = AVC

    @property
    def name(self) -> str:
        """What its files are called: one of each height and codec."""
        return str(self.height) if self.codec == AVC else f"{self.height}-{self.codec}"


def rungs_for(height: int, ladder: Iterable[Rung]) -> tuple[Rung, ...]:
    """The rungs that a source of ``height`` fills.

    A source between two rungs gets one of its own height when that is clearly taller
    than the rung below it; a source below all gets one rung as it is. That is so for
    H.264, which every device has; other codecs come beside it.
    """
    rungs = sorted(ladder, key=lambda rung: (rung.codec, rung.height))
    chosen = [rung for rung in rungs if rung.height <= height and rung.codec == AVC]
    better = [rung for rung in rungs if rung.height <= height and rung.codec != AVC]
    above = next((r for r in rungs if r.height > height and r.codec == AVC), None)
    tallest = chosen[-1].height if chosen else 0
    if above and height >= tallest * 1.2:
        chosen.append(replace(above, height=height - height % 2))
    return (*chosen, *better)


def parse(text: Iterable[str]) -> tuple[Rung, ...]:
    """A ladder from ``height:kbps`` words; ``height:kbps:hevc`` for a rung in HEVC.

    The lowest rung of the default one, 144 lines, stays below 192 kbit/s with its
    sound: cellular networks need such a variant.
    """
    return tuple(_rung(*word.split(":")) for word in text)


def _rung(height: str, kbps: str, codec: str = "") -> Rung:
    profile = "main" if int(height) < 480 or codec == "hevc" else "high"
    return Rung(int(height), int(kbps), profile, _CODECS[codec])
