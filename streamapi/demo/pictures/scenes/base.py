"""What every place is made of: planes, a sun, stars, the prop."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from streamapi.demo.pictures.canvas import Canvas
from streamapi.demo.pictures.palette import Palette, mix
from streamapi.demo.pictures.props import PROPS


@dataclass(frozen=True, slots=True)
class Plane:
    """One layer of a place."""

    depth: float
    paint: Callable[[Canvas], None]


@dataclass(frozen=True, slots=True)
class Art:
    """What a picture shows: place, prop, colours, and the chance that varies it."""

    scene: str
    prop: str
    palette: Palette
    seed: str


Scene = Callable[[Art, random.Random], list[Plane]]


def sun(c: Canvas, p: Palette, y: float, r: float) -> None:
    c.glow(c.x, y, r * 4.2, p.light, 0.75)
    c.disc(c.x, y, r, p.light)


def stars(c: Canvas, chance: random.Random, p: Palette, until: float) -> None:
    for _ in range(140):
        x, y = chance.random() * c.w, chance.random() ** 1.3 * c.h * until
        colour = mix(p.zenith, p.light, chance.uniform(0.25, 0.95))
        c.disc(x, y, c.u * chance.choice((0.09, 0.12, 0.16, 0.26)), colour)


def stand(art: Art, c: Canvas, x: float, y: float, size: float) -> None:
    """The prop, as tall as ``size`` percent of the picture."""
    PROPS[art.prop](
        c, art.palette, x, y, c.u * size, mix(art.palette.near, (0, 0, 0), 0.3)
    )
