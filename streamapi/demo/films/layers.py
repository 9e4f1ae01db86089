"""The still pictures that a film moves: planes, weather, the title card, the clock."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from streamapi.demo.films.script import Film, Shot
from streamapi.demo.pictures import lettering
from streamapi.demo.pictures.canvas import Canvas, chance_of
from streamapi.demo.pictures.palette import Colour, mix
from streamapi.demo.pictures.scenes import planes

SIZE: Final = (1280, 720)
SWAY: Final = 16
CLOCK: Final = (188, 34)
_WHITE: Final = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Layer:
    """A picture on disk and how deep it lies; the first of a shot fills the screen."""

    path: Path
    depth: float
    reach: int


def paint_shot(shot: Shot, folder: Path, name: str) -> list[Layer]:
    """Each plane of a shot on its own, wide enough for the camera to travel."""
    reach = abs(shot.travel)
    layers = []
    for number, plane in enumerate(planes(shot.art)):
        wide = SIZE[0] + reach
        travelled = _start(shot, plane.depth) + shot.travel * plane.depth / 2
        middle = (SIZE[0] / 2 + travelled) / wide
        backing = None if number == 0 else shot.art.palette.far
        canvas = Canvas(
            (wide, SIZE[1] + SWAY),
            focus=(middle, 0.48),
            scale=1 if number == 0 else 2,
            backing=backing,
        )
        plane.paint(canvas)
        path = folder / f"{name}-{number}.tiff"
        canvas.finish().save(path)
        layers.append(Layer(path, plane.depth, reach))
    return layers


def _start(shot: Shot, depth: float) -> float:
    """Where the window on a plane begins: at its left, or at its right if it goes back."""
    return 0.0 if shot.travel >= 0 else -shot.travel * depth


def paint_weather(shot: Shot, folder: Path, name: str) -> Path | None:
    """Two screens of weather, one above the other, so that it can fall for ever."""
    draw = _WEATHER.get(shot.weather)
    if draw is None:
        return None
    tile = Image.new("RGBA", SIZE, (*shot.art.palette.light, 0))
    chance = chance_of(f"{shot.art.seed}-{shot.weather}")
    draw(ImageDraw.Draw(tile), chance, mix(shot.art.palette.light, _WHITE, 0.4))
    sheet = Image.new("RGBA", (SIZE[0], SIZE[1] * 2), (0, 0, 0, 0))
    sheet.paste(tile, (0, 0))
    sheet.paste(tile, (0, SIZE[1]))
    path = folder / f"{name}-weather.tiff"
    sheet.save(path)
    return path


_Weather = Callable[[ImageDraw.ImageDraw, random.Random, Colour], None]


def _rain(draw: ImageDraw.ImageDraw, chance: random.Random, ink: Colour) -> None:
    for _ in range(240):
        x, y = chance.randrange(SIZE[0]), chance.randrange(SIZE[1] - 40)
        long = chance.randrange(14, 36)
        draw.line((x, y, x - long // 5, y + long), fill=(*ink, 90), width=1)


def _snow(draw: ImageDraw.ImageDraw, chance: random.Random, ink: Colour) -> None:
    for _ in range(150):
        x, y, r = (
            chance.randrange(SIZE[0]),
            chance.randrange(8, 712),
            chance.uniform(1, 3.4),
        )
        draw.ellipse(
            (x - r, y - r, x + r, y + r), fill=(*ink, chance.randrange(120, 230))
        )


def _dust(draw: ImageDraw.ImageDraw, chance: random.Random, ink: Colour) -> None:
    for _ in range(60):
        x, y, r = (
            chance.randrange(SIZE[0]),
            chance.randrange(8, 712),
            chance.uniform(0.8, 2),
        )
        draw.ellipse(
            (x - r, y - r, x + r, y + r), fill=(*ink, chance.randrange(50, 140))
        )


def _bubbles(draw: ImageDraw.ImageDraw, chance: random.Random, ink: Colour) -> None:
    for _ in range(70):
        x, y, r = (
            chance.randrange(SIZE[0]),
            chance.randrange(12, 708),
            chance.uniform(2, 8),
        )
        draw.ellipse((x - r, y - r, x + r, y + r), outline=(*ink, 150), width=1)
        draw.ellipse((x - r / 2, y - r / 2, x - r / 5, y - r / 5), fill=(*ink, 170))


_WEATHER: Final[Mapping[str, _Weather]] = {
    "rain": _rain,
    "snow": _snow,
    "dust": _dust,
    "bubbles": _bubbles,
}


def paint_title(film: Film, folder: Path) -> Path:
    """The title card: lettering in the middle, with a soft shadow."""
    picture = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    text = film.title.texts[film.language].name
    style = lettering.STYLES[film.title.lettering]
    setting = lettering.fit(text, style, SIZE[0] * 0.56, SIZE[1] * 0.2)
    draw = ImageDraw.Draw(picture)
    top = SIZE[1] * 0.22 - setting.height / 2
    for shift, colour in ((3, (0, 0, 0)), (0, _WHITE)):
        place = (SIZE[0] / 2 + shift, top + shift)
        lettering.draw(draw, setting, place, colour, align="centre")
    path = folder / "title.tiff"
    picture.save(path)
    return path


def paint_clock(film: Film, rate: int, path: Path) -> None:
    """A running time code as raw RGBA frames: minutes, seconds, frames."""
    style = lettering.STYLES["line"]
    glyphs = {letter: _glyph(letter, style) for letter in "0123456789:"}
    with path.open("wb") as file:
        for frame in range(round(film.seconds * rate)):
            seconds, rest = divmod(frame, rate)
            strip = Image.new("RGBA", CLOCK, (0, 0, 0, 0))
            text = f"{seconds // 60:02}:{seconds % 60:02}:{rest:02}"
            for place, letter in enumerate(text):
                strip.paste(glyphs[letter], (place * CLOCK[0] // len(text), 0))
            file.write(strip.tobytes())


def _glyph(letter: str, style: lettering.Style) -> Image.Image:
    wide = CLOCK[0] // 8
    glyph = Image.new("RGBA", (wide, CLOCK[1]), (0, 0, 0, 70))
    setting = lettering.Setting((letter,), style, 24)
    place = (wide / 2, CLOCK[1] / 2 - setting.step / 2)
    lettering.draw(ImageDraw.Draw(glyph), setting, place, _WHITE, align="centre")
    return glyph
