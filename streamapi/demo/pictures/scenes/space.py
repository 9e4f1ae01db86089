"""Places off the ground."""

from __future__ import annotations

import math
import random

from streamapi.demo.pictures.canvas import (
    Canvas,
    Point,
    chance_of,
    height_at,
    peaks,
    wave,
)
from streamapi.demo.pictures.palette import Palette, mix
from streamapi.demo.pictures.scenes.base import Art, Plane, stand, stars


def planet(art: Art, chance: random.Random) -> list[Plane]:
    """A world that fills the sky."""
    p = art.palette
    seed, ringed = chance.random(), chance.random() < 0.6

    def space(c: Canvas) -> None:
        c.sky(mix(p.zenith, (0, 0, 0), 0.55), p.zenith, mix(p.zenith, p.horizon, 0.5))
        stars(c, chance_of(seed), p, 0.9)

    def world(c: Canvas) -> None:
        r, x, y = min(c.u * 25, c.w * 0.27), c.x, c.y * 0.92
        c.glow(x, y, r * 1.7, p.horizon, 0.8)
        if ringed:
            _planet_ring(c, p, x, y, r, math.pi)
        c.disc(x, y, r, p.horizon)
        dice = chance_of(seed)
        for band in range(-4, 5):
            by, reach = (
                y + band * r * 0.2,
                math.sqrt(max(0.0, 1 - (band * 0.2) ** 2)) * r * 0.985,
            )
            c.oval(
                x,
                by,
                reach,
                r * dice.uniform(0.02, 0.075),
                mix(p.horizon, dice.choice((p.far, p.light)), 0.35),
            )
        c.beam(_crescent(x, y, r * 1.01), mix(p.zenith, (0, 0, 0), 0.6), 0.82)
        if ringed:
            _planet_ring(c, p, x, y, r, 0.0)

    def ground(c: Canvas) -> None:
        dice = chance_of(seed + 1)
        far = peaks(c, dice, c.h * 0.86, c.h * 0.1, 6)
        c.under(far, mix(p.far, p.near, 0.35))
        c.mist(c.h * 0.74, c.h * 0.92, p.horizon, 0.35)

    def feet(c: Canvas) -> None:
        dice = chance_of(seed + 2)
        ridge = wave(c, dice, c.h * 0.92, c.h * 0.03, roughness=0.4)
        c.under(ridge, p.near)
        stand(art, c, c.x, height_at(ridge, c.x) + c.u * 0.4, 15)

    return [Plane(0, space), Plane(0.1, world), Plane(0.3, ground), Plane(0.75, feet)]


def _crescent(x: float, y: float, r: float) -> list[Point]:
    """The night side: a half circle closed by a flatter arc."""
    outer = [(math.pi * (0.25 + step / 24), 1.0) for step in range(25)]
    night = [(x + r * math.cos(a), y + r * math.sin(a)) for a, _ in outer]
    (x0, y0), (x1, y1) = night[-1], night[0]
    inner = []
    for step in range(1, 24):
        t = step / 24
        bend = math.sin(t * math.pi) * r * 0.34
        inner.append((x0 + (x1 - x0) * t - bend * 0.7, y0 + (y1 - y0) * t + bend * 0.7))
    return [*night, *inner]


def _planet_ring(
    c: Canvas, p: Palette, x: float, y: float, r: float, start: float
) -> None:
    """Half of the ring: the one before the planet from 0, the one behind it from pi."""
    for width, share in ((1.75, 0.75), (1.58, 0.45), (1.45, 0.9)):
        arc = []
        for step in range(61):
            angle = start + math.pi * step / 60
            px, py = math.cos(angle) * r * width, math.sin(angle) * r * width * 0.2
            arc.append((x + px + py * 0.3, y + py - px * 0.24))
        c.line(arc, c.u * 0.9, mix(p.far, p.light, share))


def orbits(art: Art, chance: random.Random) -> list[Plane]:
    """Circles within circles: a system, a mechanism, an obsession."""
    p = art.palette
    turns = [chance.uniform(0, math.tau) for _ in range(7)]

    def ground(c: Canvas) -> None:
        c.sky(p.zenith, mix(p.zenith, p.near, 0.75))
        c.glow(c.x, c.y, c.u * 62, mix(p.zenith, p.horizon, 0.8), 0.75)

    def rings(c: Canvas) -> None:
        for index in range(7, 0, -1):
            r = c.u * (4 + index * 5.6)
            c.ring(
                c.x,
                c.y,
                r,
                c.u * (0.16 + 0.1 * (index % 3)),
                mix(p.horizon, p.light, 0.15 * (index % 4)),
            )
            c.disc(
                c.x + math.cos(turns[index - 1]) * r,
                c.y + math.sin(turns[index - 1]) * r,
                c.u * (0.7 + 0.35 * (index % 4)),
                (p.light, p.accent, p.far)[index % 3],
            )

    def centre(c: Canvas) -> None:
        c.glow(c.x, c.y, c.u * 16, p.light, 0.7)
        c.disc(c.x, c.y, c.u * 6.4, p.accent)
        c.disc(c.x - c.u * 1.6, c.y - c.u * 1.6, c.u * 2.6, mix(p.accent, p.light, 0.5))
        if art.prop != "none":
            c.disc(c.x, c.y, c.u * 8.6, p.light)
            stand(art, c, c.x, c.y + c.u * 6, 12)

    return [Plane(0, ground), Plane(0.2, rings), Plane(0.4, centre)]
