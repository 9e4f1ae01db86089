"""BlurHash: a picture in some thirty characters, shown until the picture is there.

The format is that of https://github.com/woltapp/blurhash, 4 by 3 components.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Final

from PIL import Image

_ALPHABET: Final = f"{digits}{ascii_uppercase}{ascii_lowercase}#$%*+,-.:;=?@[]^_{{|}}~"
_ACROSS, _DOWN = 4, 3
_SIDE: Final = 32

Colour = tuple[float, float, float]


def encode(picture: Image.Image) -> str:
    """The hash of a picture; what is transparent counts as black."""
    small = picture.convert("RGBA").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    ground = Image.new("RGBA", small.size, "black")
    ground.alpha_composite(small)
    raw = ground.convert("RGB").tobytes()
    light = [_to_linear(value) for value in raw]
    pixels: list[Colour] = list(zip(light[::3], light[1::3], light[2::3], strict=True))
    mean, *details = [
        _component(pixels, x, y) for y in range(_DOWN) for x in range(_ACROSS)
    ]
    strongest = max(abs(value) for colour in details for value in colour)
    step = max(0, min(82, math.floor(strongest * 166 - 0.5)))
    largest = (step + 1) / 166
    return (
        _base83(_ACROSS - 1 + (_DOWN - 1) * 9, 1)
        + _base83(step, 1)
        + _base83(_packed_mean(mean), 4)
        + "".join(_base83(_packed_detail(one, largest), 2) for one in details)
    )


def _component(pixels: Sequence[Colour], x: int, y: int) -> Colour:
    """How much of one wave there is in each channel."""
    weight = (1 if x == y == 0 else 2) / len(pixels)
    across = [math.cos(math.pi * x * column / _SIDE) for column in range(_SIDE)]
    down = [math.cos(math.pi * y * row / _SIDE) for row in range(_SIDE)]
    waves = [row * column for row in down for column in across]
    red, green, blue = (
        weight
        * sum(wave * one[channel] for wave, one in zip(waves, pixels, strict=True))
        for channel in range(3)
    )
    return red, green, blue


def _packed_mean(colour: Colour) -> int:
    red, green, blue = (_to_srgb(value) for value in colour)
    return (red << 16) + (green << 8) + blue


def _packed_detail(colour: Colour, largest: float) -> int:
    packed = 0
    for value in colour:
        root = math.copysign(math.sqrt(abs(value / largest)), value)
        packed = packed * 19 + max(0, min(18, math.floor(root * 9 + 9.5)))
    return packed


def _base83(value: int, length: int) -> str:
    found = []
    for _ in range(length):
        value, digit = divmod(value, 83)
        found.append(_ALPHABET[digit])
    return "".join(reversed(found))


def _to_linear(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= 0.04045 else math.pow((share + 0.055) / 1.055, 2.4)


def _to_srgb(value: float) -> int:
    share = max(0.0, min(1.0, value))
    if share <= 0.0031308:
        return round(share * 12.92 * 255)
    return round((1.055 * math.pow(share, 1 / 2.4) - 0.055) * 255)
