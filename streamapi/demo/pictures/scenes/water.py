"""Places at sea and below it."""

from __future__ import annotations

import math
import random

from streamapi.demo.pictures.canvas import Canvas, chance_of, curve, height_at, wave
from streamapi.demo.pictures.palette import Colour, mix
from streamapi.demo.pictures.scenes.base import Art, Plane, stand, sun


def sea(art: Art, chance: random.Random) -> list[Plane]:
    """A horizon, the light upon the water, something that floats or stands."""
    p = art.palette
    seed = chance.random()
    standing = art.prop in {"lighthouse", "house", "castle", "tower", "tree"}

    def sky(c: Canvas) -> None:
        c.sky(p.zenith, mix(p.zenith, p.horizon, 0.5), p.horizon, until=0.62)
        if not standing:
            sun(c, p, c.h * 0.5, c.u * 11)
        dice = chance_of(seed)
        for _ in range(5):
            _cloud(
                c, dice, mix(p.horizon, p.light, 0.35), c.h * dice.uniform(0.08, 0.4)
            )

    def water(c: Canvas) -> None:
        dice = chance_of(seed)
        horizon = c.h * 0.61
        c.box(0, horizon, c.w, c.h, p.far)
        c.mist(horizon, c.h, p.near, 1.0)
        for row in range(26):
            depth = row / 26
            y = horizon + depth**1.6 * c.h * 0.38 + c.u * 0.5
            reach = c.u * (5 + 15 * depth) * dice.uniform(0.3, 1.0)
            x = c.x + dice.uniform(-1, 1) * c.u * (2 + 9 * depth)
            tone = mix(p.far, p.light, (1 - depth) * dice.uniform(0.4, 0.95))
            c.oval(x, y, reach, c.u * (0.18 + 0.4 * depth), tone)

    def middle(c: Canvas) -> None:
        x = c.x if standing else c.x + c.u * 9
        if standing:
            rock = curve(
                [
                    (x - c.u * 30, c.h * 0.7),
                    (x - c.u * 16, c.h * 0.655),
                    (x, c.h * 0.635),
                    (x + c.u * 18, c.h * 0.66),
                    (x + c.u * 34, c.h * 0.7),
                ]
            )
            c.fill(rock, mix(p.near, (0, 0, 0), 0.25))
        stand(art, c, x, c.h * (0.645 if standing else 0.66), 34 if standing else 22)

    def shore(c: Canvas) -> None:
        dice = chance_of(seed + 1)
        ridge = wave(c, dice, c.h * 0.95, c.h * 0.02, roughness=0.4)
        c.under(ridge, mix(p.near, (0, 0, 0), 0.35))

    return [Plane(0, sky), Plane(0.1, water), Plane(0.3, middle), Plane(0.7, shore)]


def _cloud(c: Canvas, dice: random.Random, colour: Colour, y: float) -> None:
    x, wide = dice.random() * c.w, c.u * dice.uniform(9, 22)
    for step in range(3):
        shift = dice.uniform(-0.5, 0.5) * wide
        c.oval(
            x + shift,
            y + step * c.u * 0.9,
            wide * dice.uniform(0.5, 1),
            c.u * 0.55,
            colour,
        )


def deep(art: Art, chance: random.Random) -> list[Plane]:
    """Below the surface: shafts of light, a shoal, the ground far down."""
    p = art.palette
    seed = chance.random()

    def water(c: Canvas) -> None:
        c.sky(mix(p.zenith, p.light, 0.4), p.zenith, p.horizon, p.far, p.near)
        dice = chance_of(seed)
        for _ in range(7):
            top, low = (
                c.x + dice.uniform(-0.5, 0.5) * c.w,
                dice.uniform(-0.35, 0.35) * c.w,
            )
            wide = c.u * dice.uniform(3, 7)
            c.beam(
                [
                    (top - wide, -c.u * 5),
                    (top + wide, -c.u * 5),
                    (top + low + wide * 3.5, c.h * 0.85),
                    (top + low - wide * 3.5, c.h * 0.85),
                ],
                p.light,
                dice.uniform(0.08, 0.2),
            )

    def shoal(c: Canvas) -> None:
        dice = chance_of(seed + 1)
        for _ in range(34):
            x, y = dice.gauss(c.x + c.u * 12, c.u * 22), dice.gauss(c.h * 0.26, c.u * 6)
            _fish(
                c,
                x,
                y,
                c.u * dice.uniform(0.7, 1.7),
                mix(p.horizon, p.near, dice.uniform(0.3, 0.7)),
            )

    def hero(c: Canvas) -> None:
        stand(art, c, c.x, c.h * 0.6, 26 if art.prop == "whale" else 16)

    def ground(c: Canvas) -> None:
        dice = chance_of(seed + 2)
        ridge = wave(c, dice, c.h * 0.88, c.h * 0.05, roughness=0.5)
        c.under(ridge, p.near)
        for _ in range(16):
            x = dice.random() * c.w
            _weed(
                c,
                dice,
                x,
                height_at(ridge, x) + c.u,
                mix(p.near, p.far, dice.uniform(0, 0.4)),
            )

    return [Plane(0, water), Plane(0.2, shoal), Plane(0.4, hero), Plane(0.75, ground)]


def _fish(c: Canvas, x: float, y: float, s: float, tone: Colour) -> None:
    c.oval(x, y, s, s * 0.38, tone)
    c.fill(
        [(x + s * 0.7, y), (x + s * 1.4, y - s * 0.4), (x + s * 1.4, y + s * 0.4)], tone
    )


def _weed(c: Canvas, dice: random.Random, x: float, y: float, tone: Colour) -> None:
    tall, bend = c.u * dice.uniform(5, 16), dice.uniform(-1, 1)
    stem = [
        (x + math.sin(t * 3 + bend) * c.u * 1.3 * t, y - tall * t)
        for t in (0, 0.2, 0.4, 0.6, 0.8, 1)
    ]
    c.line(stem, c.u * 0.7, tone)
