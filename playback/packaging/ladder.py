"""Which renditions a source gets: never larger than itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Rung:
    """A height in pixels and what a second of it may weigh."""

    height: int
    kbps: int
    profile: str = "high"


def rungs_for(height: int, ladder: Iterable[Rung]) -> tuple[Rung, ...]:
    """The rungs that a source of ``height`` fills.

    A source between two rungs gets one of its own height when that is clearly taller
    than the rung below it; a source below all gets one rung as it is.
    """
    rungs = sorted(ladder, key=lambda rung: rung.height)
    chosen = [rung for rung in rungs if rung.height <= height]
    above = next((rung for rung in rungs if rung.height > height), None)
    tallest = chosen[-1].height if chosen else 0
    if above and height >= tallest * 1.2:
        chosen.append(replace(above, height=height - height % 2))
    return tuple(chosen)


def parse(text: Iterable[str]) -> tuple[Rung, ...]:
    """A ladder from ``height:kbps`` words.

    The lowest rung of the default one, 144 lines, stays below 192 kbit/s with its
    sound: cellular networks need such a variant.
    """
    pairs = (word.partition(":") for word in text)
    return tuple(
        Rung(int(height), int(kbps), "main" if int(height) < 480 else "high")
        for height, _, kbps in pairs
    )
