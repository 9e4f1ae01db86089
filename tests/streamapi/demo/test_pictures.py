"""Pictures: the right size, the same each time, readable, quick."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from streamapi.demo import content
from streamapi.demo.pictures import lettering, posters
from streamapi.demo.pictures.canvas import Canvas, chance_of
from streamapi.demo.pictures.palette import PALETTES, hex_colour, luminance, mix
from streamapi.demo.pictures.props import PROPS
from streamapi.demo.pictures.scenes import SCENES, Art, planes

KEEPER = content.titles()[0]


def spread(picture: Image.Image) -> int:
    """How far apart the darkest and the lightest tones are."""
    low, high = picture.convert("L").resize((32, 32)).getextrema()
    return int(high) - int(low)


class TestPalette:
    def test_colours_mix(self) -> None:
        assert mix((0, 0, 0), (100, 200, 50), 0.5) == (50, 100, 25)
        assert hex_colour("#ff8000") == (255, 128, 0)

    @pytest.mark.parametrize("name", PALETTES)
    def test_the_feet_are_darker_than_the_light(self, name: str) -> None:
        palette = PALETTES[name]
        assert luminance(palette.light) - luminance(palette.near) > 0.35


class TestScenes:
    @pytest.mark.parametrize("scene", SCENES)
    @pytest.mark.parametrize("size", [(120, 180), (320, 180)])
    def test_each_paints_a_picture_with_contrast(
        self, scene: str, size: tuple[int, int]
    ) -> None:
        canvas = Canvas(size)
        art = Art(scene, "figure", PALETTES["dusk"], scene)
        for plane in planes(art):
            plane.paint(canvas)
        picture = canvas.finish(grain=3, vignette=0.4)
        assert picture.size == size
        assert spread(picture) > 60

    @pytest.mark.parametrize("prop", PROPS)
    def test_each_prop_is_seen(self, prop: str) -> None:
        palette = PALETTES["meadow"]
        canvas = Canvas((120, 120), scale=1)
        canvas.sky(palette.horizon, palette.horizon)
        before = canvas.image.copy()
        PROPS[prop](canvas, palette, 60, 100, 60, palette.near)
        assert (canvas.image.tobytes() == before.tobytes()) is (prop == "none")

    @pytest.mark.parametrize("scene", SCENES)
    def test_planes_lie_one_behind_the_other(self, scene: str) -> None:
        art = Art(scene, "none", PALETTES["dusk"], "order")
        depths = [plane.depth for plane in planes(art)]
        assert depths == sorted(depths)
        assert depths[0] == 0

    def test_a_light_outside_the_picture_changes_nothing(self) -> None:
        canvas = Canvas((40, 40), scale=1)
        canvas.glow(-50, -50, 20, (255, 255, 255), 1.0)
        canvas.beam([(-30, -30), (-20, -30), (-20, -20)], (255, 255, 255), 1.0)
        assert canvas.image.getextrema() == ((0, 0), (0, 0), (0, 0))

    def test_planes_for_a_film_are_transparent(self) -> None:
        art = Art("mountains", "figure", PALETTES["dusk"], "film")
        canvas = Canvas((160, 90), backing=(1, 2, 3))
        planes(art)[-1].paint(canvas)
        picture = canvas.finish()
        assert picture.mode == "RGBA"
        assert picture.getpixel((80, 2))[3] == 0
        assert picture.getpixel((80, 88))[3] == 255


class TestLettering:
    @pytest.mark.parametrize("name", lettering.STYLES)
    def test_a_title_stays_in_its_box(self, name: str) -> None:
        text = "Grandmother Declares Independence"
        setting = lettering.fit(text, lettering.STYLES[name], 500, 220)
        assert setting.width <= 505
        assert setting.height <= 225

    def test_a_long_word_is_made_smaller_not_cut(self) -> None:
        style = lettering.STYLES["bold"]
        short = lettering.fit("Tür", style, 400, 200)
        long = lettering.fit("Unabhängigkeitserklärung", style, 400, 200)
        assert long.size < short.size
        assert long.lines == ("UNABHÄNGIGKEITSERKLÄRUNG",)


class TestPosters:
    def test_sizes_are_those_that_devices_expect(self) -> None:
        words = KEEPER.words("en")
        assert posters.poster(KEEPER.art, KEEPER.lettering, words).size == (600, 900)
        assert posters.backdrop(KEEPER.art).size == (1280, 720)
        assert posters.still(KEEPER.art, 1).size == (640, 360)

    def test_the_same_title_always_looks_the_same(self) -> None:
        one, other = (posters.encode(posters.still(KEEPER.art, 3)) for _ in range(2))
        assert one == other

    def test_stills_of_one_series_differ(self) -> None:
        one, other = (posters.encode(posters.still(KEEPER.art, n))[1] for n in (1, 2))
        assert one != other

    def test_languages_share_the_ground_and_differ_in_words(self) -> None:
        ground = posters.poster_ground(KEEPER.art)
        before = ground.tobytes()
        english, german = (
            posters.letter_poster(ground, KEEPER.art, "serif", KEEPER.words(language))
            for language in ("en", "de")
        )
        assert ground.tobytes() == before
        assert english.tobytes() != german.tobytes()

    def test_a_logo_is_words_on_nothing(self) -> None:
        logo = posters.logo(KEEPER.art, KEEPER.lettering, "The Keeper's Light")
        assert logo.getchannel("A").getextrema() == (0, 255)
        suffix, raw = posters.encode(logo)
        assert suffix == "webp"
        assert Image.open(io.BytesIO(raw)).mode == "RGBA"

    @pytest.mark.parametrize("title", content.titles()[:20], ids=lambda one: one.slug)
    def test_words_stand_out_from_their_ground(self, title: content.DemoTitle) -> None:
        poster = posters.poster(title.art, title.lettering, title.words("en"))
        top, bottom = poster.crop((0, 30, 600, 320)), poster.crop((0, 580, 600, 870))
        contrasts = []
        for part in (top, bottom):
            low, high = part.convert("L").getextrema()
            contrasts.append(int(high) - int(low))
        assert max(contrasts) > 110

    def test_chance_falls_the_same_way(self) -> None:
        assert chance_of("a").random() == chance_of("a").random()
