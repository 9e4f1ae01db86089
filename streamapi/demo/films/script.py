"""The scripts of the films: shots, music, and what is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import orjson

from streamapi.demo import content
from streamapi.demo.content import DemoTitle
from streamapi.demo.pictures.palette import PALETTES
from streamapi.demo.pictures.scenes import Art

_DATA: Final = Path(__file__).parent.parent / "data" / "films.json"


@dataclass(frozen=True, slots=True)
class Shot:
    """One view, for some seconds; ``travel`` is how far the nearest plane moves."""

    seconds: float
    art: Art
    travel: int
    weather: str


@dataclass(frozen=True, slots=True)
class Cue:
    """One line of a subtitle, by language."""

    starts_s: float
    ends_s: float
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Film:
    """Everything that is needed to make one."""

    title: DemoTitle
    language: str
    shots: tuple[Shot, ...]
    chords: tuple[tuple[str, ...], ...]
    pulse: float
    cues: tuple[Cue, ...]
    is_protected: bool = False

    @property
    def seconds(self) -> float:
        """How long it runs."""
        return sum(shot.seconds for shot in self.shots)

    @property
    def cuts(self) -> list[float]:
        """When each shot begins."""
        return [0.0, *accumulate(shot.seconds for shot in self.shots)][:-1]


@cache
def films() -> tuple[Film, ...]:
    """All films; the first is the shortest."""
    titles = {title.slug: title for title in content.titles()}
    rows: list[dict[str, Any]] = orjson.loads(_DATA.read_bytes())
    return tuple(_film(row, titles[row["slug"]]) for row in rows)


def _film(row: Mapping[str, Any], title: DemoTitle) -> Film:
    return Film(
        title=title,
        language=row["language"],
        shots=tuple(
            _shot(shot, replace(title.art, seed=f"{title.slug}-shot-{number}"))
            for number, shot in enumerate(row["shots"])
        ),
        chords=tuple(tuple(chord.split()) for chord in row["music"]),
        pulse=row["pulse"],
        cues=tuple(
            Cue(cue["from"], cue["to"], {"en": cue["en"], "de": cue["de"]})
            for cue in row["cues"]
        ),
        is_protected=row.get("protected", False),
    )


def _shot(row: Mapping[str, Any], art: Art) -> Shot:
    seen = replace(
        art,
        scene=row.get("scene", art.scene),
        prop=row.get("prop", art.prop),
        palette=PALETTES[row["palette"]],
    )
    return Shot(row["seconds"], seen, row["travel"], row["weather"])
