"""Places that people built: cities, roads, bridges, rooms."""

from __future__ import annotations

import random
from collections.abc import Callable

from streamapi.demo.pictures.canvas import Canvas, chance_of, height_at, peaks, wave
from streamapi.demo.pictures.palette import Palette, mix
from streamapi.demo.pictures.props import PROPS
from streamapi.demo.pictures.scenes.base import Art, Plane, stand, sun


def city(art: Art, chance: random.Random) -> list[Plane]:
    """Towers with lit windows, wet streets below."""
    p = art.palette
    seeds = [chance.random() for _ in range(3)]

    def sky(c: Canvas) -> None:
        c.sky(p.zenith, mix(p.zenith, p.horizon, 0.7), p.horizon, until=0.85)
        sun(c, p, c.y * 0.7, c.u * 7)

    def block(index: int) -> Callable[[Canvas], None]:
        def paint(c: Canvas) -> None:
            dice = chance_of(seeds[index])
            _skyline(c, p, dice, index)
            c.mist(
                c.h * 0.5, c.h * 0.9, mix(p.horizon, p.far, 0.4), 0.45 - 0.15 * index
            )

        return paint

    def street(c: Canvas) -> None:
        dice = chance_of(seeds[0])
        top = c.h * 0.86
        c.box(0, top, c.w, c.h, p.near)
        for _ in range(46):
            x, tone = dice.random() * c.w, mix(p.near, p.light, dice.uniform(0.08, 0.4))
            y = top + dice.random() * c.h * 0.12
            c.oval(x, y, c.u * dice.uniform(1, 5), c.u * 0.22, tone)
        stand(art, c, c.x, top + c.u * 3, 15)

    blocks = [Plane(0.1 + 0.2 * index, block(index)) for index in range(3)]
    return [Plane(0, sky), *blocks, Plane(0.85, street)]


def _skyline(c: Canvas, p: Palette, dice: random.Random, index: int) -> None:
    wall, x = p.ground(index / 2.2), -c.u * 4
    while x < c.w:
        wide = c.u * dice.uniform(7, 13) * (1 + index * 0.25)
        gap = 0.55 if abs(x + wide / 2 - c.x) < c.u * 14 and index == 2 else 1.0
        tall = c.h * dice.uniform(0.22, 0.52) * (1 - index * 0.12) * gap
        top = c.h * 0.88 - tall
        c.box(x, top, wide, c.h, wall)
        if dice.random() < 0.3:
            c.box(x + wide * 0.45, top - c.u * 5, c.u * 0.5, c.u * 5, wall)
        _windows(c, p, dice, x, top, wide, index)
        x += wide + c.u * dice.uniform(-1, 2)


def _windows(
    c: Canvas,
    p: Palette,
    dice: random.Random,
    x: float,
    top: float,
    wide: float,
    index: int,
) -> None:
    step, lit = (
        c.u * (1.7 + index * 0.5),
        mix(p.ground(index / 2.2), p.light, 0.35 + index * 0.2),
    )
    for row in range(int((c.h * 0.86 - top) / step) - 1):
        for column in range(int(wide / step) - 1):
            if dice.random() < 0.26:
                c.box(
                    x + (column + 0.8) * step,
                    top + (row + 0.8) * step,
                    step * 0.45,
                    step * 0.5,
                    lit,
                )


def road(art: Art, chance: random.Random) -> list[Plane]:
    """A straight road into a low sun."""
    p = art.palette
    seed = chance.random()

    def sky(c: Canvas) -> None:
        c.sky(p.zenith, mix(p.zenith, p.horizon, 0.55), p.horizon, until=0.6)
        for band in range(6):
            y = c.h * 0.57 - c.u * 15 + band * c.u * 3.4
            if band == 0:
                sun(c, p, c.h * 0.57 - c.u * 2, c.u * 15)
            c.box(
                0,
                y + c.u * 1.2,
                c.w,
                c.u * (0.25 + band * 0.2),
                mix(p.zenith, p.horizon, 0.85),
            )

    def hills(c: Canvas) -> None:
        dice = chance_of(seed)
        c.under(peaks(c, dice, c.h * 0.6, c.h * 0.1, 5), p.far)

    def ground(c: Canvas) -> None:
        top = c.h * 0.59
        c.box(0, top, c.w, c.h, mix(p.far, p.near, 0.55))
        c.mist(top, c.h, p.near, 0.9)
        c.fill(
            [
                (c.x - c.u * 0.7, top),
                (c.x + c.u * 0.7, top),
                (c.x + c.u * 36, c.h),
                (c.x - c.u * 36, c.h),
            ],
            mix(p.near, (0, 0, 0), 0.35),
        )
        for step in range(7):
            near, far = (step / 7) ** 2.2, ((step + 0.5) / 7) ** 2.2
            y0, y1 = top + near * (c.h - top), top + far * (c.h - top)
            w0, w1 = c.u * (0.1 + near * 1.3), c.u * (0.1 + far * 1.3)
            c.fill(
                [(c.x - w0, y0), (c.x + w0, y0), (c.x + w1, y1), (c.x - w1, y1)],
                p.light,
            )

    def poles(c: Canvas) -> None:
        ink, top = mix(p.near, (0, 0, 0), 0.4), c.h * 0.59
        for step in range(1, 6):
            near = (step / 5) ** 2
            x, y = c.x + c.u * (5 + 56 * near), top + near * c.h * 0.3
            tall = c.u * (3 + 42 * near)
            c.box(x, y - tall, c.u * (0.15 + near * 0.9), tall, ink)
            c.box(
                x - tall * 0.12,
                y - tall * 0.93,
                tall * 0.28,
                c.u * (0.12 + near * 0.5),
                ink,
            )
        stand(art, c, c.x - c.u * 7, c.h * (0.72 if c.tall else 0.83), 13)

    return [Plane(0, sky), Plane(0.12, hills), Plane(0.15, ground), Plane(0.5, poles)]


def viaduct(art: Art, chance: random.Random) -> list[Plane]:
    """A train on a high bridge across a valley."""
    p = art.palette
    seed = chance.random()

    def sky(c: Canvas) -> None:
        c.sky(p.zenith, mix(p.zenith, p.horizon, 0.6), p.horizon, until=0.7)
        sun(c, p, c.y * 0.75, c.u * 10)

    def valley(c: Canvas) -> None:
        dice = chance_of(seed)
        c.under(peaks(c, dice, c.h * 0.68, c.h * 0.26, 3), p.far)
        c.mist(c.h * 0.5, c.h * 0.8, p.horizon, 0.6)

    def bridge(c: Canvas) -> None:
        deck, ink = c.h * 0.56, mix(p.far, p.near, 0.75)
        c.box(0, deck, c.w, c.u * 2.2, ink)
        span, x = c.u * 13, -c.u * 6
        while x < c.w:
            c.box(x, deck, c.u * 2.4, c.h, ink)
            c.box(x, deck, span, c.u * 7.4, ink)
            c.disc(
                x + c.u * 1.2 + span / 2,
                deck + c.u * 7.6,
                span / 2 - c.u * 1.25,
                mix(p.horizon, p.far, 0.5),
            )
            c.box(
                x + c.u * 2.4,
                deck + c.u * 7.4,
                span - c.u * 2.4,
                c.u * 5.4,
                mix(p.horizon, p.far, 0.5),
            )
            x += span
        _train(c, p, deck)

    def front(c: Canvas) -> None:
        dice = chance_of(seed + 1)
        c.mist(c.h * 0.62, c.h * 0.86, p.horizon, 0.75)
        ridge = wave(c, dice, c.h * 0.85, c.h * 0.05, roughness=0.35)
        c.under(ridge, p.near)
        for _ in range(12):
            x = dice.random() * c.w
            PROPS["pine"](
                c, p, x, height_at(ridge, x) + c.u, c.u * dice.uniform(6, 14), p.near
            )

    return [Plane(0, sky), Plane(0.12, valley), Plane(0.3, bridge), Plane(0.8, front)]


def _train(c: Canvas, p: Palette, deck: float) -> None:
    ink, x = mix(p.near, (0, 0, 0), 0.3), c.x - c.u * 26
    for wagon in range(4):
        c.box(x + wagon * c.u * 13, deck - c.u * 4.6, c.u * 12.3, c.u * 4.2, ink)
        for window in range(6):
            c.box(
                x + wagon * c.u * 13 + c.u * (0.9 + window * 1.9),
                deck - c.u * 3.8,
                c.u * 1.2,
                c.u * 1.5,
                p.light,
            )
    head = x + 52 * c.u
    c.fill(
        [
            (head, deck - c.u * 4.6),
            (head + c.u * 8, deck - c.u * 4.2),
            (head + c.u * 11.5, deck - c.u * 0.4),
            (head, deck - c.u * 0.4),
        ],
        p.accent,
    )
    c.beam(
        [
            (head + c.u * 11, deck - c.u * 2),
            (head + c.u * 60, deck - c.u * 9),
            (head + c.u * 60, deck + c.u * 4),
        ],
        p.light,
        0.4,
    )


def arches(art: Art, chance: random.Random) -> list[Plane]:
    """A colonnade with long shadows."""
    p = art.palette
    count = chance.choice((3, 4, 5))

    def sky(c: Canvas) -> None:
        c.sky(p.zenith, p.horizon)
        sun(c, p, c.h * 0.42, c.u * 8)
        c.box(0, c.h * 0.66, c.w, c.h, p.far)

    def wall(c: Canvas) -> None:
        stone, dark = mix(p.horizon, p.far, 0.65), mix(p.far, p.near, 0.75)
        horizon = c.h * 0.66
        for index in range(count):
            near = (index + 1) / count
            x, w = c.x + c.u * (2 + 64 * (index / count) ** 1.4), c.u * (4 + 15 * near)
            top, foot = c.h * (0.4 - 0.36 * near), horizon + c.h * 0.2 * near
            c.fill(
                [
                    (x, top),
                    (x + w * 1.15, top - c.u * 5 * near),
                    (x + w * 1.15, foot + c.u * 4 * near),
                    (x, foot),
                ],
                stone,
            )
            c.pie(x + w * 0.56, top + w * 0.95, w * 0.36, 180, 360, dark)
            c.box(x + w * 0.2, top + w * 0.94, w * 0.72, foot - top - w * 0.6, dark)

    def floor(c: Canvas) -> None:
        dark = mix(p.far, p.near, 0.8)
        c.beam(
            [
                (c.x + c.u * 4, c.h * 0.68),
                (c.w, c.h * 0.85),
                (c.w, c.h * 1.1),
                (c.x - c.u * 30, c.h * 1.05),
            ],
            dark,
            0.75,
        )
        stand(art, c, c.x - c.u * 6, c.h * 0.82, 18)
        c.beam(
            [
                (c.x - c.u * 7, c.h * 0.82),
                (c.x - c.u * 5, c.h * 0.82),
                (c.x - c.u * 24, c.h * 0.95),
                (c.x - c.u * 30, c.h * 0.95),
            ],
            dark,
            0.7,
        )

    return [Plane(0, sky), Plane(0.25, wall), Plane(0.45, floor)]


def doorway(art: Art, chance: random.Random) -> list[Plane]:
    """A dark room, an open door, the light on the floor."""
    p = art.palette
    width = chance.uniform(8, 11)

    def room(c: Canvas) -> None:
        c.sky(mix(p.near, (0, 0, 0), 0.45), p.near, mix(p.near, p.far, 0.5), p.near)
        c.glow(c.x, c.h * 0.55, c.u * 52, mix(p.far, p.light, 0.2), 0.55)
        c.box(0, c.h * 0.72, c.w, c.h, mix(p.near, (0, 0, 0), 0.35))

    def door(c: Canvas) -> None:
        w, top, floor = c.u * width, c.h * (0.32 if c.tall else 0.2), c.h * 0.72
        c.beam(
            [
                (c.x - w, floor),
                (c.x + w, floor),
                (c.x + w * 3.4, c.h),
                (c.x - w * 3.4, c.h),
            ],
            p.light,
            0.62,
        )
        c.glow(c.x, (top + floor) / 2, c.u * 40, p.horizon, 0.55)
        c.box(
            c.x - w - c.u,
            top - c.u,
            w * 2 + c.u * 2,
            floor - top + c.u,
            mix(p.near, (0, 0, 0), 0.6),
        )
        c.box(c.x - w, top, w * 2, floor - top, p.light)
        c.mist(floor, floor + 1, p.horizon, 0.0)
        c.fill(
            [
                (c.x + w, top),
                (c.x + w * 1.75, top - c.u * 3),
                (c.x + w * 1.75, floor + c.u * 5),
                (c.x + w, floor),
            ],
            mix(p.far, p.near, 0.35),
        )

    def person(c: Canvas) -> None:
        size = {"house": 22.0, "tree": 34.0, "deer": 26.0}.get(art.prop, 30.0)
        foot = c.h * 0.745
        ink = mix(p.near, (0, 0, 0), 0.6)
        if art.prop in {"figure", "child", "couple", "walker", "umbrella"}:
            c.beam(
                [
                    (c.x - c.u * 2, foot),
                    (c.x + c.u * 2, foot),
                    (c.x + c.u * 8, c.h),
                    (c.x - c.u * 5, c.h),
                ],
                ink,
                0.85,
            )
        stand(art, c, c.x, foot, size)

    return [Plane(0, room), Plane(0.15, door), Plane(0.4, person)]


def stage(art: Art, chance: random.Random) -> list[Plane]:
    """Curtains, a spotlight, one who has to begin."""
    p = art.palette
    tilt = chance.uniform(-6, 6)

    def floor(c: Canvas) -> float:
        return c.h * (0.7 if c.tall else 0.83)

    def back(c: Canvas) -> None:
        c.sky(mix(p.zenith, (0, 0, 0), 0.6), p.zenith, p.far)
        c.beam(
            [
                (c.x + c.u * tilt - c.u, -c.u * 4),
                (c.x + c.u * tilt + c.u, -c.u * 4),
                (c.x + c.u * 21, floor(c)),
                (c.x - c.u * 21, floor(c)),
            ],
            p.light,
            0.5,
        )
        c.box(0, floor(c) - c.u * 3, c.w, c.h, mix(p.near, (0, 0, 0), 0.2))
        c.oval(c.x, floor(c), c.u * 23, c.u * 4, mix(p.light, p.horizon, 0.3))

    def person(c: Canvas) -> None:
        stand(art, c, c.x, floor(c) + c.u, 36)

    def curtains(c: Canvas) -> None:
        wide = max(c.w * 0.2, c.x - c.u * 46) if c.w > c.h else c.w * 0.2
        for left, right in (
            (0.0, wide),
            (min(c.w * 0.8, c.x + c.u * 46) if c.w > c.h else c.w * 0.8, c.w),
        ):
            folds = max(4, round((right - left) / (c.u * 3.4)))
            for fold in range(folds):
                x = left + (right - left) * fold / folds
                tone = mix(p.accent, p.near, 0.25 + 0.5 * (fold % 3) / 2)
                c.fill(
                    [
                        (x, 0),
                        (x + c.u * 4.2, 0),
                        (x + c.u * 3.6, c.h),
                        (x - c.u * 0.3, c.h),
                    ],
                    tone,
                )
        for swag in range(5):
            c.oval(
                (swag + 0.5) * c.w / 5,
                0,
                c.w / 8.5,
                c.u * 9,
                mix(p.accent, p.near, 0.3 + 0.12 * (swag % 2)),
            )

    return [Plane(0, back), Plane(0.25, person), Plane(0.6, curtains)]
