"""Kinds of picture (codec and range), and which manifests hold which of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain, combinations
from typing import Final

SDR: Final = "SDR"
PQ: Final = "PQ"
HLG: Final = "HLG"


def kind(codecs: str, video_range: str) -> str:
    """What a rung is in, as names of manifests have it: ``avc1``, or ``av01pq``."""
    codec = codecs.partition(".")[0].lower()
    return codec if video_range == SDR else codec + video_range.lower()


def name_of(wanted: Collection[str], offered: Iterable[str]) -> str:
    """The name of a selection; empty where it is all that there is."""
    chosen = sorted(set(offered) & set(wanted))
    return "" if set(chosen) == set(offered) else "-".join(chosen)


def holds(selection: str, one: str) -> bool:
    """Whether a selection has this kind in it."""
    return not selection or one in selection.split("-")


def selections(rungs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The names of all that devices may need, told (codec, range) of each rung.

    A device knows some of the codecs, and some of the ranges beside SDR.
    """
    kinds = sorted(set(rungs))
    offered = [kind(*one) for one in kinds]
    codecs = sorted({codec for codec, _ in kinds})
    ranges = sorted({found for _, found in kinds} - {SDR})
    names = {
        name_of([kind(*one) for one in kinds if _fits(one, known, bright)], offered)
        for known in _subsets(codecs)
        for bright in _subsets(ranges)
        if any(_fits(one, known, bright) for one in kinds)
    }
    yield from sorted(names)


def _fits(
    rung: tuple[str, str], codecs: Collection[str], ranges: Collection[str]
) -> bool:
    return rung[0] in codecs and rung[1] in {SDR, *ranges}


def _subsets(words: Collection[str]) -> Iterable[tuple[str, ...]]:
    return chain.from_iterable(
        combinations(words, size) for size in range(len(words) + 1)
    )
