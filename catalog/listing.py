"""Lists of titles; each shape of question is made into a statement once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from django.db.models import BigIntegerField, CharField

from catalog import given
from catalog.models import PublishedTitle
from catalog.querysets import PublishedTitleQuerySet
from streamapi.clients import Variant
from streamapi.postgresql.statements import Given, Row, Statement

MOMENTS: Final = {"leaving": "available_until", "coming": "available_from"}
"""What says of each title when it goes or comes, in lists of such titles."""
_FAR: Final = timedelta(days=3650)
"""How far ahead a title may be announced."""
_STATEMENTS: Final = 512


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
    """Card, sort key, and of what goes or comes the moment."""
    asked = {name: value for name, value in question.narrowing.items() if value}
    statement = _statement(
        question.availability,
        frozenset(asked),
        question.ordering,
        question.after is not None,
        question.size,
        question.horizon,
    )
    return statement.rows(
        **given.values(variant, now),
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
) -> Statement:
    titles, moments = _listed(availability, horizon)
    wanted: dict[str, Any] = {
        name: Given(f"wanted_{name}", CharField()) for name in narrowed_by
    }
    titles = titles.narrowed(**wanted)
    key = ordering.lstrip("-")
    if is_continued:
        step = "lt" if ordering.startswith("-") else "gt"
        after = Given("after", CharField() if key == "by_name" else BigIntegerField())
        titles = titles.filter(**{f"{key}__{step}": after})
    rows = titles.order_by(ordering).values_list("card", key, *moments)
    # How a list is best read depends on how many titles a genre or a keyword has.
    return Statement(rows[:size], is_planned_once=not narrowed_by)


def _listed(
    availability: str, horizon: timedelta
) -> tuple[PublishedTitleQuerySet, Sequence[str]]:
    """The titles to list, and the column that says when they come or go."""
    titles = PublishedTitle.objects.all()
    if availability == "coming":
        return titles.coming(given.ANYBODY, given.ANY_TIME, _FAR), ["opens_at"]
    here = titles.visible(given.ANYBODY, given.ANY_TIME)
    if availability == "leaving":
        territory = given.ANYBODY.territory
        return here.leaving(territory, given.ANY_TIME, horizon), ["leaves_at"]
    return here, []
