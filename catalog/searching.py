"""Search as people type: typos, accents, ligatures, punctuation and half a word.

Names are folded when they are published and queries when they come, by the same function;
PostgreSQL's trigrams do the rest. What is asked for is bounded before it reaches the
database.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connections, router, transaction
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, When
from django.db.models.functions import Greatest

from catalog import tellings
from catalog.models import (
    PublishedCollection,
    PublishedCredit,
    PublishedPerson,
    PublishedTitle,
    Synonym,
)
from catalog.querysets import PublishedTitleQuerySet
from streamapi.clients import Variant

MAX_QUERY: Final = 80
MAX_WORDS: Final = 8
_THRESHOLD: Final = 0.4
"""Below this share of common trigrams a name is another name, not a typo."""
_NEAR_THE_BEST: Final = 0.7
_SHORT_WORD: Final = 2
"""Words up to this length are in too many names for trigrams to tell them apart."""
_BY_LIKENESS: Final = 2
_BY_PHRASE: Final = 3
_SYNONYMS: Final = 3
_COUNTED: Final = 1000
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
    folded = (_telling(fold(name).split()) for name in names)
    return " | ".join(dict.fromkeys(folded))[:2000]


def _telling(words: Sequence[str]) -> str:
    """Without articles and the like, unless there is nothing else."""
    return " ".join([word for word in words if word not in _STOP_WORDS] or words)


def search(query: Query, variant: Variant, now: datetime) -> list[Group]:
    """Results grouped by kind; a group without any is left out."""
    if not query.text:
        return []
    with _tolerant():
        return _groups(query, variant, now)


@contextmanager
def _tolerant() -> Iterator[None]:
    """Names that share enough trigrams count as alike, in the database that is read."""
    database = router.db_for_read(PublishedTitle)
    with transaction.atomic(using=database):
        with connections[database].cursor() as cursor:
            cursor.execute(
                "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)",
                [str(_THRESHOLD)],
            )
        yield


def _groups(query: Query, variant: Variant, now: datetime) -> list[Group]:
    texts = _alike(query.text)
    groups = [
        Group("titles", _titles(query, texts, variant, now)),
        Group("people", _people(query, variant, now)),
        Group("collections", _collections(query, texts, variant, now)),
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


def _countable(
    query: Query, variant: Variant, now: datetime
) -> list[tuple[str, list[str], list[str]]]:
    if not query.text:
        return []
    with _tolerant():
        matching = _titles_match(_alike(query.text))
        found = _narrowed(query, variant, now).filter(matching)
        rows = found.order_by("-by_popularity")[:_COUNTED]
        return list(rows.values_list("kind", "genres", "languages"))


def _alike(text: str) -> list[str]:
    """The query, and what it becomes when editors' synonyms are put into it."""
    words = text.split()
    phrases = {
        " ".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    }
    rows = Synonym.objects.filter(Q(term__in=phrases) | Q(means__in=phrases))
    found = [text]
    for term, means in rows.order_by("pk").values_list("term", "means")[:_SYNONYMS]:
        known, other = (term, means) if term in phrases else (means, term)
        padded = f" {text} ".replace(f" {known} ", f" {other} ")
        found.append(padded.strip()[:MAX_QUERY])
    return list(dict.fromkeys(found))


def _narrowed(query: Query, variant: Variant, now: datetime) -> PublishedTitleQuerySet:
    visible = PublishedTitle.objects.visible(variant, now)
    return visible.narrowed(**query.narrowing)


def _titles(
    query: Query, texts: Sequence[str], variant: Variant, now: datetime
) -> list[str]:
    matching = _narrowed(query, variant, now).filter(_titles_match(texts))
    phrased = _phrased(texts) & ~_match(texts)
    ranked = _ranked(matching, texts, "-by_popularity", last=phrased)
    return tellings.cards(_best(ranked, "card", query.limit), variant)


def _titles_match(texts: Sequence[str]) -> Q:
    """By name, or by a keyword or studio that is just what was typed."""
    return _match(texts) | _phrased(texts)


def _phrased(texts: Sequence[str]) -> Q:
    return Q(phrases__overlap=list(texts))


def _people(query: Query, variant: Variant, now: datetime) -> list[str]:
    if any(query.narrowing.values()):
        return []
    shown = PublishedTitle.objects.visible(variant, now).filter(title=OuterRef("title"))
    parts = PublishedCredit.objects.filter(Exists(shown), person=OuterRef("person"))
    people = PublishedPerson.objects.filter(Exists(parts), language=variant.language)
    texts = [query.text]
    matching = people.filter(_match(texts))
    cards = _best(_ranked(matching, texts, "pk"), "card", query.limit)
    return tellings.cards(cards, variant, PublishedPerson)


def _collections(
    query: Query, texts: Sequence[str], variant: Variant, now: datetime
) -> list[str]:
    if any(query.narrowing.values()):
        return []
    shown = PublishedCollection.objects.with_titles(
        PublishedTitle.objects.visible(variant, now), variant.language
    )
    matching = shown.filter(_match(texts))
    cards = _best(_ranked(matching, texts, "pk"), "card", query.limit)
    return tellings.cards(cards, variant, PublishedCollection)


def nearest(rows: QuerySet[Any], text: str, column: str, limit: int) -> list[Any]:
    """The rows whose ``folded`` names are nearest to a query, best first.

    For other parts of the product, within a search: its tolerance holds.
    """
    matching = rows.filter(_match([text]))
    return _best(_ranked(matching, [text], "pk"), column, limit)


def _match(texts: Sequence[str]) -> Q:
    """Names like one of the texts."""
    condition = Q()
    for text in texts:
        if max(map(len, text.split())) <= _SHORT_WORD:
            condition |= Q(folded__startswith=text)
        else:
            condition |= Q(folded__trigram_word_similar=text)
    return condition


def _ranked(
    rows: QuerySet[Any], texts: Sequence[str], *tail: str, last: Q | None = None
) -> QuerySet[Any]:
    """The name itself first, then its beginning, then the nearest; then the ``last``.

    To compare trigrams is what costs: a row that was found is not asked again whether
    it is like the text, only how near it is.
    """
    cases = [
        When(condition, then=rank)
        for rank, conditions in enumerate(
            zip(*(_closeness(text) for text in texts), strict=True)
        )
        for condition in conditions
    ]
    if last is not None:
        cases.append(When(last, then=_BY_PHRASE))
    near = [TrigramWordSimilarity(text, "folded") for text in texts]
    ranked: QuerySet[Any] = rows.annotate(
        rank=Case(*cases, default=_BY_LIKENESS, output_field=IntegerField()),
        nearness=near[0] if len(near) == 1 else Greatest(*near),
    )
    return ranked.order_by("rank", F("nearness").desc(), *tail)


def _closeness(text: str) -> tuple[Q, Q]:
    """A name that is the text, one that starts with it."""
    same = Q(folded=text) | Q(folded__startswith=f"{text} |")
    same |= Q(folded__endswith=f"| {text}") | Q(folded__contains=f"| {text} |")
    starts = Q(folded__startswith=text) | Q(folded__contains=f"| {text}")
    return same, starts


def _best(rows: QuerySet[Any], column: str, limit: int) -> list[str]:
    """The first rows, without those that are far from the best one."""
    found = list(rows.values_list(column, "rank", "nearness")[:limit])
    if not found:
        return []
    floor = max(nearness for _, _, nearness in found) * _NEAR_THE_BEST
    return [
        text
        for text, rank, nearness in found
        if rank != _BY_LIKENESS or nearness >= floor
    ]
