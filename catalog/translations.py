"""Which words are missing in which language: what editors still have to translate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet

from catalog.models import (
    Collection,
    CollectionTranslation,
    Episode,
    EpisodeTranslation,
    Genre,
    GenreTranslation,
    Keyword,
    KeywordTranslation,
    Title,
    TitleTranslation,
)

_KINDS: Final[tuple[tuple[str, type[Any], type[Any], str, bool], ...]] = (
    ("title", Title, TitleTranslation, "title", True),
    ("episode", Episode, EpisodeTranslation, "episode", True),
    ("collection", Collection, CollectionTranslation, "collection", True),
    ("genre", Genre, GenreTranslation, "genre", False),
    ("keyword", Keyword, KeywordTranslation, "keyword", False),
)
"""A kind of thing, its model, its translations, their owner, whether it has a synopsis."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A thing that has no words, or no synopsis, in a language."""

    kind: str
    pk: int
    name: str
    lacks: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many things of a kind there are, and how many have no words in a language."""

    kind: str
    total: int
    without_text: int
    without_synopsis: int


def counts(language: str) -> list[Count]:
    """How much is missing in a language, kind by kind."""
    return [
        Count(
            kind=kind,
            total=model.objects.count(),
            without_text=_lacking(model, words, owner, language).count(),
            without_synopsis=_bare(model, words, owner, language).count()
            if has_synopsis
            else 0,
        )
        for kind, model, words, owner, has_synopsis in _KINDS
    ]


def gaps(language: str, *, limit: int) -> Iterator[Gap]:
    """The first things of each kind that lack something in a language."""
    for kind, model, words, owner, has_synopsis in _KINDS:
        for one in _named(_lacking(model, words, owner, language))[:limit]:
            yield Gap(kind, one.pk, str(one), "text")
        if has_synopsis:
            for one in _named(_bare(model, words, owner, language))[:limit]:
                yield Gap(kind, one.pk, str(one), "synopsis")


def _lacking(model: Any, words: Any, owner: str, language: str) -> QuerySet[Any]:
    there = words.objects.filter(language=language, **{owner: OuterRef("pk")})
    found: QuerySet[Any] = model.objects.filter(~Exists(there))
    return found


def _bare(model: Any, words: Any, owner: str, language: str) -> QuerySet[Any]:
    bare = words.objects.filter(
        language=language, synopsis="", **{owner: OuterRef("pk")}
    )
    found: QuerySet[Any] = model.objects.filter(Exists(bare))
    return found


def _named(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by("pk")
