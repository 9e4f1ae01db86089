"""All pictures of the demo: drawn on every core, stored once, hung on their titles."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PIL import Image

from streamapi.demo import content, workers
from streamapi.demo.content import DemoTitle
from streamapi.demo.pictures import posters

_FEW: Final = 3
_EPISODE_ROLE: Final = "still"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture, ready to be stored. ``episode`` is (season, number), if it is of one."""

    slug: str
    role: str
    language: str
    episode: tuple[int, int] | None
    file: str
    raw: bytes
    width: int
    height: int
    placeholder: str


def draw_all(slugs: Sequence[str], languages: Sequence[str]) -> Iterator[list[Drawn]]:
    """The pictures of each title, in turn; all cores draw."""
    yield from workers.spread(
        partial(draw, languages=tuple(languages)), slugs, few=_FEW
    )


def draw(slug: str, languages: Sequence[str]) -> list[Drawn]:
    """All pictures of one title."""
    title = next(one for one in content.titles() if one.slug == slug)
    pictures = [_drawn(title, "backdrop", "", posters.backdrop(title.art))]
    ground = posters.poster_ground(title.art)
    for language in languages:
        words = title.words(language)
        poster = posters.letter_poster(ground, title.art, title.lettering, words)
        pictures.append(_drawn(title, "poster", language, poster))
        logo = posters.logo(title.art, title.lettering, words.title)
        pictures.append(_drawn(title, "logo", language, logo))
    return pictures + _stills(title)


def _stills(title: DemoTitle) -> list[Drawn]:
    return [
        _drawn(
            title,
            _EPISODE_ROLE,
            "",
            posters.still(title.art, season.number * 100 + episode.number),
            (season.number, episode.number),
        )
        for season in title.seasons
        for episode in season.episodes
    ]


def _drawn(
    title: DemoTitle,
    role: str,
    language: str,
    picture: Image.Image,
    episode: tuple[int, int] | None = None,
) -> Drawn:
    suffix, raw = posters.encode(picture)
    digest = hashlib.blake2b(raw, digest_size=5).hexdigest()
    return Drawn(
        slug=title.slug,
        role=role,
        language=language,
        episode=episode,
        file=f"artwork/{title.slug}-{role}-{digest}.{suffix}",
        raw=raw,
        width=picture.width,
        height=picture.height,
        placeholder="" if role == "logo" else _mean_colour(picture),
    )


def _mean_colour(picture: Image.Image) -> str:
    pixel = picture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return "#" + bytes(pixel).hex()  # type: ignore[arg-type]  # an RGB pixel is a tuple
