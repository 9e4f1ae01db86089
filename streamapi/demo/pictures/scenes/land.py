"""Places on land: mountains, dunes, woods, hills, the far north."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from streamapi.demo.pictures.canvas import (
    Canvas,
    Point,
    chance_of,
    height_at,
    peaks,
    wave,
)
from streamapi.demo.pictures.palette import Colour, Palette, mix
from streamapi.demo.pictures.props import PROPS
from streamapi.demo.pictures.scenes.base import Art, Plane, stand, stars, sun


def mountains(art: Art, chance: random.Random) -> list[Plane]:
    """Ranges behind ranges, mist between them, a sun or a moon."""
    p = art.palette
    seeds = [chance.random() for _ in range(4)]
    count = chance.choice((2, 3))

    def sky(c: Canvas) -> None:
        c.sky(p.zenith, mix(p.zenith, p.horizon, 0.6), p.horizon, until=0.75)
        sun(c, p, c.y * 0.82, c.u * 8)

    def range_(index: int) -> Callable[[Canvas], None]:
        def paint(c: Canvas) -> None:
            dice = chance_of(seeds[index])
            y = c.h * (0.62 + index * 0.11)
            ridge = peaks(c, dice, y, c.h * (0.3 - index * 0.06), count + index)
            c.under(ridge, p.ground(index / 3))
            c.mist(y - c.h * 0.08, y + c.h * 0.1, p.horizon, 0.42 - index * 0.1)

        return paint

    def foreground(c: Canvas) -> None:
        dice = chance_of(seeds[3])
        ridge = wave(c, dice, c.h * 0.88, c.h * 0.035, roughness=0.45)
        c.under(ridge, p.near)
        for _ in range(9):
            x = dice.random() * c.w
            if abs(x - c.x) > c.u * 13:
                PROPS["pine"](
                    c,
                    p,
                    x,
                    height_at(ridge, x) + c.u,
                    c.u * dice.uniform(7, 13),
                    p.near,
                )
        stand(art, c, c.x, height_at(ridge, c.x) + c.u * 0.4, 11)

    middle = [Plane(0.12 + 0.16 * index, range_(index)) for index in range(3)]
    return [Plane(0, sky), *middle, Plane(0.8, foreground)]


def dunes(art: Art, chance: random.Random) -> list[Plane]:
    """Sand with a lit and a shaded side, under a large sun."""
    p = art.palette
    seeds = [chance.random() for _ in range(4)]

    def sky(c: Canvas) -> None:
        c.sky(p.zenith, p.horizon, until=0.72)
        sun(c, p, c.y * 0.9, c.u * 13)

    def dune(index: int) -> Callable[[Canvas], None]:
        def paint(c: Canvas) -> None:
            dice = chance_of(seeds[index])
            y = c.h * (0.6 + index * 0.12)
            crest = wave(c, dice, y, c.h * 0.07, roughness=0.15)
            ground = p.ground(index / 3.2)
            c.under(crest, ground)
            c.fill(_shaded_side(c, crest, dice), mix(ground, p.near, 0.42))
            if index == 2:
                stand(art, c, c.x, height_at(crest, c.x) + c.u * 0.6, 10)

        return paint

    return [Plane(0, sky), *(Plane(0.15 + 0.22 * i, dune(i)) for i in range(4))]


def _shaded_side(c: Canvas, crest: list[Point], dice: random.Random) -> list[Point]:
    start = dice.randrange(8, len(crest) // 2)
    ridge = crest[start : start + len(crest) // 2]
    foot = [
        (x - c.w * 0.1 * math.sin(i / len(ridge) * math.pi), c.h * 1.02)
        for i, (x, _) in enumerate(ridge)
    ]
    fall = [(ridge[0][0] + c.w * 0.16, ridge[0][1] + c.h * 0.2), foot[len(foot) // 3]]
    return [*ridge, foot[-1], *reversed(fall)]


def forest(art: Art, chance: random.Random) -> list[Plane]:
    """Trunks that fade into the mist, a light between them."""
    p = art.palette
    seeds = [chance.random() for _ in range(4)]

    def sky(c: Canvas) -> None:
        c.sky(p.zenith, p.horizon, mix(p.horizon, p.light, 0.4), p.far)
        c.glow(c.x, c.h * 0.5, c.u * 46, p.light, 0.8)

    def row(index: int) -> Callable[[Canvas], None]:
        def paint(c: Canvas) -> None:
            dice = chance_of(seeds[index])
            tone = mix(p.horizon, p.near, 0.3 + 0.23 * index)
            _trunks(c, dice, tone, index)
            ridge = wave(
                c, dice, c.h * (0.78 + 0.06 * index), c.h * 0.02, roughness=0.3
            )
            c.under(ridge, tone)
            if index == 2:
                stand(art, c, c.x, height_at(ridge, c.x) + c.u * 0.6, 17)

        return paint

    return [Plane(0, sky), *(Plane(0.12 + 0.24 * i, row(i)) for i in range(4))]


def _trunks(c: Canvas, dice: random.Random, tone: Colour, index: int) -> None:
    clear = c.u * (6 + 9 * index)
    for _ in range(round(13 - index * 2.4)):
        x, half = (
            dice.random() * c.w,
            c.u * (0.5 + index * 0.75) * dice.uniform(0.7, 1.3),
        )
        if abs(x - c.x) < clear:
            continue
        lean = dice.uniform(-1, 1) * c.u * 2
        c.fill(
            [
                (x - half, c.h),
                (x + half, c.h),
                (x + lean + half * 0.6, 0),
                (x + lean - half * 0.6, 0),
            ],
            tone,
        )
        for _ in range(3):
            y, side = dice.uniform(0.05, 0.5) * c.h, dice.choice((-1, 1))
            tip = (
                x + lean + side * c.u * dice.uniform(5, 12),
                y - c.u * dice.uniform(3, 9),
            )
            c.line([(x + lean * (1 - y / c.h), y), tip], max(1.0, half * 0.35), tone)


def hills(art: Art, chance: random.Random) -> list[Plane]:
    """Round hills, clouds, a good day."""
    p = art.palette
    seeds = [chance.random() for _ in range(4)]

    def sky(c: Canvas) -> None:
        c.sky(p.zenith, p.horizon, until=0.75)
        dice = chance_of(seeds[3])
        c.glow(c.w * 0.8, c.h * 0.16, c.u * 30, p.light, 0.7)
        c.disc(c.w * 0.8, c.h * 0.16, c.u * 6, p.light)
        for _ in range(4):
            _puff(c, dice, p)

    def hill(index: int) -> Callable[[Canvas], None]:
        def paint(c: Canvas) -> None:
            dice = chance_of(seeds[index])
            low = 0.66 if c.tall else 0.62
            ridge = wave(
                c, dice, c.h * (low + 0.12 * index), c.h * 0.06, roughness=0.12
            )
            c.under(ridge, p.ground(index / 2.4))
            for _ in range(7 - 2 * index):
                x = dice.random() * c.w
                if abs(x - c.x) > c.u * 15:
                    kind = dice.choice(("tree", "pine"))
                    PROPS[kind](
                        c,
                        p,
                        x,
                        height_at(ridge, x) + c.u * 0.4,
                        c.u * (5 + 4 * index),
                        p.ground(min(1.0, index / 2.4 + 0.3)),
                    )
            if index == 1:
                aloft = (
                    c.h * (0.1 if c.tall else 0.16)
                    if art.prop in {"balloon", "birds", "rocket"}
                    else 0
                )
                stand(art, c, c.x, height_at(ridge, c.x) + c.u * 0.5 - aloft, 24)

        return paint

    return [Plane(0, sky), *(Plane(0.15 + 0.25 * i, hill(i)) for i in range(3))]


def _puff(c: Canvas, dice: random.Random, p: Palette) -> None:
    x, y, size = (
        dice.random() * c.w,
        dice.uniform(0.06, 0.4) * c.h,
        c.u * dice.uniform(2.5, 5),
    )
    tone = mix(p.horizon, p.light, 0.75)
    for shift, lift, r in (
        (-1.5, 0, 0.8),
        (-0.5, 0.5, 1.15),
        (0.7, 0.35, 1.0),
        (1.7, 0, 0.7),
    ):
        c.disc(x + shift * size, y - lift * size, r * size, tone)
    c.box(x - size * 1.6, y - size * 0.1, size * 3.3, size * 0.8, tone)


def lights(art: Art, chance: random.Random) -> list[Plane]:
    """Northern lights above snow."""
    p = art.palette
    seed = chance.random()

    def sky(c: Canvas) -> None:
        c.sky(p.zenith, mix(p.zenith, p.horizon, 0.5), p.horizon, until=0.85)
        dice = chance_of(seed)
        stars(c, dice, p, 0.6)
        for ribbon in range(3):
            _ribbon(
                c,
                dice,
                (p.light, p.accent, p.horizon)[ribbon],
                c.h * (0.34 + 0.09 * ribbon),
            )

    def snow(c: Canvas) -> None:
        dice = chance_of(seed + 1)
        c.under(peaks(c, dice, c.h * 0.72, c.h * 0.14, 4), p.far)
        c.under(
            wave(c, dice, c.h * 0.76, c.h * 0.03, roughness=0.2),
            mix(p.far, p.light, 0.22),
        )

    def front(c: Canvas) -> None:
        dice = chance_of(seed + 2)
        ridge = wave(c, dice, c.h * 0.86, c.h * 0.03, roughness=0.25)
        c.under(ridge, mix(p.near, p.horizon, 0.25))
        for _ in range(8):
            x = dice.random() * c.w
            if abs(x - c.x) > c.u * 16:
                PROPS["pine"](
                    c,
                    p,
                    x,
                    height_at(ridge, x) + c.u,
                    c.u * dice.uniform(9, 19),
                    p.near,
                )
        stand(art, c, c.x, height_at(ridge, c.x) + c.u, 18)

    return [Plane(0, sky), Plane(0.25, snow), Plane(0.75, front)]


def _ribbon(c: Canvas, dice: random.Random, colour: Colour, y: float) -> None:
    phase, pieces = dice.uniform(0, 6), 60
    curtain = []
    for piece in range(pieces):
        x0, x1 = c.w * piece / pieces, c.w * (piece + 1) / pieces
        low = y + math.sin(phase + 5 * piece / pieces) * c.h * 0.09
        tall = c.h * (0.2 + 0.09 * math.sin(phase + piece * 0.31))
        for step in range(5):
            bottom, top = low - tall * step / 5, low - tall * (step + 1) / 5
            strength = (0.16 + 0.3 * abs(math.sin(phase + piece * 0.37))) * (
                1 - step / 5
            )
            curtain.append(
                ([(x0, bottom), (x1, bottom), (x1, top), (x0, top)], strength)
            )
    c.beams(curtain, colour)
