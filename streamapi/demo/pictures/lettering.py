"""Words in pictures: four families, lines broken so that a title fills its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Final

from font_amatic_sc import AmaticSCBold
from font_fredoka_one import FredokaOne
from font_manrope import ManropeBold, ManropeExtraBold, ManropeLight, ManropeSemiBold
from font_source_serif_pro import (
    SourceSerifProBlack,
    SourceSerifProLight,
    SourceSerifProSemibold,
)
from PIL import ImageDraw, ImageFont

from streamapi.demo.pictures.palette import Colour


@dataclass(frozen=True, slots=True)
class Style:
    """A face and how it is set; ``tracking`` and ``leading`` in ems."""

    file: str
    upper: bool
    tracking: float
    leading: float
    largest: float = 1.0


STYLES: Final[Mapping[str, Style]] = {
    "bold": Style(ManropeExtraBold, True, -0.02, 0.98),
    "clean": Style(ManropeSemiBold, False, -0.02, 1.08),
    "wide": Style(ManropeLight, True, 0.24, 1.35, 0.62),
    "serif": Style(SourceSerifProSemibold, False, -0.01, 0.98),
    "black": Style(SourceSerifProBlack, False, -0.025, 0.94),
    "fine": Style(SourceSerifProLight, True, 0.12, 1.16, 0.75),
    "hand": Style(AmaticSCBold, True, 0.01, 0.92, 1.5),
    "round": Style(FredokaOne, False, 0.0, 0.98),
    "small": Style(ManropeBold, True, 0.22, 1.5),
    "line": Style(ManropeSemiBold, False, 0.01, 1.4),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """Lines at a size: a title that is ready to be drawn."""

    lines: tuple[str, ...]
    style: Style
    size: int

    @property
    def step(self) -> float:
        """From one line to the next."""
        return self.size * self.style.leading

    @property
    def height(self) -> float:
        """Of all lines together."""
        return self.step * len(self.lines)

    @property
    def width(self) -> float:
        """Of the longest line."""
        return max(_width(line, self.style, self.size) for line in self.lines)


@lru_cache(maxsize=256)
def _font(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)


def _width(text: str, style: Style, size: int) -> float:
    spaces = style.tracking * size * max(0, len(text) - 1)
    return _font(style.file, size).getlength(text) + spaces


def fit(text: str, style: Style, width: float, height: float) -> Setting:
    """The breaks that let ``text`` be largest in a box."""
    words = (text.upper() if style.upper else text).split()
    options = [_largest(lines, style, width, height) for lines in _breaks(words)]
    return max(options, key=lambda option: (option.size, -len(option.lines)))


def _breaks(words: Sequence[str]) -> list[tuple[str, ...]]:
    found = []
    for count in range(min(4, len(words))):
        for cuts in combinations(range(1, len(words)), count):
            edges = (0, *cuts, len(words))
            found.append(tuple(" ".join(words[a:b]) for a, b in pairwise(edges)))
    return found


def _largest(
    lines: tuple[str, ...], style: Style, width: float, height: float
) -> Setting:
    probe = 100
    widest = max(_width(line, style, probe) for line in lines) or 1
    size = min(
        probe * width / widest,
        height / (style.leading * len(lines)),
        width * 0.24 * style.largest,
    )
    return Setting(lines, style, max(8, int(size)))


def draw(
    surface: ImageDraw.ImageDraw,
    setting: Setting,
    place: tuple[float, float],
    colour: Colour,
    *,
    align: str = "left",
) -> None:
    """Draw lines from the upper edge down, at, around or before ``place``."""
    x, y = place
    shift: Callable[[float], float] = {
        "left": lambda _: 0.0,
        "centre": lambda width: width / 2,
        "right": lambda width: width,
    }[align]
    for line in setting.lines:
        left = x - shift(_width(line, setting.style, setting.size))
        _draw_line(surface, line, setting, (left, y + setting.step / 2), colour)
        y += setting.step


def _draw_line(
    surface: ImageDraw.ImageDraw,
    line: str,
    setting: Setting,
    place: tuple[float, float],
    colour: Colour,
) -> None:
    """At once where letters keep their distance, else letter by letter."""
    font, (x, y) = _font(setting.style.file, setting.size), place
    tracking = setting.style.tracking * setting.size
    if abs(tracking) < 1:
        surface.text((x, y), line, font=font, fill=colour, anchor="lm")
        return
    for index, letter in enumerate(line):
        before = font.getlength(line[: index + 1]) - font.getlength(letter)
        at = (x + before + index * tracking, y)
        surface.text(at, letter, font=font, fill=colour, anchor="lm")
