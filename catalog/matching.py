"""Rows by their names: a few from the index, then ranked. Each shape is compiled once.

The index gives the first rows of each condition, the most popular ones of titles, so that
a word which is in half of all names costs no more than a rare one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    FloatField,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    When,
)

from catalog import given
from catalog.models import (
    PublishedCollection,
    PublishedCredit,
    PublishedPerson,
    PublishedTitle,
)
from catalog.models.lexemes import Matches
from catalog.querysets import PublishedTitleQuerySet
from catalog.wording import Wording
from streamapi.clients import Variant
from streamapi.postgresql.statements import Given, Row, Statement

BY_LIKENESS: Final = 4
_BY_PHRASE: Final = 5
_OF_EACH: Final = 100
_RANKED: Final = 200
"""Rows that are ranked; none is among them more than four times."""
_COUNTED: Final = 1000
_SHAPES: Final = 256
_TEXTS: Final = ArrayField(TextField())
_PHRASED: Final = Q(phrases__overlap=Given("typed", _TEXTS))
"""By a keyword or studio that is just what was typed."""


class _Nearness(Func):
    """How near the text that is nearest to a name is to it."""

    template = "(SELECT max(word_similarity(one, %(expressions)s::text[]) one)"
    arg_joiner = ")) FROM unnest("
    output_field = FloatField()


def titles(
    asked: Wording,
    narrowing: Mapping[str, str],
    limit: int,
    variant: Variant,
    now: datetime,
) -> list[Row]:
    """Cards of titles, each with its rank and nearness; the best first."""
    wanted = {name: value for name, value in narrowing.items() if value}
    statement = _titles(frozenset(wanted), limit)
    return statement.rows(**_values(asked, wanted, variant, now))


def people(asked: Wording, limit: int, variant: Variant, now: datetime) -> list[Row]:
    """The same of people who have a part in what may be shown."""
    return _people(limit).rows(**_values(asked, {}, variant, now))


def collections(
    asked: Wording, limit: int, variant: Variant, now: datetime
) -> list[Row]:
    """The same of collections of which anything may be shown."""
    return _collections(limit).rows(**_values(asked, {}, variant, now))


def countable(
    asked: Wording, narrowing: Mapping[str, str], variant: Variant, now: datetime
) -> list[Row]:
    """Kind, genres and languages of the most popular thousand titles found."""
    wanted = {name: value for name, value in narrowing.items() if value}
    values = _values(asked, wanted, variant, now)
    narrowed = frozenset(wanted)
    found = _countable(narrowed, "every").rows(**values)
    return found or _countable(narrowed, "most").rows(**values)


def _values(
    asked: Wording, wanted: Mapping[str, str], variant: Variant, now: datetime
) -> dict[str, Any]:
    return {
        **given.values(variant, now),
        **{f"wanted_{name}": value for name, value in wanted.items()},
        **asked.conditions,
        "typed": list(asked.typed),
        "texts": list(asked.texts),
    }


def _asked(name: str) -> Matches:
    return Matches(Given(name, TextField()))


def _shown() -> PublishedTitleQuerySet:
    return PublishedTitle.objects.visible(given.ANYBODY, given.ANY_TIME)


def _narrowed(by: frozenset[str]) -> PublishedTitleQuerySet:
    wanted: dict[str, Any] = {name: Given(f"wanted_{name}", CharField()) for name in by}
    return _shown().narrowed(**wanted)


@lru_cache(_SHAPES)
def _titles(narrowed_by: frozenset[str], limit: int) -> Statement:
    rows = _narrowed(narrowed_by)
    candidates = _candidates(rows, "-by_popularity", _PHRASED)
    phrased = _PHRASED & ~_asked("every")
    return _ranked(candidates, "-by_popularity", limit, When(phrased, then=_BY_PHRASE))


@lru_cache(_SHAPES)
def _people(limit: int) -> Statement:
    parts = PublishedCredit.objects.filter(
        Exists(_shown().filter(title=OuterRef("title"))), person=OuterRef("person")
    )
    rows = PublishedPerson.objects.filter(
        Exists(parts), language=given.ANYBODY.language
    )
    return _ranked(_candidates(rows, "pk"), "pk", limit)


@lru_cache(_SHAPES)
def _collections(limit: int) -> Statement:
    rows = PublishedCollection.objects.with_titles(_shown(), given.ANYBODY.language)
    return _ranked(_candidates(rows, "pk"), "pk", limit)


@lru_cache(_SHAPES)
def _countable(narrowed_by: frozenset[str], condition: str) -> Statement:
    matching = _narrowed(narrowed_by).filter(_asked(condition) | _PHRASED)
    rows = matching.order_by("-by_popularity")[:_COUNTED]
    return Statement(
        rows.values_list("kind", "genres", "languages"), is_planned_once=False
    )


def _candidates(rows: QuerySet[Any], order: str, *also: Q) -> QuerySet[Any]:
    """The first rows in ``order`` of each condition; PostgreSQL stops when it has enough.

    Wider conditions follow narrower ones: what is so called, begins so, has every word.
    """
    conditions: Sequence[Q | Matches] = [
        *map(_asked, ("whole", "begun", "every")),
        *also,
        *map(_asked, ("most", "some")),
    ]
    first, *others = (
        rows.filter(condition).order_by(order).values("pk")[:_OF_EACH]
        for condition in conditions
    )
    found = first.union(*others, all=True)[:_RANKED]
    everything: QuerySet[Any] = rows.model._default_manager.all()
    return everything.filter(pk__in=found)


def _ranked(rows: QuerySet[Any], tail: str, limit: int, *before: When) -> Statement:
    """The name itself first, then its beginning; what was typed before what was meant."""
    closeness = ("typed_whole", "typed_begun", "whole", "begun")
    steps = [When(_asked(name), then=rank) for rank, name in enumerate(closeness)]
    ranked = rows.annotate(
        rank=Case(*steps, *before, default=BY_LIKENESS, output_field=IntegerField()),
        nearness=_Nearness(F("folded"), Given("texts", _TEXTS)),
    ).order_by("rank", F("nearness").desc(), tail)
    columns = ranked.values_list("card", "rank", "nearness")[:limit]
    return Statement(columns, is_planned_once=False)
