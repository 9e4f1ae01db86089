"""The documented layout of imports: from an untrusted object to a checked record.

A part that is absent (None) is left as it is; a part that is given replaces what was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

import orjson

from catalog.importing import parts
from catalog.importing.fields import Fields
from catalog.models import Credit
from catalog.models.base import country_code
from catalog.models.titles import Kind

PUBLIC_ID: Final = "public-id"
"""In place of an external id: a title by its own public id. It must exist."""
NAME: Final = 500
TEXT: Final = 10_000
PLAIN: Final = (
    "slug",
    "original_name",
    "original_language",
    "year",
    "released_on",
    "runtime_s",
    "languages",
    "genres",
    "keywords",
    "studios",
    "collections",
    "packages",
)
"""What is written into a title as it stands."""
_LISTS: Final = frozenset(
    {"genres", "keywords", "studios", "collections", "packages", "languages"}
)
_FIELDS: Final = (
    "external_ids",
    "kind",
    *PLAIN,
    "translations",
    "credits",
    "ratings",
    "seasons",
    "windows",
    "attributes",
)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of something in one language."""

    name: str
    tagline: str
    synopsis: str


@dataclass(frozen=True, slots=True)
class CreditRecord:
    """A person's part."""

    name: str
    role: str
    character: str


@dataclass(frozen=True, slots=True)
class RatingRecord:
    """What a board decided."""

    system: str
    value: str
    country: str
    min_age: int
    descriptors: list[str]


@dataclass(frozen=True, slots=True)
class WindowRecord:
    """When and where the title may be shown."""

    territories: list[str]
    excluded: bool
    starts_at: datetime | None
    ends_at: datetime | None
    announced_at: datetime | None
    packages: list[str]
    free: bool


@dataclass(frozen=True, slots=True)
class EpisodeRecord:
    """An episode, known by its number within the season."""

    number: int
    absolute_number: int | None
    after_season: int | None
    after_episode: int | None
    released_on: date | None
    runtime_s: int | None
    translations: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class SeasonRecord:
    """A season, known by its number within the series."""

    number: int
    translations: Mapping[str, Words]
    episodes: list[EpisodeRecord]


@dataclass(frozen=True, slots=True)
class Record:
    """A title as an import describes it."""

    external_ids: Mapping[str, str]
    kind: str | None
    slug: str | None
    original_name: str
    original_language: str | None
    year: int | None
    released_on: date | None
    runtime_s: int | None
    languages: list[str] | None
    genres: list[str] | None
    keywords: list[str] | None
    studios: list[str] | None
    collections: list[str] | None
    packages: list[str] | None
    translations: Mapping[str, Words]
    credits: list[CreditRecord] | None
    ratings: list[RatingRecord] | None
    seasons: list[SeasonRecord] | None
    windows: list[WindowRecord] | None
    attributes: Mapping[str, Any] | None
    parts: Mapping[str, Any]

    @property
    def identity(self) -> tuple[str, str]:
        """The external id that the title is known by: the first one given."""
        return next(iter(self.external_ids.items()))

    def fingerprint(self) -> str:
        """Equal for equal records."""
        raw = orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS)
        return hashlib.blake2b(raw, digest_size=16).hexdigest()


def parse(raw: object) -> Record:
    """A record from an object in the documented layout; raises RecordInvalid."""
    fields = Fields(raw)
    fields.only(*_FIELDS, *parts.registered)
    translations = _translations(fields)
    first_name = next((words.name for words in translations.values()), None)
    kind = fields.text("kind", 10)
    if kind is not None and kind not in Kind.values:
        raise fields.refuse("invalid_choice", "kind", "must be movie or series")
    seasons = fields.objects("seasons")
    return Record(
        external_ids=_external_ids(fields),
        kind=kind,
        slug=fields.slug("slug", 200),
        original_name=fields.text("original_name", NAME)
        or first_name
        or fields.required_text("original_name", NAME),
        original_language=fields.language("original_language"),
        year=fields.number("year", 1870, 2200),
        released_on=fields.day("released_on"),
        runtime_s=fields.number("runtime_s", 0, 1_000_000),
        languages=fields.texts("languages", 35),
        genres=fields.texts("genres", 60),
        keywords=fields.texts("keywords", 80),
        studios=fields.texts("studios", 80),
        collections=fields.texts("collections", 120),
        packages=fields.texts("packages", 64),
        translations=translations,
        credits=_credits(fields),
        ratings=_ratings(fields),
        seasons=None if seasons is None else [_season(one) for one in seasons],
        windows=_windows(fields),
        attributes=_attributes(fields),
        parts=parts.read(fields),
    )


def _external_ids(fields: Fields) -> dict[str, str]:
    ids = fields.object("external_ids")
    if ids is None or not ids.names():
        raise fields.refuse("required", "external_ids", "must name at least one id")
    for system in ids.names():
        Fields({system: system}, ids.pointer).slug(system, 40)
    return {system: ids.required_text(system, 600) for system in ids.names()}


def _translations(fields: Fields) -> dict[str, Words]:
    found = fields.object("translations")
    words: dict[str, Words] = {}
    for language, one in found.items() if found else ():
        Fields({language: language}, fields.pointer + "/translations").language(
            language
        )
        one.only("name", "tagline", "synopsis")
        words[language] = Words(
            name=one.required_text("name", NAME),
            tagline=one.text("tagline", 300) or "",
            synopsis=one.text("synopsis", TEXT) or "",
        )
    return words


def _credits(fields: Fields) -> list[CreditRecord] | None:
    found = fields.objects("credits")
    if found is None:
        return None
    credits_: dict[CreditRecord, None] = {}
    for one in found:
        one.only("name", "role", "character")
        role = one.text("role", 20) or Credit.Role.ACTOR
        if role not in Credit.Role.values:
            raise one.refuse("invalid_choice", "role", f"{role!r} is not a known role")
        character = one.text("character", 200) or ""
        credits_[CreditRecord(one.required_text("name", 200), role, character)] = None
    return list(credits_)


def _ratings(fields: Fields) -> list[RatingRecord] | None:
    found = fields.objects("ratings")
    if found is None:
        return None
    return [_rating(one) for one in found]


def _rating(fields: Fields) -> RatingRecord:
    fields.only("system", "value", "country", "min_age", "descriptors")
    fields.required_text("system", 40)
    min_age = fields.number("min_age", 0, 21)
    if min_age is None:
        raise fields.refuse("required", "min_age", "is required")
    return RatingRecord(
        system=fields.slug("system", 40) or "",
        value=fields.required_text("value", 20),
        country=(fields.text("country", 2) or "").upper(),
        min_age=min_age,
        descriptors=fields.texts("descriptors", 60) or [],
    )


def _windows(fields: Fields) -> list[WindowRecord] | None:
    found = fields.objects("windows")
    return None if found is None else [_window(one) for one in found]


def _window(fields: Fields) -> WindowRecord:
    fields.only(
        *("territories", "excluded", "starts_at", "ends_at"),
        *("announced_at", "packages", "free"),
    )
    window = WindowRecord(
        territories=fields.texts("territories", 2) or [],
        excluded=fields.flag("excluded"),
        starts_at=fields.moment("starts_at"),
        ends_at=fields.moment("ends_at"),
        announced_at=fields.moment("announced_at"),
        packages=fields.texts("packages", 64) or [],
        free=fields.flag("free"),
    )
    for index, code in enumerate(window.territories):
        if not country_code.regex.match(code):  # type: ignore[union-attr]
            raise fields.refuse(
                "invalid", f"territories/{index}", "must be like US or DE"
            )
    starts_at, announced_at = window.starts_at, window.announced_at
    if starts_at and window.ends_at and starts_at >= window.ends_at:
        raise fields.refuse("invalid_period", "ends_at", "must be after starts_at")
    if announced_at and (starts_at is None or announced_at >= starts_at):
        raise fields.refuse(
            "invalid_period", "announced_at", "must be before starts_at"
        )
    return window


def _attributes(fields: Fields) -> dict[str, Any] | None:
    found = fields.object("attributes")
    if found is None:
        return None
    return {code: found.plain(code) for code in found.names()}


def _season(fields: Fields) -> SeasonRecord:
    fields.only("number", "translations", "episodes")
    episodes = [_episode(one) for one in fields.objects("episodes") or []]
    if len({one.number for one in episodes}) != len(episodes):
        raise fields.refuse("duplicate", "episodes", "has a number twice")
    return SeasonRecord(_number(fields), _translations(fields), episodes)


def _episode(fields: Fields) -> EpisodeRecord:
    fields.only(
        *("number", "absolute_number", "after_season", "after_episode"),
        *("released_on", "runtime_s", "translations"),
    )
    return EpisodeRecord(
        number=_number(fields),
        absolute_number=fields.number("absolute_number", 0, 1_000_000),
        after_season=fields.number("after_season", 0, 30_000),
        after_episode=fields.number("after_episode", 0, 30_000),
        released_on=fields.day("released_on"),
        runtime_s=fields.number("runtime_s", 0, 1_000_000),
        translations=_translations(fields),
    )


def _number(fields: Fields) -> int:
    number = fields.number("number", 0, 30_000)
    if number is None:
        raise fields.refuse("required", "number", "is required")
    return number


def from_cells(cells: Mapping[str, Any]) -> dict[str, Any]:
    """The layout's object from a CSV row: see the documentation for its columns."""
    raw: dict[str, Any] = {}
    for column, cell in cells.items():
        name, _, language = column.partition(":")
        if language and name in {"name", "tagline", "synopsis"}:
            words = raw.setdefault("translations", {}).setdefault(language, {})
            words[name] = cell
        elif column == "external_id":
            system, _, value = cell.partition(":")
            raw["external_ids"] = {system: value}
        elif column in _LISTS:
            raw[column] = [one.strip() for one in cell.split("|")]
        elif column in set(Credit.Role.values):
            people = [{"name": one.strip(), "role": column} for one in cell.split("|")]
            raw.setdefault("credits", []).extend(people)
        else:
            raw[column] = cell
    return raw
