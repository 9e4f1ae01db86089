"""The query parameters of lists, read once and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug

from catalog.models.base import language_tag
from catalog.models.titles import Kind
from streamapi.errors import InvalidInput

SORTS: Final[Mapping[str, str]] = {
    "popularity": "-by_popularity",
    "name": "by_name",
    "release": "-by_release",
    "addition": "-by_addition",
}


@dataclass(frozen=True, slots=True)
class TitleFilter:
    """What a list of titles was asked for."""

    kind: str = ""
    genre: str = ""
    language: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> TitleFilter:
        """From query parameters; raises InvalidInput for a value that cannot be."""
        kind = query.get("kind", "")
        if kind and kind not in Kind.values:
            raise _invalid("kind", f"one of {', '.join(Kind.values)}")
        genre, language = query.get("genre", ""), query.get("language", "")
        if genre and not _passes(validate_slug, genre):
            raise _invalid("genre", "the slug of a genre")
        if language and not _passes(language_tag, language):
            raise _invalid("language", "a language tag such as en or pt-BR")
        return cls(kind, genre, language)


def ordering(query: Mapping[str, str]) -> str:
    """The order that ``?sort=`` asks for; by popularity unless it says otherwise."""
    sort = query.get("sort", "popularity")
    if sort not in SORTS:
        raise _invalid("sort", f"one of {', '.join(SORTS)}")
    return SORTS[sort]


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
