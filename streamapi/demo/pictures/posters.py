"""The four pictures of a title: poster, backdrop, logo, still."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw

from streamapi.demo.pictures import lettering
from streamapi.demo.pictures.canvas import Canvas, Point
from streamapi.demo.pictures.palette import Colour, Palette, luminance, mix
from streamapi.demo.pictures.scenes import Art, planes

POSTER: Final = (600, 900)
BACKDROP: Final = (1280, 720)
BACKDROP_FOCUS: Final = (0.7, 0.48)
LOGO: Final = (640, 256)
STILL: Final = (640, 360)
_TITLE_ON_TOP: Final = frozenset(
    {
        "arches",
        "city",
        "deep",
        "doorway",
        "dunes",
        "forest",
        "hills",
        "lights",
        "mountains",
        "planet",
    }
)


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on a poster, in one language."""

    title: str
    tagline: str
    names: str


def poster(art: Art, style: str, words: Words) -> Image.Image:
    """2:3, with title, names and tagline."""
    return letter_poster(poster_ground(art), art, style, words)


def poster_ground(art: Art) -> Image.Image:
    """The poster without words: the same for every language."""
    on_top = art.scene in _TITLE_ON_TOP
    return _paint(art, POSTER, focus=(0.5, 0.56 if on_top else 0.42), grain=4)


def letter_poster(
    ground: Image.Image, art: Art, style: str, words: Words
) -> Image.Image:
    """A copy of a poster's ground with its words."""
    picture, (w, h) = ground.copy(), POSTER
    on_top = art.scene in _TITLE_ON_TOP
    _shade(picture, art.palette, on_top=on_top)
    surface = ImageDraw.Draw(picture)
    ink = _ink(
        picture, (0, 0, w, h // 4) if on_top else (0, h * 3 // 4, w, h), art.palette
    )
    title = lettering.fit(words.title, lettering.STYLES[style], w * 0.86, h * 0.26)
    names = lettering.fit(words.names, lettering.STYLES["small"], w * 0.86, h * 0.017)
    tagline = lettering.fit(words.tagline, lettering.STYLES["line"], w * 0.8, h * 0.03)
    top = h * 0.075 if on_top else h * 0.925 - title.height
    lettering.draw(surface, title, (w / 2, top), ink, align="centre")
    edge = (
        _ink(picture, (0, int(h * 0.92), w, h), art.palette)
        if on_top
        else _ink(picture, (0, 0, w, int(h * 0.08)), art.palette)
    )
    lettering.draw(
        surface, names, (w / 2, h * (0.035 if on_top else 0.955)), ink, align="centre"
    )
    lettering.draw(
        surface, tagline, (w / 2, h * (0.94 if on_top else 0.04)), edge, align="centre"
    )
    return picture


def backdrop(art: Art) -> Image.Image:
    """16:9 without words; the left third is quiet, so that a client's words fit there."""
    return _paint(art, BACKDROP, focus=BACKDROP_FOCUS, grain=4)


def still(art: Art, number: int) -> Image.Image:
    """16:9, one moment of the same place."""
    place = (0.3, 0.5, 0.7)[number % 3]
    moment = Art(art.scene, art.prop, art.palette, f"{art.seed}-{number}")
    return _paint(moment, STILL, focus=(place, 0.5), grain=3)


def logo(art: Art, style: str, title: str) -> Image.Image:
    """The title's lettering on nothing, for the client to lay over a backdrop."""
    w, h = LOGO
    picture = Image.new("RGBA", LOGO, (255, 255, 255, 0))
    setting = lettering.fit(title, lettering.STYLES[style], w * 0.98, h * 0.94)
    bright = max(
        (art.palette.light, mix(art.palette.horizon, (255, 255, 255), 0.5)),
        key=luminance,
    )
    place = (w * 0.01, (h - setting.height) / 2)
    lettering.draw(ImageDraw.Draw(picture), setting, place, bright)
    return picture


def encode(picture: Image.Image) -> tuple[str, bytes]:
    """The suffix and the bytes of a picture: JPEG, or WebP where there is nothing."""
    buffer = io.BytesIO()
    if picture.mode == "RGBA":
        picture.save(buffer, "WEBP", quality=90, method=0)
        return "webp", buffer.getvalue()
    picture.save(buffer, "JPEG", quality=85)
    return "jpg", buffer.getvalue()


def _paint(
    art: Art, size: tuple[int, int], *, focus: Point, grain: float
) -> Image.Image:
    canvas = Canvas(size, focus=focus)
    for plane in planes(art):
        plane.paint(canvas)
    return canvas.finish(grain=grain, vignette=0.45)


def _shade(picture: Image.Image, palette: Palette, *, on_top: bool) -> None:
    """A gradient behind the words, so that they read on any ground."""
    w, h = picture.size
    base = palette.zenith if on_top else palette.near
    reach = round(h * 0.42)
    mask = Image.linear_gradient("L").resize((w, reach))
    mask = mask.point([round(value * 0.82) for value in range(256)])
    if on_top:
        mask = mask.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    picture.paste(base, (0, 0 if on_top else h - reach), mask)


def _ink(
    picture: Image.Image, area: tuple[int, int, int, int], palette: Palette
) -> Colour:
    """The palette's lightest or darkest colour, whichever reads better on ``area``."""
    pixel = picture.crop(area).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    ground = luminance(pixel)  # type: ignore[arg-type]  # an RGB picture has RGB pixels
    dark, light = (
        mix(palette.near, (0, 0, 0), 0.3),
        mix(palette.light, (255, 255, 255), 0.35),
    )
    return dark if ground > 0.62 else light
