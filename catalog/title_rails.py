"""Rails of titles: all of a page are chosen by one statement, then their cards are read.

The number of queries is constant, however many rails, cards or titles there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from django.db.models import F, IntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast

from catalog import answers, availability
from catalog.models import PublishedTitle
from catalog.page_content import RailContent
from catalog.rail_sources import COMING, Selection, TitleSource
from streamapi.clients import Variant

FIRST_SCREEN: Final = 4
"""So many rails do not repeat each other: what a viewer sees at a glance."""
ENOUGH: Final = 6
"""A rail that would be left with fewer is shown as it is."""
_NUMBER_BITS: Final = 31


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
    selections: Sequence[Selection]
    limit: int
    rows: int
    is_thinned: bool


Sourced = Mapping[int, tuple[Wanted, TitleSource]]
"""Rails to fill, by their place on the page."""


def fill(wanted: Sourced, variant: Variant, now: datetime) -> dict[int, Filled]:
    """The rails with their entries, by the same places."""
    requests = _requests(wanted, variant, now)
    rows = _rows(requests)
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


def _requests(wanted: Sourced, variant: Variant, now: datetime) -> dict[int, _Request]:
    """How many rows to look at: one more than are shown tells whether it goes on, and a
    thinned rail may lose as many as stand above it."""
    found: dict[int, _Request] = {}
    above = 0
    for order, (place, (one, source)) in enumerate(wanted.items()):
        limit = min(one.limit, source.most or one.limit)
        thinned = source.is_thinned and order < FIRST_SCREEN
        rows = limit + 1 + (above if thinned else 0)
        ways = [source.select, *([source.otherwise] if source.otherwise else [])]
        selections = [select(one.rail, variant, now) for select in ways]
        found[place] = _Request(one, source, selections, limit, rows, thinned)
        above += limit
    return found


def _rows(requests: Mapping[int, _Request]) -> dict[int, list[_Row]]:
    """The rows of all rails, each in its order; one query."""
    parts = [
        (place, request, selection)
        for place, request in requests.items()
        for selection in request.selections
    ]
    branches = [_branch(number, *part[1:]) for number, part in enumerate(parts)]
    rows: list[list[_Row]] = [[] for _ in parts]
    for row in (
        branches[0].union(*branches[1:], all=True) if branches[1:] else branches[0]
    ):
        rows[row[0]].append(_Row(*row))
    found: dict[int, dict[int, _Row]] = {place: {} for place in requests}
    for (place, _, selection), some in zip(parts, rows, strict=True):
        for row in _sorted(some, selection):
            found[place].setdefault(row.title, row)
    return {place: list(some.values()) for place, some in found.items()}


def _branch(
    number: int, request: _Request, selection: Selection
) -> QuerySet[PublishedTitle, tuple[int, int, str]]:
    after = request.wanted.after
    titles = selection.titles.annotate(key=selection.key)
    if after is not None:
        step = "lt" if selection.descending else "gt"
        key = after if selection.is_text else int(after)
        titles = titles.filter(**{f"key__{step}": key})
    return (
        titles.order_by("-key" if selection.descending else "key")
        .annotate(
            branch=Value(number, IntegerField()), text=Cast(F("key"), TextField())
        )
        .values_list("branch", "title_id", "text")[: request.rows]
    )


def _sorted(rows: Sequence[_Row], selection: Selection) -> list[_Row]:
    """In order again: nothing promises the order of a union."""

    def key(row: _Row) -> tuple[int, str]:
        return (0, row.key) if selection.is_text else (int(row.key), "")

    return sorted(rows, key=key, reverse=selection.descending)


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
    rows = PublishedTitle.objects.filter(title__in=titles, language=variant.language)
    columns = rows.values_list("title_id", "card", "by_addition", "windowed")
    return {row[0]: _Card(*row) for row in columns}


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
