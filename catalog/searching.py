"""Search as people type: typos, accents, ligatures, punctuation and half a word.

Names are folded when they are published and queries when they come, by the same function.
The index of names is asked for the words typed and for those that they may mean
(``catalog.spelling``), and gives the most popular rows; only these are ranked, by
PostgreSQL's trigrams. What is asked for is bounded before it reaches the database.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connections, router, transaction
from django.db.models import Case, F, IntegerField, Model, Q, TextField, When

from catalog import matching, tellings, wording
from catalog.matching import BY_LIKENESS
from catalog.models import (
    PublishedCollection,
    PublishedPerson,
    PublishedTitle,
    Synonym,
)
from catalog.wording import Wording
from streamapi.clients import Variant
from streamapi.postgresql.statements import Given, Row, Statement, read

MAX_QUERY: Final = 80
MAX_WORDS: Final = 8
_THRESHOLD: Final = 0.4
"""Below this share of common trigrams a name is another name, not a typo."""
_NEAR_THE_BEST: Final = 0.7
_SHORT_WORD: Final = 2
"""Words up to this length are in too many names for trigrams to tell them apart."""
_SHAPES: Final = 128
_MEAN_THE_SAME: Final = """
SELECT term, means FROM catalog_synonym
WHERE term = ANY(%s) OR means = ANY(%s) ORDER BY id LIMIT 3
"""
_LONGEST_NAME: Final = 500
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
    keyword: str = ""
    studio: str = ""
    limit: int = 20

    @property
    def narrowing(self) -> dict[str, str]:
        """For ``PublishedTitleQuerySet.narrowed``."""
        names = ("kind", "genre", "language", "keyword", "studio")
        return {name: getattr(self, name) for name in names}


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
_KEPT_ASCII: Final = (
    "".join(_KEPT[code] or " " for code in range(128)).ljust(256).encode()
)
_SILENT_ASCII: Final = "".join(c for c in _SILENT if c.isascii()).encode()


def fold(text: str) -> str:
    """Lower case without accents, ligatures and punctuation: ``Amélie!`` is amelie."""
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    if text.isascii():  # the same as below, ten times as fast
        ascii_ = text.encode().lower().translate(_KEPT_ASCII, _SILENT_ASCII)
        return b" ".join(ascii_.split()).decode()
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return " ".join(plain.translate(_KEPT).split())


def fold_query(text: str) -> str:
    """A query, folded and cut: at most so many characters and words, each once."""
    words = fold(text[: MAX_QUERY * 2])[:MAX_QUERY].split()
    return _telling(list(dict.fromkeys(words))[:MAX_WORDS])


def fold_names(names: Iterable[str]) -> str:
    """All names of something, to be searched in."""
    folded = (fold_name(name) for name in names)
    return " | ".join(dict.fromkeys(folded))[:2000].rstrip(" |")


def fold_name(name: str) -> str:
    """One name, to be searched in, as long as an index can hold."""
    return _telling(fold(name).split())[:_LONGEST_NAME].rstrip()


def _telling(words: Sequence[str]) -> str:
    """Without articles and the like, unless there is nothing else."""
    return " ".join([word for word in words if word not in _STOP_WORDS] or words)


def search(query: Query, variant: Variant, now: datetime) -> list[Group]:
    """Results grouped by kind; a group without any is left out."""
    if not query.text:
        return []
    with _by_index():
        return _groups(query, variant, now)


@contextmanager
def _by_index() -> Iterator[None]:
    """In the database that is read: names that share enough trigrams count as alike, and
    words are found by their index, for all that the planner expects of so many keys."""
    database = router.db_for_read(PublishedTitle)
    with transaction.atomic(using=database):
        with connections[database].cursor() as cursor:
            cursor.execute(
                "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true),"
                " set_config('enable_seqscan', 'off', true)",
                [str(_THRESHOLD)],
            )
        yield


def _groups(query: Query, variant: Variant, now: datetime) -> list[Group]:
    asked = wording.of(_alike(query.text))
    groups = [
        Group("titles", _titles(query, asked, variant, now)),
        Group("people", _people(query, asked, variant, now)),
        Group("collections", _collections(query, asked, variant, now)),
        *(Group(kind, find(query, variant, now)) for kind, find in _sources.items()),
    ]
    return [group for group in groups if group.results]


def facets(
    query: Query, variant: Variant, now: datetime
) -> dict[str, list[dict[str, Any]]]:
    """How many of the titles found there are in each kind, genre and language.

    Counted over the most popular thousand, so that a short query costs no more.
    """
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("kind", "genre", "language")
    }
    for kind, genres, spoken in _countable(query, variant, now):
        counts["kind"][kind] += 1
        counts["genre"].update(genres)
        counts["language"].update(spoken)
    return {
        name: [
            {"value": value, "count": count}
            for value, count in sorted(
                counter.items(), key=lambda item: (-item[1], item[0])
            )
        ]
        for name, counter in counts.items()
    }


def _countable(query: Query, variant: Variant, now: datetime) -> Sequence[Row]:
    if not query.text:
        return []
    with _by_index():
        asked = wording.of(_alike(query.text))
        return matching.countable(asked, query.narrowing, variant, now)


def _alike(text: str) -> list[str]:
    """The query, and what it becomes when editors' synonyms are put into it."""
    words = text.split()
    phrases = {
        " ".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    }
    found = [text]
    for term, means in read(Synonym, _MEAN_THE_SAME, [list(phrases)] * 2):
        known, other = (term, means) if term in phrases else (means, term)
        padded = f" {text} ".replace(f" {known} ", f" {other} ")
        found.append(padded.strip()[:MAX_QUERY])
    return list(dict.fromkeys(found))


def _titles(query: Query, asked: Wording, variant: Variant, now: datetime) -> list[str]:
    found = matching.titles(asked, query.narrowing, query.limit, variant, now)
    return tellings.cards(_best(found), variant)


def _people(query: Query, asked: Wording, variant: Variant, now: datetime) -> list[str]:
    if any(query.narrowing.values()):
        return []
    found = matching.people(asked, query.limit, variant, now)
    return tellings.cards(_best(found), variant, PublishedPerson)


def _collections(
    query: Query, asked: Wording, variant: Variant, now: datetime
) -> list[str]:
    if any(query.narrowing.values()):
        return []
    found = matching.collections(asked, query.limit, variant, now)
    return tellings.cards(_best(found), variant, PublishedCollection)


def nearest(model: type[Model], text: str, column: str, limit: int) -> list[Any]:
    """The rows whose ``folded`` names are nearest to a query, best first.

    For other parts of the product, within a search: its tolerance holds.
    """
    is_short = max(map(len, text.split())) <= _SHORT_WORD
    statement = _near(model, column, limit, is_short=is_short)
    texts = {"text": text, "first": f"{text} |", "later": f"| {text}"}
    return _best(statement.rows(**texts, between=f"| {text} |"))


@lru_cache(_SHAPES)
def _near(model: type[Model], column: str, limit: int, *, is_short: bool) -> Statement:
    text, first, later, between = (
        Given(name, TextField()) for name in ("text", "first", "later", "between")
    )
    starts = Q(folded__startswith=text) | Q(folded__contains=later)
    same = Q(folded=text) | Q(folded__startswith=first)
    same |= Q(folded__endswith=later) | Q(folded__contains=between)
    alike = (
        Q(folded__startswith=text) if is_short else Q(folded__trigram_word_similar=text)
    )
    ranked = (
        model._default_manager.filter(alike)
        .annotate(
            rank=Case(
                When(same, then=0),
                When(starts, then=1),
                default=BY_LIKENESS,
                output_field=IntegerField(),
            ),
            nearness=TrigramWordSimilarity(text, "folded"),  # type: ignore[arg-type]
        )
        .order_by("rank", F("nearness").desc(), "pk")
    )
    columns = ranked.values_list(column, "rank", "nearness")[:limit]
    return Statement(columns, is_planned_once=False)


def _best(ranked: Iterable[tuple[Any, ...]]) -> list[Any]:
    """The first rows, without those that are far from the best one."""
    found = list(ranked)
    floor = max((near for _, _, near in found), default=0) * _NEAR_THE_BEST
    return [text for text, rank, near in found if rank != BY_LIKENESS or near >= floor]
