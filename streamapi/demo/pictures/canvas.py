"""A surface to draw on: gradients, glows, mist and polygons with smooth edges.

Everything is drawn at a multiple of the final size and reduced once at the end, which
is both the quickest and the smoothest way Pillow has.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from streamapi.demo.pictures.palette import Colour, mix

Point = tuple[float, float]
_GRAIN_TILE: Final = 256


def chance_of(seed: str | float) -> random.Random:
    """Chance that falls the same way every time."""
    return random.Random(seed)  # noqa: S311 - pictures are no secret


class Canvas:
    """A picture in the making; ``w`` and ``h`` are its size in drawing units.

    ``focus`` is where the composition puts its weight, so that words fit beside it.
    """

    def __init__(
        self,
        size: tuple[int, int],
        *,
        focus: Point = (0.5, 0.45),
        scale: int = 2,
        backing: Colour | None = None,
    ) -> None:
        self.w, self.h = float(size[0] * scale), float(size[1] * scale)
        self.u = self.h / 100
        self.tall = self.h > self.w
        self.x, self.y = self.w * focus[0], self.h * focus[1]
        pixels = (size[0] * scale, size[1] * scale)
        if backing is None:
            self.image = Image.new("RGB", pixels)
        else:
            self.image = Image.new("RGBA", pixels, (*backing, 0))
        self._scale = scale
        self._draw = ImageDraw.Draw(self.image)

    # --- surfaces

    def sky(self, *colours: Colour, until: float = 1.0) -> None:
        """A vertical gradient through ``colours`` from the top down to ``until``."""
        height = max(2, round(self.h * until))
        strip = Image.new("RGB", (1, len(colours)))
        strip.putdata(list(colours))
        column = _stretch(strip).resize((1, height), Image.Resampling.BILINEAR)
        wide = column.resize((int(self.w), height), Image.Resampling.NEAREST)
        self.image.paste(wide, (0, 0))

    def mist(self, top: float, bottom: float, colour: Colour, strength: float) -> None:
        """A veil that is clear at ``top`` and thickest at ``bottom``."""
        height = max(1, round(bottom - top))
        values = [round(255 * strength * y / height) for y in range(height)]
        column = Image.new("L", (1, height))
        column.putdata(values)
        mask = column.resize((int(self.w), height), Image.Resampling.NEAREST)
        self.image.paste(colour, (0, round(top)), mask)

    def glow(
        self, x: float, y: float, r: float, colour: Colour, strength: float
    ) -> None:
        """Light that fades with the distance from a point."""
        left, top = max(0, round(x - r)), max(0, round(y - r))
        right, low = min(int(self.w), round(x + r)), min(int(self.h), round(y + r))
        if right <= left or low <= top:
            return
        mask = _glow_mask(round(strength * 100))
        step = mask.width / (2 * r)
        seen = (
            max(0.0, (left - x + r) * step),
            max(0.0, (top - y + r) * step),
            min(float(mask.width), (right - x + r) * step),
            min(float(mask.height), (low - y + r) * step),
        )
        size = (right - left, low - top)
        soft = mask.resize(size, Image.Resampling.BILINEAR, box=seen)
        self.image.paste(colour, (left, top), soft)

    def beam(self, points: Sequence[Point], colour: Colour, strength: float) -> None:
        """A see-through polygon with soft edges: a ray, a shadow."""
        self.beams([(points, strength)], colour)

    def beams(
        self, shapes: Sequence[tuple[Sequence[Point], float]], colour: Colour
    ) -> None:
        """Several such polygons of one colour, for the price of one."""
        factor = 4
        small = (max(1, int(self.w) // factor), max(1, int(self.h) // factor))
        mask = Image.new("L", small)
        draw = ImageDraw.Draw(mask)
        for points, strength in shapes:
            corners = [(px / factor, py / factor) for px, py in points]
            draw.polygon(corners, fill=round(255 * strength))
        mask = mask.filter(ImageFilter.BoxBlur(self.u / factor * 0.7))
        seen = mask.getbbox()
        if seen is None:
            return
        left, top, right, low = seen
        size = ((right - left) * factor, (low - top) * factor)
        soft = mask.resize(size, Image.Resampling.BILINEAR, box=seen)
        self.image.paste(colour, (left * factor, top * factor), soft)

    # --- shapes

    def fill(self, points: Sequence[Point], colour: Colour) -> None:
        """A polygon of one colour."""
        self._draw.polygon(list(points), fill=colour)

    def disc(self, x: float, y: float, r: float, colour: Colour) -> None:
        """A filled circle."""
        self._draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        """A filled ellipse."""
        self._draw.ellipse((x - rx, y - ry, x + rx, y + ry), fill=colour)

    def ring(self, x: float, y: float, r: float, width: float, colour: Colour) -> None:
        """A circle's line."""
        self._draw.ellipse(
            (x - r, y - r, x + r, y + r), outline=colour, width=max(1, round(width))
        )

    def pie(
        self, x: float, y: float, r: float, start: float, end: float, colour: Colour
    ) -> None:
        """A slice of a disc, from ``start`` to ``end`` degrees clockwise from three."""
        self._draw.pieslice((x - r, y - r, x + r, y + r), start, end, fill=colour)

    def box(self, x: float, y: float, w: float, h: float, colour: Colour) -> None:
        """A filled rectangle from its upper left corner."""
        self._draw.rectangle((x, y, x + w, y + h), fill=colour)

    def line(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """A line through points."""
        self._draw.line(
            list(points), fill=colour, width=max(1, round(width)), joint="curve"
        )

    def under(self, ridge: Sequence[Point], colour: Colour) -> None:
        """Everything below a line that runs from the left edge to the right."""
        self.fill([*ridge, (self.w, self.h), (0, self.h)], colour)

    # --- the last steps

    def finish(self, *, grain: float = 0.0, vignette: float = 0.0) -> Image.Image:
        """The picture at its final size, with film grain and darker corners."""
        picture = self.image.reduce(self._scale) if self._scale > 1 else self.image
        if vignette:
            picture = _darken_corners(picture, vignette)
        return _with_grain(picture, grain) if grain else picture


def wave(
    canvas: Canvas,
    chance: random.Random,
    y: float,
    height: float,
    *,
    roughness: float = 0.5,
    points: int = 64,
) -> list[Point]:
    """A horizon line around ``y``: smooth hills at 0, torn mountains at 1."""
    octaves = [
        (2**n, chance.uniform(0, math.tau), roughness**n * chance.uniform(0.7, 1.0))
        for n in range(1 + round(roughness * 6))
    ]
    total = sum(weight for _, _, weight in octaves)
    line = []
    for step in range(points + 1):
        x = step / points
        level = sum(
            weight * math.sin(x * frequency * 4.2 + phase)
            for frequency, phase, weight in octaves
        )
        line.append((x * canvas.w, y - level / total * height))
    return line


def peaks(
    canvas: Canvas, chance: random.Random, y: float, height: float, count: int
) -> list[Point]:
    """A mountain range: summits with shoulders, no two alike."""
    line: list[Point] = [(0.0, y - height * chance.uniform(0.0, 0.5))]
    for index in range(count):
        left, width = index / count, 1 / count
        summit = left + width * chance.uniform(0.35, 0.65)
        top = height * chance.uniform(0.55, 1.0)
        shoulder = chance.uniform(0.45, 0.7)
        line += [
            ((summit - width * 0.22) * canvas.w, y - top * shoulder),
            ((summit - width * 0.10) * canvas.w, y - top * chance.uniform(0.72, 0.82)),
            (summit * canvas.w, y - top),
            ((summit + width * 0.09) * canvas.w, y - top * chance.uniform(0.7, 0.85)),
            ((summit + width * 0.2) * canvas.w, y - top * chance.uniform(0.4, 0.6)),
            ((left + width) * canvas.w, y - height * chance.uniform(0.0, 0.3)),
        ]
    return line


def height_at(line: Sequence[Point], x: float) -> float:
    """The y of a horizon line at ``x``."""
    for (x0, y0), (x1, y1) in itertools.pairwise(line):
        if x0 <= x <= x1:
            return y0 + (y1 - y0) * ((x - x0) / ((x1 - x0) or 1))
    return line[-1][1]


def curve(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """A closed smooth line through points (Catmull-Rom)."""
    count = len(points)
    smooth: list[Point] = []
    for index in range(count):
        p0, p1, p2, p3 = (points[(index + shift - 1) % count] for shift in range(4))
        for step in range(steps):
            t = step / steps
            smooth.append(
                (
                    _spline(p0[0], p1[0], p2[0], p3[0], t),
                    _spline(p0[1], p1[1], p2[1], p3[1], t),
                )
            )
    return smooth


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b
        + (c - a) * t
        + (2 * a - 5 * b + 4 * c - d) * t * t
        + (3 * b - a - 3 * c + d) * t**3
    )


def _stretch(strip: Image.Image) -> Image.Image:
    """A column of 256 pixels through the colours of a strip, ends included."""
    colours = [strip.getpixel((0, y)) for y in range(strip.height)]
    column = Image.new("RGB", (1, 256))
    steps = max(1, len(colours) - 1)
    pixels = []
    for y in range(256):
        place = y / 255 * steps
        index = min(int(place), steps - 1)
        upper, lower = colours[index], colours[min(index + 1, len(colours) - 1)]
        pixels.append(mix(upper, lower, place - index))  # type: ignore[arg-type]  # RGB
    column.putdata(pixels)
    return column


@lru_cache(maxsize=64)
def _glow_mask(percent: int) -> Image.Image:
    falloff = [round(255 * (percent / 100) * (1 - v / 255) ** 2.2) for v in range(256)]
    return Image.radial_gradient("L").resize((192, 192)).point(_inside(falloff))


def _inside(falloff: list[int]) -> list[int]:
    """Pillow's radial gradient ends in the corners; ours ends at the rim."""
    return [falloff[min(255, round(value * 1.42))] for value in range(256)]


@lru_cache(maxsize=8)
def _grain_tile(strength: int) -> Image.Image:
    chance = chance_of("grain")
    values = [
        max(0, min(255, round(chance.gauss(128, strength))))
        for _ in range(_GRAIN_TILE**2)
    ]
    tile = Image.new("L", (_GRAIN_TILE, _GRAIN_TILE))
    tile.putdata(values)
    return tile


@lru_cache(maxsize=16)
def _grain(size: tuple[int, int], strength: int) -> Image.Image:
    sheet = Image.new("L", size)
    for x in range(0, size[0], _GRAIN_TILE):
        for y in range(0, size[1], _GRAIN_TILE):
            sheet.paste(_grain_tile(strength), (x, y))
    return Image.merge("RGB", (sheet, sheet, sheet))


def _with_grain(picture: Image.Image, amount: float) -> Image.Image:
    sheet = _grain(picture.size, round(amount))
    return ImageChops.add(picture.convert("RGB"), sheet, scale=1, offset=-128)


@lru_cache(maxsize=16)
def _corners(size: tuple[int, int], percent: int) -> Image.Image:
    mask = Image.radial_gradient("L").resize(size)
    return mask.point(
        [round((v / 255) ** 2.4 * 255 * percent / 100) for v in range(256)]
    )


def _darken_corners(picture: Image.Image, amount: float) -> Image.Image:
    picture.paste((0, 0, 0), (0, 0), _corners(picture.size, round(amount * 100)))
    return picture
