"""Colour: the palettes of the demo's pictures, and how colours mix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Colour = tuple[int, int, int]


def hex_colour(text: str) -> Colour:
    """The colour written as ``#rrggbb``."""
    value = int(text.lstrip("#"), 16)
    return (value >> 16 & 255, value >> 8 & 255, value & 255)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """``share`` of ``other`` in ``one``, from 0 to 1."""
    first, second, third = (
        round(a + (b - a) * share) for a, b in zip(one, other, strict=True)
    )
    return (first, second, third)


def luminance(colour: Colour) -> float:
    """How bright the eye sees a colour, from 0 to 1."""
    red, green, blue = colour
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


@dataclass(frozen=True, slots=True)
class Palette:
    """Six colours that were chosen together.

    ``zenith`` and ``horizon`` are the sky; ``light`` is the sun, a lamp, a window;
    ``far`` and ``near`` are the ground from the horizon to the feet; ``accent`` is the
    one thing that must be seen.
    """

    zenith: Colour
    horizon: Colour
    light: Colour
    far: Colour
    near: Colour
    accent: Colour

    def ground(self, depth: float) -> Colour:
        """The colour of the ground at ``depth``: 0 the horizon, 1 the viewer's feet."""
        return mix(self.far, self.near, depth)


def _palette(colours: str) -> Palette:
    return Palette(*(hex_colour(colour) for colour in colours.split()))


PALETTES: Final[Mapping[str, Palette]] = {
    name: _palette(colours)
    for name, colours in {
        # name:      zenith  horizon light   far     near    accent
        "dusk": "#2b2d63 #f2836b #ffd9a0 #7d4a78 #1a1433 #ff5d5d",
        "ember": "#3a0d16 #e8562a #ffc15e #8c2418 #170508 #ffe0a3",
        "noir": "#0e1116 #3f4853 #e9e3d0 #2a313a #07080b #d23c32",
        "glacier": "#1c4a6e #cfe8ee #fdfbf2 #7fb3c8 #0d2536 #e8643c",
        "meadow": "#5db3c9 #f7ecb5 #fff7d6 #8fbf6a #1f5a45 #e4572e",
        "neon": "#0b0824 #5b1a80 #ff4fa3 #2c1263 #07041a #31e0e6",
        "abyss": "#38b6b9 #0f5d7a #e6fff5 #0b3f5c #03121f #ff9b54",
        "sand": "#e59a4e #f9d9a0 #fff3d4 #cf7f4a #5a2620 #2a6f77",
        "rose": "#f4a6a0 #fde3cf #fff6e9 #d97b86 #5c2340 #a11d4b",
        "storm": "#1e2a33 #8397a0 #eef2e6 #4c626d #0e161c #f0b429",
        "mint": "#0f6b66 #a8e0c4 #fdf9d8 #3f9c86 #0a2f33 #ff7f50",
        "candy": "#ff8c7a #ffe08a #fffbe8 #f2578b #4b2a84 #1fb5ad",
        "sepia": "#6d4a2c #e3c08d #fff0cc #9c6f43 #2a180d #a63a24",
        "aurora": "#061129 #134a5e #7cf2b4 #0f2c48 #030814 #b46bff",
        "midnight": "#070b1f #27407a #f4ecc8 #1a2a58 #04060f #ff7a59",
        "citrus": "#f7b32b #fff0a8 #fffdf0 #f26b3a #3c1642 #1b998b",
        "moss": "#26382b #b7c08a #f6f0c3 #5c7a4c #0f1a12 #e0a030",
        "plum": "#241028 #a2466f #ffc9b0 #5e2750 #12060f #f4d35e",
        "steel": "#233142 #9fb3c8 #ffffff #55708a #111a24 #e23e57",
        "ochre": "#1f4e5f #f0c987 #fff2d0 #b5733c #1d1a16 #d1495b",
    }.items()
}
