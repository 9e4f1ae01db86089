"""Sort keys of published titles: each ends in the title's number, so none is equal."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from typing import Final

_ARTICLES: Final = {
    "en": ("the ", "a ", "an "),
    "de": ("der ", "die ", "das ", "ein ", "eine "),
    "fr": ("le ", "la ", "les ", "l'", "un ", "une "),
    "es": ("el ", "la ", "los ", "las ", "un ", "una "),
}
_NUMBER_BITS: Final = 31
_NAME_LENGTH: Final = 100


def by_number(value: int, title_pk: int) -> int:
    """Sorts by ``value``, then by title."""
    return (value << _NUMBER_BITS) | title_pk


def by_release(released_on: str | None, year: int | None, title_pk: int) -> int:
    """Sorts by release date; a bare year counts as its first day, none as long ago."""
    if released_on:
        day = date.fromisoformat(released_on)
        return by_number(day.year * 10_000 + day.month * 100 + day.day, title_pk)
    return by_number((year or 0) * 10_000, title_pk)


def by_moment(moment: datetime, title_pk: int) -> int:
    """Sorts by a moment, to the second."""
    return by_number(int(moment.timestamp()), title_pk)


def by_name(name: str, language: str, title_pk: int) -> str:
    """Sorts as a shelf does: without accents, case or the leading article."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(one for one in plain if not unicodedata.combining(one)).strip()
    for article in _ARTICLES.get(language.partition("-")[0], ()):
        if plain.startswith(article) and len(plain) > len(article):
            plain = plain[len(article) :]
            break
    return f"{plain[:_NAME_LENGTH]}\t{title_pk:010d}"
