"""Rails of titles: all of a page are chosen by one statement, then their cards are read.

The number of queries is constant, however many rails, cards or titles there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    F,
    IntegerField,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from catalog import answers, availability, given, tellings
from catalog.models import PublishedTitle
from catalog.page_content import RailContent
from catalog.rail_sources import COMING, Selection, TitleSource
from streamapi.clients import Variant
from streamapi.postgresql.statements import Given, Statement

FIRST_SCREEN: Final = 4
"""So many rails do not repeat each other: what a viewer sees at a glance."""
ENOUGH: Final = 6
"""A rail that would be left with fewer is shown as it is."""
_NUMBER_BITS: Final = 31
_CHOICES: Final = 128
"""Combinations of rails whose statement is kept: versions of pages and their screens."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rail to fill, from the entry after ``after``."""

    rail: RailContent
    limit: int
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A rail with its entries; a personal one has a ``url`` instead.

    ``after`` is what to continue with, ``None`` at the end.
    """

    rail: RailContent
    of: str
    results: Sequence[str] = ()
    after: str | None = None
    url: str | None = None


class _Row(NamedTuple):
    """A title in a rail, with the key that orders it there."""

    branch: int
    title: int
    key: str


class _Card(NamedTuple):
    """A title's card, and what is known of it beside."""

    title: int
    card: str
    by_addition: int
    windowed: bool


@dataclass(frozen=True, slots=True)
class _Request:
    """A rail on its way: what fills it, and how many rows to look at."""

    wanted: Wanted
    source: TitleSource
    limit: int
    rows: int
    is_thinned: bool


class _Way(NamedTuple):
    """A way in which the rail at a place is filled, and how its keys are ordered."""

    place: int
    descending: bool
    is_text: bool


class _Choice(NamedTuple):
    """The statement that chooses the titles of some rails, and its branches."""

    statement: Statement
    ways: Sequence[_Way]


Sourced = Mapping[int, tuple[Wanted, TitleSource]]
"""Rails to fill, by their place on the page."""


def fill(wanted: Sourced, variant: Variant, now: datetime) -> dict[int, Filled]:
    """The rails with their entries, by the same places."""
    requests = _requests(wanted)
    rows = _rows(requests, variant, now)
    kept = _kept(requests, rows)
    cards = _cards({row.title for each, _ in kept.values() for row in each}, variant)
    windowed = [pk for pk, card in cards.items() if card.windowed]
    periods = (
        availability.standings(windowed, variant.territory, now) if windowed else {}
    )
    return {
        place: Filled(
            requests[place].wanted.rail,
            "titles",
            [
                _entry(cards[row.title], periods.get(row.title), requests[place])
                for row in shown
                if row.title in cards
            ],
            after,
        )
        for place, (shown, after) in kept.items()
    }


def _requests(wanted: Sourced) -> dict[int, _Request]:
    """How many rows to look at: one more than are shown tells whether it goes on, and a
    thinned rail may lose as many as stand above it."""
    found: dict[int, _Request] = {}
    above = 0
    for order, (place, (one, source)) in enumerate(wanted.items()):
        limit = min(one.limit, source.most or one.limit)
        thinned = source.is_thinned and order < FIRST_SCREEN
        rows = limit + 1 + (above if thinned else 0)
        found[place] = _Request(one, source, limit, rows, thinned)
        above += limit
    return found


def _rows(
    requests: Mapping[int, _Request], variant: Variant, now: datetime
) -> dict[int, list[_Row]]:
    """The rows of all rails, each in its order; one query."""
    choice = _choice(
        tuple((place, one.source) for place, one in requests.items()),
        orjson.dumps([_shape(one) for one in requests.values()]),
    )
    rows: list[list[_Row]] = [[] for _ in choice.ways]
    after = _after(requests, choice.ways)
    for row in choice.statement.rows(**given.values(variant, now), **after):
        rows[row[0]].append(_Row(*row))
    found: dict[int, dict[int, _Row]] = {place: {} for place in requests}
    for way, some in zip(choice.ways, rows, strict=True):
        for row in _sorted(some, way):
            found[way.place].setdefault(row.title, row)
    return {place: list(some.values()) for place, some in found.items()}


def _shape(request: _Request) -> tuple[RailContent, int, bool]:
    """All that the statement depends on, beside the source itself."""
    return request.wanted.rail, request.rows, request.wanted.after is not None


@lru_cache(_CHOICES)
def _choice(sources: Sequence[tuple[int, TitleSource]], shapes: bytes) -> _Choice:
    ways: list[_Way] = []
    branches: list[QuerySet[Any, Any]] = []
    for (place, source), shape in zip(sources, orjson.loads(shapes), strict=True):
        rail, rows, is_continued = shape
        for select in (source.select, source.otherwise):
            if select is not None:
                selection = select(rail, given.ANYBODY, given.ANY_TIME)
                branch = _branch(len(ways), selection, is_continued=is_continued)
                branches.append(branch[:rows])
                ways.append(_Way(place, selection.descending, selection.is_text))
    first, *others = branches
    together = first.union(*others, all=True) if others else first
    return _Choice(Statement(together, is_planned_once=True), ways)


def _branch(
    number: int, selection: Selection, *, is_continued: bool
) -> QuerySet[PublishedTitle, tuple[int, int, str]]:
    titles = selection.titles.annotate(key=selection.key)
    if is_continued:
        step = "lt" if selection.descending else "gt"
        field = TextField() if selection.is_text else BigIntegerField()
        titles = titles.filter(**{f"key__{step}": Given(f"after_{number}", field)})
    return (
        titles.order_by("-key" if selection.descending else "key")
        .annotate(
            branch=Value(number, IntegerField()), text=Cast(F("key"), TextField())
        )
        .values_list("branch", "title_id", "text")
    )


def _after(
    requests: Mapping[int, _Request], ways: Sequence[_Way]
) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for number, way in enumerate(ways):
        after = requests[way.place].wanted.after
        if after is not None:
            found[f"after_{number}"] = after if way.is_text else int(after)
    return found


def _sorted(rows: Sequence[_Row], way: _Way) -> list[_Row]:
    """In order again: nothing promises the order of a union."""

    def key(row: _Row) -> tuple[int, str]:
        return (0, row.key) if way.is_text else (int(row.key), "")

    return sorted(rows, key=key, reverse=way.descending)


def _kept(
    requests: Mapping[int, _Request], rows: Mapping[int, Sequence[_Row]]
) -> dict[int, tuple[list[_Row], str | None]]:
    """What each rail shows, and the key to continue with if there is more."""
    above: set[int] = set()
    found = {}
    for place, request in requests.items():
        fresh = [row for row in rows[place] if row.title not in above]
        if not request.is_thinned or len(fresh) < min(ENOUGH, request.limit):
            fresh = list(rows[place])
        shown, more = fresh[: request.limit], len(fresh) > request.limit
        ended = request.source.most is not None
        found[place] = (shown, shown[-1].key if more and not ended else None)
        above |= {row.title for row in shown}
    return found


def _cards(titles: Collection[int], variant: Variant) -> dict[int, _Card]:
    rows = _cards_of().rows(titles=list(titles), language=variant.language)
    found = [_Card(*row) for row in rows]
    told = tellings.cards((one.card for one in found), variant)
    return {
        one.title: one._replace(card=card)
        for one, card in zip(found, told, strict=True)
    }


@cache
def _cards_of() -> Statement:
    titles = Given("titles", ArrayField(BigIntegerField()))
    rows = PublishedTitle.objects.filter(
        title__in=RawSQL("SELECT unnest(%s::bigint[])", [titles]),
        language=given.ANYBODY.language,
    )
    columns = rows.values_list("title_id", "card", "by_addition", "windowed")
    return Statement(columns, is_planned_once=True)


def _entry(card: _Card, period: availability.Standing | None, request: _Request) -> str:
    """A card, with what depends on when and where it is shown."""
    added = datetime.fromtimestamp(card.by_addition >> _NUMBER_BITS, UTC)
    comes = leaves = None
    if period is not None and request.source.name == COMING:
        comes = period.starts_at
    elif period is not None:
        leaves = period.ends_at
    return "".join(_members(card.card, added, comes, leaves))


def _members(
    card: str, added: datetime, comes: datetime | None, leaves: datetime | None
) -> Iterator[str]:
    yield card[:-1]
    yield f',"added_at":{answers.text(added)}'
    yield f',"available_from":{answers.text(comes)}'
    yield f',"available_until":{answers.text(leaves)}}}'
