"""Small silhouettes that tell whose story it is: people, houses, boats, beasts.

Each stands with its foot at (x, y) and is ``s`` units tall.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from streamapi.demo.pictures.canvas import Canvas, Point, curve
from streamapi.demo.pictures.palette import Colour, Palette, mix

Prop = Callable[[Canvas, Palette, float, float, float, Colour], None]


def _place(
    points: Sequence[Point], x: float, y: float, s: float, flip: float = 1
) -> list[Point]:
    """Points from a unit box (y up) to the canvas."""
    return [(x + px * s * flip, y - py * s) for px, py in points]


def figure(
    c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour, turn: float = 1
) -> None:
    """One person in a coat, seen from behind."""
    c.disc(x, y - s * 0.915, s * 0.075, ink)
    coat = [
        (-0.035, 0.86), (0.035, 0.86), (0.115, 0.79), (0.155, 0.5), (0.12, 0.46),
        (0.15, 0.26), (-0.15, 0.26), (-0.12, 0.46), (-0.155, 0.5), (-0.115, 0.79),
    ]  # fmt: skip
    c.fill(_place(coat, x, y, s, turn), ink)
    for left, right, foot in ((-0.1, -0.015, -0.075), (0.015, 0.1, 0.085)):
        leg = [(left, 0.3), (right, 0.3), (foot + 0.03, 0.0), (foot - 0.035, 0.0)]
        c.fill(_place(leg, x, y, s, turn), ink)


def couple(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """Two people side by side."""
    figure(c, p, x - s * 0.17, y, s, ink)
    figure(c, p, x + s * 0.17, y, s * 0.93, ink, -1)


def crew(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """Four people in a row."""
    for index, tall in enumerate((0.94, 1.0, 0.88, 0.97)):
        figure(c, p, x + (index - 1.5) * s * 0.42, y, s * tall, ink, (-1) ** index)


def umbrella(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """One person under a coloured umbrella."""
    figure(c, p, x, y, s * 0.84, ink)
    c.line([(x + s * 0.1, y - s * 0.4), (x + s * 0.1, y - s)], s * 0.018, ink)
    c.pie(x + s * 0.1, y - s * 0.8, s * 0.34, 180, 360, p.accent)


def child(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A child that holds a balloon."""
    figure(c, p, x, y, s * 0.62, ink)
    c.line([(x + s * 0.09, y - s * 0.3), (x + s * 0.2, y - s * 0.92)], s * 0.012, ink)
    c.oval(x + s * 0.2, y - s * 1.05, s * 0.13, s * 0.16, p.accent)


def walker(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A person with a dog."""
    figure(c, p, x, y, s, ink)
    dog = [
        (0.3, 0.0), (0.33, 0.0), (0.34, 0.14), (0.5, 0.14), (0.51, 0.0), (0.54, 0.0),
        (0.55, 0.2), (0.62, 0.3), (0.69, 0.27), (0.7, 0.31), (0.61, 0.38), (0.57, 0.36),
        (0.53, 0.25), (0.33, 0.25), (0.26, 0.36), (0.25, 0.33), (0.29, 0.2),
    ]  # fmt: skip
    c.fill(_place(dog, x, y, s), ink)


def astronaut(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A person in a pressure suit with a lit visor."""
    figure(c, p, x, y, s * 0.95, ink)
    c.box(x - s * 0.17, y - s * 0.78, s * 0.34, s * 0.36, ink)
    c.disc(x, y - s * 0.9, s * 0.13, ink)
    c.oval(x, y - s * 0.905, s * 0.085, s * 0.065, p.accent)


def pine(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A conifer."""
    for level in range(4):
        top, width = 1 - level * 0.2, 0.11 + level * 0.075
        tier = [(0, top), (width, top - 0.36), (-width, top - 0.36)]
        c.fill(_place(tier, x, y, s), ink)
    c.box(x - s * 0.025, y - s * 0.1, s * 0.05, s * 0.1, ink)


def tree(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A lone broad tree."""
    trunk = [
        (-0.06, 0),
        (0.07, 0),
        (0.03, 0.2),
        (0.04, 0.6),
        (-0.04, 0.6),
        (-0.025, 0.2),
    ]
    c.fill(_place(trunk, x, y, s), ink)
    for dx, dy, r in (
        (0, 0.78, 0.22), (-0.2, 0.66, 0.17), (0.21, 0.64, 0.16), (-0.3, 0.54, 0.1),
        (0.08, 0.58, 0.17), (0.31, 0.53, 0.09), (-0.1, 0.55, 0.15),
    ):  # fmt: skip
        c.disc(x + dx * s, y - dy * s, r * s, ink)


def house(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A house with one lit window."""
    body = [
        (-0.42, 0), (0.42, 0), (0.42, 0.48), (0.5, 0.46), (0.26, 0.82), (0.26, 1.0),
        (0.16, 1.0), (0.16, 0.9), (0.04, 0.98), (-0.5, 0.46), (-0.42, 0.48),
    ]  # fmt: skip
    c.fill(_place(body, x, y, s), ink)
    c.glow(x - s * 0.16, y - s * 0.28, s * 0.42, p.light, 0.55)
    c.box(x - s * 0.24, y - s * 0.38, s * 0.16, s * 0.2, p.light)
    c.line([(x - s * 0.16, y - s * 0.38), (x - s * 0.16, y - s * 0.18)], s * 0.015, ink)
    c.box(x + s * 0.1, y - s * 0.26, s * 0.13, s * 0.26, mix(ink, p.light, 0.25))


def lighthouse(
    c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour
) -> None:
    """A lighthouse with its beam."""
    lamp = y - s * 0.9
    far, spread = c.w * 0.9, s * 0.42
    for side in (-1, 1):
        tip = x + side * far
        rays = [(x, lamp), (tip, lamp - spread * 1.6), (tip, lamp + spread * 0.2)]
        c.beam(rays, p.light, 0.34)
    tower = [(-0.1, 0), (0.1, 0), (0.062, 0.82), (-0.062, 0.82)]
    c.fill(_place(tower, x, y, s), ink)
    for low in (0.16, 0.44):
        wide, thin = 0.1 - low * 0.046, 0.1 - (low + 0.14) * 0.046
        band = [(-wide, low), (wide, low), (thin, low + 0.14), (-thin, low + 0.14)]
        c.fill(_place(band, x, y, s), mix(ink, p.accent, 0.75))
    c.box(x - s * 0.085, y - s * 0.84, s * 0.17, s * 0.025, ink)
    c.box(x - s * 0.045, y - s * 0.96, s * 0.09, s * 0.12, p.light)
    c.fill(_place([(-0.065, 0.95), (0.065, 0.95), (0, 1.04)], x, y, s), ink)
    c.glow(x, lamp, s * 0.3, p.light, 0.9)


def boat(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A sailing boat."""
    c.fill(_place([(-0.3, 0.12), (0.34, 0.12), (0.24, 0), (-0.2, 0)], x, y, s), ink)
    c.box(x - s * 0.012, y - s, s * 0.024, s * 0.9, ink)
    c.fill(_place([(0.03, 0.97), (0.03, 0.18), (0.34, 0.2)], x, y, s), p.accent)
    c.fill(
        _place([(-0.03, 0.9), (-0.03, 0.18), (-0.25, 0.2)], x, y, s),
        mix(p.light, ink, 0.15),
    )


def ship(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A freighter, heavy in the water."""
    hull = [(-1.0, 0.24), (-0.96, 0.0), (0.86, 0.0), (1.05, 0.34), (0.8, 0.24)]
    c.fill(_place(hull, x, y, s), ink)
    for dx, w, h in ((-0.86, 0.3, 0.5), (-0.8, 0.18, 0.66), (-0.4, 0.2, 0.14),
                     (-0.16, 0.2, 0.2), (0.08, 0.2, 0.14), (0.32, 0.2, 0.2)):  # fmt: skip
        c.box(x + dx * s, y - (0.24 + h) * s, w * s, h * s, ink)
    c.box(x - s * 0.58, y - s * 0.98, s * 0.02, s * 0.5, ink)
    for step in range(3):
        c.box(x + s * (-0.82 + step * 0.08), y - s * 0.66, s * 0.04, s * 0.05, p.light)


def balloon(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A hot-air balloon."""
    top = y - s * 0.65
    c.disc(x, top, s * 0.36, p.accent)
    c.oval(x, top, s * 0.2, s * 0.36, mix(p.accent, p.light, 0.55))
    c.oval(x, top, s * 0.07, s * 0.36, p.accent)
    c.fill(_place([(-0.31, 0.47), (0.31, 0.47), (0.07, 0.2), (-0.07, 0.2)], x, y, s),
           mix(p.accent, ink, 0.25))  # fmt: skip
    for side in (-1, 1):
        c.line([(x + side * s * 0.07, y - s * 0.2), (x + side * s * 0.05, y - s * 0.1)],
               s * 0.01, ink)  # fmt: skip
    c.box(x - s * 0.06, y - s * 0.11, s * 0.12, s * 0.11, ink)


def birds(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A flock."""
    for index in range(7):
        bx = x + math.sin(index * 2.1) * s * 0.8 + index * s * 0.12
        by = y - s * 0.5 - math.cos(index * 1.7) * s * 0.3
        size = s * (0.1 + 0.035 * (index % 3))
        wing = [(bx - size, by - size * 0.45), (bx, by), (bx + size, by - size * 0.5)]
        c.line(wing, s * 0.022, ink)


def deer(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A stag that has heard something."""
    body = curve(
        [(-0.3, 0.52), (-0.1, 0.56), (0.14, 0.55), (0.24, 0.66), (0.27, 0.8),
         (0.36, 0.8), (0.4, 0.74), (0.34, 0.7), (0.32, 0.55), (0.22, 0.38),
         (-0.05, 0.35), (-0.3, 0.36), (-0.36, 0.44)],
        5,
    )  # fmt: skip
    c.fill(_place(body, x, y, s), ink)
    for dx, lean in ((-0.29, -0.02), (-0.22, 0.03), (0.12, -0.02), (0.2, 0.03)):
        leg = [
            (dx - 0.035, 0.42),
            (dx + 0.04, 0.42),
            (dx + lean + 0.014, 0),
            (dx + lean - 0.014, 0),
        ]
        c.fill(_place(leg, x, y, s), ink)
    for side in (-1, 1):
        stem = [(0.29, 0.8), (0.29 + side * 0.11, 0.92), (0.29 + side * 0.1, 1.08)]
        c.line(_place(stem, x, y, s), s * 0.02, ink)
        for low, out in ((0.9, 0.2), (0.99, 0.2)):
            twig = [(0.29 + side * 0.1, low), (0.29 + side * out, low + 0.08)]
            c.line(_place(twig, x, y, s), s * 0.016, ink)


def car(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A car from behind, its lights on."""
    body = [(-0.5, 0.1), (0.5, 0.1), (0.5, 0.42), (0.4, 0.5), (0.31, 0.8), (-0.31, 0.8),
            (-0.4, 0.5), (-0.5, 0.42)]  # fmt: skip
    c.fill(_place(body, x, y, s), ink)
    c.fill(_place([(-0.33, 0.52), (0.33, 0.52), (0.26, 0.74), (-0.26, 0.74)], x, y, s),
           mix(ink, p.horizon, 0.45))  # fmt: skip
    for side in (-1, 1):
        c.box(x + side * s * 0.4 - s * 0.08, y - s * 0.14, s * 0.16, s * 0.14, ink)
        c.glow(x + side * s * 0.4, y - s * 0.34, s * 0.3, p.accent, 0.8)
        c.box(x + side * s * 0.4 - s * 0.07, y - s * 0.37, s * 0.14, s * 0.06, p.accent)


def tower(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A radio mast with a lamp at its top."""
    for side in (-1, 1):
        c.line([(x + side * s * 0.14, y), (x, y - s * 0.92)], s * 0.018, ink)
    for step in range(7):
        low, high = step / 7, (step + 1) / 7
        wide, thin = 0.14 * (1 - low * 0.98), 0.14 * (1 - high * 0.98)
        left, right = ((-wide, thin), (wide, -thin))[step % 2]
        rung = [(left, low * 0.92), (right, high * 0.92)]
        c.line(_place(rung, x, y, s), s * 0.01, ink)
        c.line(
            _place([(-wide, low * 0.92), (wide, low * 0.92)], x, y, s), s * 0.01, ink
        )
    c.glow(x, y - s * 0.95, s * 0.22, p.accent, 0.95)
    c.disc(x, y - s * 0.95, s * 0.025, p.accent)


def monolith(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A black slab and someone who has come to see it."""
    c.fill(_place([(-0.2, 0), (0.2, 0), (0.2, 1), (-0.2, 1)], x, y, s), ink)
    c.fill(_place([(0.2, 0), (0.27, 0.03), (0.27, 0.98), (0.2, 1)], x, y, s),
           mix(ink, p.horizon, 0.3))  # fmt: skip
    figure(c, p, x - s * 0.46, y, s * 0.2, ink)


def castle(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A castle with flags."""
    for dx, w, h in ((-0.5, 0.2, 0.55), (-0.3, 0.6, 0.4), (0.3, 0.2, 0.62),
                     (-0.12, 0.24, 0.78)):  # fmt: skip
        c.box(x + dx * s, y - h * s, w * s, h * s, ink)
        roof = [(dx - 0.03, h), (dx + w + 0.03, h), (dx + w / 2, h + w * 1.2)]
        if w < 0.5:
            c.fill(_place(roof, x, y, s), mix(ink, p.accent, 0.6))
    for dx, dy in ((-0.02, 0.6), (-0.42, 0.36), (0.38, 0.42), (0.1, 0.2), (-0.18, 0.2)):
        c.box(x + dx * s, y - dy * s, s * 0.045, s * 0.08, p.light)


def tent(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A tent that glows from inside."""
    c.glow(x, y - s * 0.2, s * 1.1, p.light, 0.6)
    c.fill(
        _place([(-0.6, 0), (0.6, 0), (0.06, 0.62), (-0.06, 0.62)], x, y, s), p.accent
    )
    c.fill(_place([(-0.16, 0), (0.16, 0), (0, 0.56)], x, y, s), p.light)


def whale(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A whale in mid-water."""
    body = curve(
        [(-0.95, 0.34), (-0.7, 0.5), (-0.2, 0.56), (0.3, 0.42), (0.66, 0.3), (0.86, 0.34),
         (1.0, 0.52), (1.02, 0.34), (1.16, 0.26), (0.9, 0.24), (0.62, 0.2), (0.2, 0.14),
         (-0.4, 0.1), (-0.85, 0.2)],
        6,
    )  # fmt: skip
    c.fill(_place(body, x, y, s), ink)
    fin = [(-0.3, 0.16), (-0.02, -0.14), (-0.1, 0.14)]
    c.fill(_place(fin, x, y, s), mix(ink, (0, 0, 0), 0.3))
    c.disc(x - s * 0.74, y - s * 0.32, s * 0.018, p.light)


def diver(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A diver with a lamp."""
    c.beam(_place([(0.5, 0.5), (2.6, 0.2), (2.4, -0.5)], x, y, s), p.light, 0.4)
    body = [(-0.7, 0.3), (-0.3, 0.42), (0.1, 0.5), (0.34, 0.56), (0.4, 0.46), (0.1, 0.36),
            (-0.3, 0.3), (-0.66, 0.12)]  # fmt: skip
    c.fill(_place(body, x, y, s), ink)
    c.fill(_place([(-0.66, 0.3), (-1.0, 0.34), (-0.96, 0.16)], x, y, s), ink)
    c.fill(
        _place([(-0.1, 0.5), (0.2, 0.58), (0.2, 0.68), (-0.1, 0.6)], x, y, s), p.accent
    )
    c.disc(x + s * 0.44, y - s * 0.55, s * 0.1, ink)
    c.glow(x + s * 0.52, y - s * 0.5, s * 0.22, p.light, 0.9)


def rocket(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A rocket on its flame."""
    c.glow(x, y, s * 0.7, p.accent, 0.9)
    c.fill(_place([(-0.07, 0.2), (0.07, 0.2), (0, -0.3)], x, y, s), p.light)
    hull = curve([(0, 1.0), (0.13, 0.66), (0.1, 0.22), (-0.1, 0.22), (-0.13, 0.66)], 6)
    c.fill(_place(hull, x, y, s), mix(p.light, ink, 0.12))
    c.disc(x, y - s * 0.64, s * 0.05, p.near)
    for side in (-1, 1):
        fin = [(side * 0.09, 0.4), (side * 0.24, 0.12), (side * 0.09, 0.22)]
        c.fill(_place(fin, x, y, s), p.accent)


def robot(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """A small robot, glad to see you."""
    c.box(x - s * 0.2, y - s * 0.58, s * 0.4, s * 0.42, ink)
    c.box(x - s * 0.26, y - s * 0.96, s * 0.52, s * 0.34, ink)
    c.line([(x, y - s * 0.96), (x, y - s * 1.1)], s * 0.025, ink)
    c.disc(x, y - s * 1.12, s * 0.04, p.accent)
    for side in (-1, 1):
        c.disc(x + side * s * 0.11, y - s * 0.8, s * 0.065, p.light)
        c.disc(x + side * s * 0.11, y - s * 0.8, s * 0.028, ink)
        c.box(x + side * s * 0.11 - s * 0.05, y - s * 0.18, s * 0.1, s * 0.18, ink)
        arm = [(side * 0.2, 0.52), (side * 0.36, 0.36), (side * 0.3, 0.2)]
        c.line(_place(arm, x, y, s), s * 0.055, ink)
    c.disc(x, y - s * 0.36, s * 0.06, p.accent)


def nothing(c: Canvas, p: Palette, x: float, y: float, s: float, ink: Colour) -> None:
    """The place speaks for itself."""


PROPS: Final[Mapping[str, Prop]] = {
    "astronaut": astronaut, "balloon": balloon, "birds": birds, "boat": boat,
    "car": car, "castle": castle, "child": child, "couple": couple, "crew": crew,
    "deer": deer, "diver": diver, "figure": figure, "house": house,
    "lighthouse": lighthouse, "monolith": monolith, "none": nothing, "pine": pine,
    "robot": robot, "rocket": rocket, "ship": ship, "tent": tent, "tower": tower,
    "tree": tree, "umbrella": umbrella, "walker": walker, "whale": whale,
}  # fmt: skip
