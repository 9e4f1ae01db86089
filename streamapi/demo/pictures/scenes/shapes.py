"""Pictures that are no place: spirals, rays, tiles, a face."""

from __future__ import annotations

import math
import random
from typing import Final

from streamapi.demo.pictures.canvas import Canvas, Point, chance_of, curve
from streamapi.demo.pictures.palette import Colour, mix
from streamapi.demo.pictures.scenes.base import Art, Plane, stand

_PROFILE: Final[list[Point]] = [
    (-0.34, 0.0),
    (-0.3, 0.16),
    (-0.4, 0.36),
    (-0.44, 0.62),
    (-0.34, 0.86),
    (-0.08, 0.99),
    (0.2, 0.95),
    (0.34, 0.8),
    (0.36, 0.68),
    (0.34, 0.61),
    (0.4, 0.52),
    (0.46, 0.44),
    (0.43, 0.41),
    (0.37, 0.405),
    (0.39, 0.35),
    (0.365, 0.325),
    (0.385, 0.29),
    (0.36, 0.245),
    (0.365, 0.18),
    (0.3, 0.12),
    (0.16, 0.13),
    (0.1, 0.08),
    (0.14, 0.0),
]


def spiral(art: Art, chance: random.Random) -> list[Plane]:
    """Frames that turn and shrink: a stairwell, a thought that returns."""
    p = art.palette
    turn = chance.choice((-1, 1)) * chance.uniform(7, 10)
    sides = chance.choice((4, 4, 6, 40))

    def paint(c: Canvas) -> None:
        c.sky(p.zenith, p.near)
        r = math.hypot(c.w, c.h) * 0.75
        for step in range(26):
            share = step / 25
            tone = mix(mix(p.near, p.far, share), p.light, max(0.0, share - 0.45) * 1.3)
            c.fill(
                _polygon(c.x, c.y, r, sides, turn * step),
                tone if step % 2 else mix(tone, p.accent, 0.22),
            )
            r *= 0.865

    def centre(c: Canvas) -> None:
        c.glow(c.x, c.y, c.u * 22, p.light, 0.85)
        stand(art, c, c.x, c.y + c.u * 9, 18)

    return [Plane(0, paint), Plane(0.4, centre)]


def _polygon(x: float, y: float, r: float, sides: int, degrees: float) -> list[Point]:
    start = math.radians(degrees)
    return [
        (
            x + r * math.cos(start + math.tau * i / sides),
            y + r * math.sin(start + math.tau * i / sides),
        )
        for i in range(sides)
    ]


def rays(art: Art, chance: random.Random) -> list[Plane]:
    """A burst of rays behind a hero."""
    p = art.palette
    count = chance.choice((18, 22, 26))

    def burst(c: Canvas) -> None:
        c.sky(p.zenith, p.horizon)
        reach = math.hypot(c.w, c.h)
        for index in range(count):
            a, b = math.tau * index / count, math.tau * (index + 0.5) / count
            c.fill(
                [
                    (c.x, c.y),
                    (c.x + reach * math.cos(a), c.y + reach * math.sin(a)),
                    (c.x + reach * math.cos(b), c.y + reach * math.sin(b)),
                ],
                mix(p.horizon, p.far, 0.55),
            )
        c.glow(c.x, c.y, c.u * 55, p.light, 0.85)

    def disc(c: Canvas) -> None:
        c.disc(c.x, c.y, c.u * 21, p.accent)
        c.ring(c.x, c.y, c.u * 23.5, c.u * 0.8, p.accent)

    def hero(c: Canvas) -> None:
        top = c.y + c.u * (22 if c.tall else 26)
        ridge = curve(
            [
                (c.x - c.w, c.h * 1.1),
                (c.x - c.u * 40, top + c.u * 11),
                (c.x, top),
                (c.x + c.u * 40, top + c.u * 11),
                (c.x + c.w, c.h * 1.1),
            ]
        )
        c.fill([*ridge[:32], (c.w * 2, c.h * 2), (-c.w, c.h * 2)], p.near)
        stand(art, c, c.x, top + c.u * 2, 34)

    return [Plane(0, burst), Plane(0.15, disc), Plane(0.5, hero)]


def tiles(art: Art, chance: random.Random) -> list[Plane]:
    """Quarter circles on a grid, one of them out of line."""
    p = art.palette
    seed = chance.random()

    def paint(c: Canvas) -> None:
        dice = chance_of(seed)
        side = c.u * 16.7 if c.h > c.w else c.u * 25
        colours = (p.horizon, p.far, p.light, p.near, p.zenith, p.accent)
        c.box(0, 0, c.w, c.h, p.light)
        for row in range(int(c.h / side) + 1):
            for column in range(int(c.w / side) + 1):
                _tile(
                    c,
                    dice,
                    column * side,
                    row * side,
                    side,
                    dice.sample(colours[: 5 + (row + column) % 2], 3),
                )

    def centre(c: Canvas) -> None:
        if art.prop != "none":
            c.disc(c.x, c.y, c.u * 24, p.light)
            stand(art, c, c.x, c.y + c.u * 15, 30)

    return [Plane(0, paint), Plane(0.4, centre)]


def _tile(
    c: Canvas,
    dice: random.Random,
    x: float,
    y: float,
    side: float,
    colours: list[Colour],
) -> None:
    ground, shape, spot = colours
    c.box(x, y, side, side, ground)
    corner, kind = dice.randrange(4), dice.random()
    cx, cy = x + side * (corner in {1, 2}), y + side * (corner in {2, 3})
    if kind < 0.62:
        start = (0, 90, 180, 270)[corner]
        c.pie(cx, cy, side, start, start + 90, shape)
        c.pie(cx, cy, side * 0.5, start, start + 90, spot)
    elif kind < 0.82:
        c.disc(x + side / 2, y + side / 2, side * 0.36, shape)
        c.disc(x + side / 2, y + side / 2, side * 0.15, spot)
    else:
        c.fill([(x, y), (x + side, y), (x + side, y + side)], shape)


def portrait(art: Art, chance: random.Random) -> list[Plane]:
    """A profile, and within it the place that is on its mind."""
    p = art.palette
    side = chance.choice((-1, 1))
    seed = chance.random()

    def ground(c: Canvas) -> None:
        c.sky(p.zenith, p.horizon, mix(p.horizon, p.light, 0.3))
        c.glow(c.x, c.y * 0.9, c.u * 55, p.light, 0.6)
        c.disc(c.x + side * c.u * 8, c.y * 0.82, c.u * 24, p.accent)

    def head(c: Canvas) -> None:
        s, foot = c.u * 62, c.h * 0.8
        shape = curve(_PROFILE, 5)
        c.fill([(c.x + px * s * side, foot - py * s) for px, py in shape], p.near)
        c.fill(
            [
                (c.x - side * s * 0.33, foot - s * 0.06),
                (c.x + side * s * 0.13, foot - s * 0.06),
                (c.x + side * c.u * 26, c.h),
                (c.x - side * c.u * 52, c.h),
            ],
            p.near,
        )
        dice = chance_of(seed)
        y = foot - s * 0.52
        c.disc(c.x - side * s * 0.1, y - s * 0.18, c.u * 5.4, p.light)
        for index in range(3):
            base = y + index * c.u * 6
            line = [
                (
                    c.x + side * s * (-0.37 + 0.68 * i / 8),
                    base - c.u * dice.uniform(-1.6, 3.4),
                )
                for i in range(9)
            ]
            c.line(line, c.u * 0.5, mix(p.near, p.light, 0.75 - 0.2 * index))
        stand(
            art, c, c.x - side * s * 0.04, y + c.u * 2.5, 11
        ) if art.prop != "none" else None

    return [Plane(0, ground), Plane(0.35, head)]
