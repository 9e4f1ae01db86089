"""Lists of titles; each shape of question is made into a statement once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache, reduce
from operator import or_
from typing import Any, Final, cast

from django.db.models import BigIntegerField, CharField, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

from catalog import given
from catalog.models import PublishedTitle
from catalog.querysets import PublishedTitleQuerySet
from streamapi.clients import MOST_LANGUAGES, Variant
from streamapi.postgresql.statements import Given, Row, Statement

MOMENTS: Final = {"leaving": "available_until", "coming": "available_from"}
"""What says of each title when it goes or comes, in lists of such titles."""
_FAR: Final = timedelta(days=3650)
"""How far ahead a title may be announced."""
_STATEMENTS: Final = 512
_SPOKEN: Final = [f"language_{place}" for place in range(MOST_LANGUAGES)]
_BY_NAME: Final = "by_name"
_HAS_NAME: Final = ~Q(borrowed__contains=["name"])
"""Of the row of a title in a language: its name is of that language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked for: ``narrowing`` by names of ``PublishedTitleQuerySet.narrowed``.

    ``horizon`` is how long before it goes a title counts as leaving.
    """

    availability: str
    narrowing: Mapping[str, str]
    ordering: str
    after: int | str | None
    size: int
    horizon: timedelta


def cards(question: Question, variant: Variant, now: datetime) -> Sequence[Row]:
    """Card, sort key, and of what goes or comes the moment.

    A list by name has each title where the reader looks for it: under the name that it
    is shown with. Its card may then be in another language than the reader's first.
    """
    languages = variant.languages if question.ordering == _BY_NAME else ()
    asked = {name: value for name, value in question.narrowing.items() if value}
    statement = _statement(
        question.availability,
        frozenset(asked),
        question.ordering,
        question.after is not None,
        question.size,
        question.horizon,
        max(len(languages), 1),
    )
    return statement.rows(
        **given.values(variant, now),
        **dict(zip(_SPOKEN, languages, strict=False)),
        **{f"wanted_{name}": value for name, value in asked.items()},
        after=question.after,
    )


@lru_cache(_STATEMENTS)
def _statement(
    availability: str,
    narrowed_by: frozenset[str],
    ordering: str,
    is_continued: bool,
    size: int,
    horizon: timedelta,
    languages: int,
) -> Statement:
    wanted: dict[str, Any] = {
        name: Given(f"wanted_{name}", CharField()) for name in narrowed_by
    }
    key = ordering.lstrip("-")

    def part(named: PublishedTitleQuerySet, reader: Variant) -> QuerySet[Any, Any]:
        titles, moments = _listed(named, reader, availability, horizon)
        titles = titles.narrowed(**wanted)
        if is_continued:
            step = "lt" if ordering.startswith("-") else "gt"
            kind = CharField() if key == _BY_NAME else BigIntegerField()
            titles = titles.filter(**{f"{key}__{step}": Given("after", kind)})
        return titles.order_by(ordering).values_list("card", key, *moments)[:size]

    first, *others = (
        [
            part(_named_in(place, languages), _reader(place))
            for place in range(languages)
        ]
        if languages > 1
        else [part(PublishedTitle.objects.all(), given.ANYBODY)]
    )
    rows = first.union(*others, all=True).order_by(key)[:size] if others else first
    # How a list is best read depends on how many titles a genre or a keyword has.
    return Statement(rows, is_planned_once=not narrowed_by)


def _spoken(place: int) -> Any:
    return Given(_SPOKEN[place], CharField())


def _reader(place: int) -> Variant:
    """Anybody, with one of their languages alone."""
    return replace(given.ANYBODY, language=cast("Any", _spoken(place)))


def _named_in(place: int, languages: int) -> PublishedTitleQuerySet:
    """Titles whose name comes from this language of a reader of several.

    Those that have a name in it and in none before; in the first one also those that
    have none in any.
    """
    titles = PublishedTitle.objects.all()
    before = range(place) or range(1, languages)
    spoken = reduce(or_, (Q(language=_spoken(one)) for one in before))
    others = titles.filter(spoken, _HAS_NAME, title=OuterRef("title"))
    # Looked up for each title that is listed; of EXISTS a set of all would be made first.
    is_new = Q(IsNull(Subquery(others.values("pk")[:1]), rhs=True))
    return titles.filter(_HAS_NAME & is_new if place else _HAS_NAME | is_new)


def _listed(
    titles: PublishedTitleQuerySet,
    reader: Variant,
    availability: str,
    horizon: timedelta,
) -> tuple[PublishedTitleQuerySet, Sequence[str]]:
    """Those of the titles to list, and the column that says when they come or go."""
    if availability == "coming":
        return titles.coming(reader, given.ANY_TIME, _FAR), ["opens_at"]
    here = titles.visible(reader, given.ANY_TIME)
    if availability == "leaving":
        territory = reader.territory
        return here.leaving(territory, given.ANY_TIME, horizon), ["leaves_at"]
    return here, []
