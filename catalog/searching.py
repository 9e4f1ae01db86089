"""Search as people type: typos, accents, ligatures, punctuation and half a word.

Names are folded when they are published and queries when they come, by the same function;
PostgreSQL's trigrams do the rest. What is asked for is bounded before it reaches the
database.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connections, router, transaction
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, When

from catalog.models import PublishedCredit, PublishedPerson, PublishedTitle
from streamapi.clients import Variant

MAX_QUERY: Final = 80
MAX_WORDS: Final = 8
_THRESHOLD: Final = 0.4
"""Below this share of common trigrams a name is another name, not a typo."""
_NEAR_THE_BEST: Final = 0.7
_SHORT_WORD: Final = 2
"""Words up to this length are in too many names for trigrams to tell them apart."""
_LETTERS: Final = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
)
_SILENT: Final = "'\u2019."
_SIGNS: Final = {"&": " and ", "+": " plus "}
_STOP_WORDS: Final = frozenset(
    {"the", "a", "an", "of", "and", "der", "die", "das", "ein", "eine", "und"}
    | {"le", "la", "les", "un", "une", "el", "los", "las"}
)


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for, folded, and what the answer is narrowed to."""

    text: str
    kind: str = ""
    genre: str = ""
    language: str = ""
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Group:
    """Results of one kind, as finished JSON texts, best first."""

    kind: str
    results: Sequence[str]


Source = Callable[[Query, Variant, datetime], Sequence[str]]
"""Finds JSON texts of another kind; with a constant number of queries."""

_sources: dict[str, Source] = {}


def register_source(kind: str, source: Source) -> None:
    """Let another part of the product be found; called once in ``ready()``."""
    _sources[kind] = source


class _Kept(dict[int, str]):
    """What becomes of a character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        one = chr(code)
        dropped = unicodedata.combining(one) or one in _SILENT
        self[code] = one if one.isalnum() else ("" if dropped else " ")
        return self[code]


_KEPT: Final = _Kept()


def fold(text: str) -> str:
    """Lower case without accents, ligatures and punctuation: ``Amélie!`` is amelie."""
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return " ".join(plain.translate(_KEPT).split())


def fold_query(text: str) -> str:
    """A query, folded and cut: at most so many characters and words, each once."""
    words = fold(text[: MAX_QUERY * 2])[:MAX_QUERY].split()
    return _telling(list(dict.fromkeys(words))[:MAX_WORDS])


def fold_names(names: Iterable[str]) -> str:
    """All names of something, to be searched in."""
    folded = (_telling(fold(name).split()) for name in names)
    return " | ".join(dict.fromkeys(folded))[:2000]


def _telling(words: Sequence[str]) -> str:
    """Without articles and the like, unless there is nothing else."""
    return " ".join([word for word in words if word not in _STOP_WORDS] or words)


def search(query: Query, variant: Variant, now: datetime) -> list[Group]:
    """Results grouped by kind; a group without any is left out."""
    if not query.text:
        return []
    database = router.db_for_read(PublishedTitle)
    with transaction.atomic(using=database):
        with connections[database].cursor() as cursor:
            cursor.execute(
                "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)",
                [str(_THRESHOLD)],
            )
        return _groups(query, variant, now)


def _groups(query: Query, variant: Variant, now: datetime) -> list[Group]:
    groups = [
        Group("titles", _titles(query, variant, now)),
        Group("people", _people(query, variant, now)),
        *(Group(kind, find(query, variant, now)) for kind, find in _sources.items()),
    ]
    return [group for group in groups if group.results]


def _titles(query: Query, variant: Variant, now: datetime) -> list[str]:
    visible = PublishedTitle.objects.visible(variant, now)
    narrowed = visible.narrowed(
        kind=query.kind, genre=query.genre, language=query.language
    )
    return _best(_ranked(narrowed, query.text, "-by_popularity"), "card", query.limit)


def _people(query: Query, variant: Variant, now: datetime) -> list[str]:
    if query.kind or query.genre or query.language:
        return []
    shown = PublishedTitle.objects.visible(variant, now).filter(title=OuterRef("title"))
    parts = PublishedCredit.objects.filter(Exists(shown), person=OuterRef("person"))
    people = PublishedPerson.objects.filter(Exists(parts), language=variant.language)
    return _best(_ranked(people, query.text, "pk"), "card", query.limit)


def _ranked(rows: QuerySet[Any], text: str, *tail: str) -> QuerySet[Any]:
    """Those that match: the name itself first, then its beginning, then the nearest."""
    starts = Q(folded__startswith=text) | Q(folded__contains=f"| {text}")
    if max(map(len, text.split())) <= _SHORT_WORD:
        matching = rows.filter(folded__startswith=text)
    else:
        matching = rows.filter(folded__trigram_word_similar=text)
    ranked: QuerySet[Any] = matching.annotate(
        rank=Case(
            When(Q(folded=text) | Q(folded__startswith=f"{text} |"), then=0),
            When(Q(folded__endswith=f"| {text}"), then=0),
            When(Q(folded__contains=f"| {text} |"), then=0),
            When(starts, then=1),
            default=2,
            output_field=IntegerField(),
        ),
        nearness=TrigramWordSimilarity(text, "folded"),
    )
    return ranked.order_by("rank", F("nearness").desc(), *tail)


def _best(rows: QuerySet[Any], column: str, limit: int) -> list[str]:
    """The first rows, without those that are far from the best one."""
    found = list(rows.values_list(column, "rank", "nearness")[:limit])
    if not found:
        return []
    floor = max(nearness for _, _, nearness in found) * _NEAR_THE_BEST
    return [text for text, rank, nearness in found if rank < 2 or nearness >= floor]
