"""The query parameters of lists, read once and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug

from catalog.episodes import ORDERS
from catalog.models.base import language_tag
from catalog.models.titles import Kind
from streamapi.errors import InvalidInput

SORTS: Final[Mapping[str, str]] = {
    "popularity": "-by_popularity",
    "name": "by_name",
    "release": "-by_release",
    "addition": "-by_addition",
}
AVAILABILITIES: Final = ("leaving", "coming")


@dataclass(frozen=True, slots=True)
class TitleFilter:
    """What a list of titles was asked for."""

    kind: str = ""
    genre: str = ""
    language: str = ""
    keyword: str = ""
    studio: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> TitleFilter:
        """From query parameters; raises InvalidInput for a value that cannot be."""
        kind = query.get("kind", "")
        if kind and kind not in Kind.values:
            raise _invalid("kind", f"one of {', '.join(Kind.values)}")
        slugs = {name: query.get(name, "") for name in ("genre", "keyword", "studio")}
        for name, slug in slugs.items():
            if slug and not _passes(validate_slug, slug):
                raise _invalid(name, f"the slug of a {name}")
        language = query.get("language", "")
        if language and not _passes(language_tag, language):
            raise _invalid("language", "a language tag such as en or pt-BR")
        return cls(kind=kind, language=language, **slugs)

    @property
    def narrowing(self) -> dict[str, str]:
        """For ``PublishedTitleQuerySet.narrowed``."""
        names = ("kind", "genre", "language", "keyword", "studio")
        return {name: getattr(self, name) for name in names}


def availability(query: Mapping[str, str]) -> str:
    """Whether ``?availability=`` asks for what leaves, or for what comes."""
    asked = query.get("availability", "")
    if asked and asked not in AVAILABILITIES:
        raise _invalid("availability", f"one of {', '.join(AVAILABILITIES)}")
    return asked


def ordering(query: Mapping[str, str]) -> str:
    """The order that ``?sort=`` asks for; by popularity unless it says otherwise."""
    sort = query.get("sort", "popularity")
    if sort not in SORTS:
        raise _invalid("sort", f"one of {', '.join(SORTS)}")
    return SORTS[sort]


def episode_order(query: Mapping[str, str]) -> str:
    """The order of episodes that ``?order=`` asks for."""
    order = query.get("order", ORDERS[0])
    if order not in ORDERS:
        raise _invalid("order", f"one of {', '.join(ORDERS)}")
    return order


def season_number(query: Mapping[str, str]) -> int | None:
    """The season that ``?season=`` asks for, if it asks."""
    raw = query.get("season", "")
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 4):
        raise _invalid("season", "the number of a season")
    return int(raw)


def flag(query: Mapping[str, str], name: str) -> bool:
    """A parameter that is ``true`` or ``false``; absent is false."""
    value = query.get(name, "false")
    if value not in {"true", "false"}:
        raise _invalid(name, "true or false")
    return value == "true"


def _passes(validator: Callable[[str], None], value: str) -> bool:
    try:
        validator(value)
    except ValidationError:
        return False
    return True


def _invalid(name: str, expected: str) -> InvalidInput:
    return InvalidInput(
        f"{name} must be {expected}.", code="invalid_filter", pointer=f"?{name}"
    )
