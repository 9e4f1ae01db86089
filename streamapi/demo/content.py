"""The demo's titles, as written in ``data/``: read once, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

from streamapi.demo.pictures.palette import PALETTES
from streamapi.demo.pictures.posters import Words
from streamapi.demo.pictures.scenes import Art

_DATA: Final = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Text:
    """Words in one language."""

    name: str
    tagline: str = ""
    synopsis: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Someone's part in a title; ``role`` as in ``catalog.models.Credit.Role``."""

    role: str
    name: str
    character: str = ""


@dataclass(frozen=True, slots=True)
class DemoEpisode:
    """An episode."""

    number: int
    runtime_s: int
    texts: Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class DemoSeason:
    """A season."""

    number: int
    year: int
    texts: Mapping[str, Text]
    episodes: tuple[DemoEpisode, ...]


@dataclass(frozen=True, slots=True)
class DemoTitle:
    """A movie or a series."""

    slug: str
    kind: str
    original_name: str
    language: str
    country: str
    year: int
    runtime_s: int | None
    age: int
    warnings: tuple[str, ...]
    genres: tuple[str, ...]
    package: str
    texts: Mapping[str, Text]
    parts: tuple[Part, ...]
    art: Art
    lettering: str
    seasons: tuple[DemoSeason, ...]

    def words(self, language: str) -> Words:
        """What stands on its poster."""
        text = self.texts[language]
        cast = [part.name for part in self.parts if part.character][:3]
        return Words(text.name, text.tagline, " · ".join(cast))


@dataclass(frozen=True, slots=True)
class DemoGenre:
    """A genre and its names by language."""

    slug: str
    names: Mapping[str, str]


@cache
def genres() -> tuple[DemoGenre, ...]:
    """All genres, in the order in which devices offer them."""
    return tuple(DemoGenre(**one) for one in _read("genres.json"))


@cache
def titles() -> tuple[DemoTitle, ...]:
    """All titles: movies that come with video, then series, then the other movies."""
    movies, series = _read("movies.json"), _read("series.json")
    filmed = {row["slug"] for row in _read("films.json")}
    first = [row for row in movies if row["slug"] in filmed]
    others = [row for row in movies if row["slug"] not in filmed]
    return tuple(_title(row) for row in (*first, *series, *others))


def _read(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = orjson.loads((_DATA / name).read_bytes())
    return rows


def _title(row: Mapping[str, Any]) -> DemoTitle:
    art = row["art"]
    minutes = row.get("runtime_min")
    return DemoTitle(
        slug=row["slug"],
        kind=row["kind"],
        original_name=row["original_name"],
        language=row["language"],
        country=row["country"],
        year=row["year"],
        runtime_s=minutes * 60 if minutes else None,
        age=row["age"],
        warnings=tuple(row["warnings"]),
        genres=tuple(row["genres"]),
        package=row["package"],
        texts=_texts(row),
        parts=tuple(_parts(row["credits"])),
        art=Art(art["scene"], art["prop"], PALETTES[art["palette"]], row["slug"]),
        lettering=art["lettering"],
        seasons=tuple(_season(one) for one in row.get("seasons", [])),
    )


def _texts(row: Mapping[str, Any]) -> dict[str, Text]:
    return {language: Text(**words) for language, words in row["texts"].items()}


def _parts(credited: Mapping[str, Any]) -> list[Part]:
    crew = [
        Part(role, name)
        for role in ("creator", "director", "writer")
        for name in credited.get(role, ())
    ]
    return crew + [_on_screen(one) for one in credited["cast"]]


def _on_screen(member: Mapping[str, str]) -> Part:
    """Animated characters are spoken, not played."""
    character, voice, _ = member["character"].partition(" (voice)")
    return Part("voice" if voice else "actor", member["name"], character)


def _season(row: Mapping[str, Any]) -> DemoSeason:
    episodes = tuple(
        DemoEpisode(one["number"], one["runtime_min"] * 60, _texts(one))
        for one in row["episodes"]
    )
    return DemoSeason(row["number"], row["year"], _texts(row), episodes)
