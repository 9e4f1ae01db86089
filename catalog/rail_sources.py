"""What rails can be filled with: the catalogue's own sources, and those of other apps.

A source of titles selects and orders published titles; all such rails of a page are read
together. An app above the catalogue registers a source of its own in ``ready()``: a
:class:`ForeignSource` makes finished entries, a :class:`PersonalSource` only says where
the personal document is, because a page is the same for everyone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import (
    BigIntegerField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Subquery,
    Value,
)
from django.db.models.expressions import Combinable

from catalog.filters import SORTS
from catalog.models import ChartEntry, PublishedTitle
from catalog.models.pages import Layout
from catalog.page_content import RailContent
from catalog.querysets import PublishedTitleQuerySet
from catalog.rules import Rule
from streamapi.clients import Variant

SOON: Final = timedelta(days=30)
"""How far "leaving soon" and "coming soon" look ahead."""
_TITLE_LAYOUTS: Final = (Layout.HERO, Layout.POSTER, Layout.LANDSCAPE)
_NUMBER_BITS: Final = 31


@dataclass(frozen=True, slots=True)
class Selection:
    """Titles that may be shown, and the unique key that they are ordered by."""

    titles: PublishedTitleQuerySet
    key: Combinable
    descending: bool = True
    is_text: bool = False


Select = Callable[[RailContent, Variant, datetime], Selection]


@dataclass(frozen=True, slots=True)
class TitleSource:
    """Titles of the catalogue.

    One that is thinned leaves out what stands on the first screen of a page already.
    ``otherwise`` completes what ``select`` finds too little of; such a rail ends, with
    ``most`` entries.
    """

    name: str
    label: str
    select: Select
    layouts: Sequence[str] = _TITLE_LAYOUTS
    is_thinned: bool = True
    most: int | None = None
    otherwise: Select | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A rail of a foreign source to fill: which part of it, from where, how much."""

    argument: str
    after: str | None
    limit: int


@dataclass(frozen=True, slots=True)
class Entries:
    """Finished entries, as JSON texts, and what ends them.

    ``after`` is what to continue with, ``None`` at the end.
    """

    results: Sequence[str]
    after: str | None = None
    tags: Sequence[str] = ()
    changes_at: datetime | None = None


Fill = Callable[[Sequence[Ask], Variant, datetime], Sequence[Entries]]
"""Fills all rails of the source on a page at once, so with a constant number of queries."""


def _no_choices() -> Sequence[tuple[str, str]]:
    return ()


@dataclass(frozen=True, slots=True)
class ForeignSource:
    """Entries of another app; ``of`` says what they are."""

    name: str
    label: str
    of: str
    fill: Fill
    layouts: Sequence[str] = (Layout.CHANNEL,)
    arguments: Callable[[], Sequence[tuple[str, str]]] = _no_choices


@dataclass(frozen=True, slots=True)
class PersonalSource:
    """A rail that each profile has of its own; the client gets it at ``url``."""

    name: str
    label: str
    url: str
    layouts: Sequence[str] = (Layout.LANDSCAPE, Layout.POSTER)


Source = TitleSource | ForeignSource | PersonalSource
_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Offer a source to editors; called once in ``ready()``."""
    _sources[source.name] = source


def find(name: str) -> Source | None:
    """The source of this name, if its app still offers it."""
    return _sources.get(name)


def offered() -> Mapping[str, Source]:
    """All sources by name, in the order in which to offer them."""
    return dict(_sources)


class Epoch(Func):
    """A moment as whole seconds."""

    template = "EXTRACT(EPOCH FROM %(expressions)s)::bigint"
    output_field = BigIntegerField()


def _visible(variant: Variant, now: datetime) -> PublishedTitleQuerySet:
    return PublishedTitle.objects.visible(variant, now)


def _by(sort: str, titles: PublishedTitleQuerySet) -> Selection:
    column = SORTS[sort]
    name = column.lstrip("-")
    return Selection(titles, F(name), column.startswith("-"), is_text=sort == "name")


def _by_moment(moment: str, titles: PublishedTitleQuerySet) -> Selection:
    """The nearest first; the title's number makes it unique."""
    key = Epoch(moment) * Value(1 << _NUMBER_BITS) + F("title_id")
    number = ExpressionWrapper(key, output_field=BigIntegerField())
    return Selection(titles, number, descending=False)


def _curated(rail: RailContent, variant: Variant, now: datetime) -> Selection:
    place = Func(
        Value(rail["items"]),
        F("title_id"),
        function="array_position",
        template="%(function)s(%(expressions)s)",
        output_field=IntegerField(),
    )
    titles = _visible(variant, now).filter(title__in=rail["items"])
    return Selection(titles, place, descending=False)


def _rule(rail: RailContent, variant: Variant, now: datetime) -> Selection:
    rule = Rule.read(rail["rule"])
    return _by(rule.sort, rule.apply(_visible(variant, now)))


def _new(rail: RailContent, variant: Variant, now: datetime) -> Selection:
    return _by("addition", _narrowed(rail, _visible(variant, now)))


def _popular(rail: RailContent, variant: Variant, now: datetime) -> Selection:
    return _by("popularity", _narrowed(rail, _visible(variant, now)))


def _charted(chart: str) -> Select:
    """Titles in the order of a chart of the territory."""

    def select(rail: RailContent, variant: Variant, now: datetime) -> Selection:
        entries = ChartEntry.objects.filter(chart=chart, territory=variant.territory)
        here = entries.filter(title=OuterRef("title"))
        titles = _narrowed(rail, _visible(variant, now)).filter(
            title__in=entries.values("title")
        )
        place = Subquery(here.values("position")[:1], output_field=IntegerField())
        return Selection(titles, place, descending=False)

    return select


def _leaving(rail: RailContent, variant: Variant, now: datetime) -> Selection:
    visible = _narrowed(rail, _visible(variant, now))
    return _by_moment("leaves_at", visible.leaving(variant.territory, now, SOON))


def _coming(rail: RailContent, variant: Variant, now: datetime) -> Selection:
    titles = _narrowed(rail, PublishedTitle.objects.coming(variant, now, SOON))
    return _by_moment("opens_at", titles)


def _narrowed(
    rail: RailContent, titles: PublishedTitleQuerySet
) -> PublishedTitleQuerySet:
    """What the catalogue does by itself can be of one kind: new movies, top ten series."""
    return titles.narrowed(kind=rail["argument"])


COMING: Final = "coming_soon"

for _source in (
    TitleSource("curated", "Titles that I choose", _curated, is_thinned=False),
    TitleSource("rule", "Titles that match a rule", _rule),
    TitleSource("new", "New here", _new),
    TitleSource(
        "trending",
        "Trending",
        _charted(ChartEntry.Chart.TRENDING),
        most=40,
        otherwise=_popular,
    ),
    TitleSource(
        "top_ten",
        "Top 10",
        _charted(ChartEntry.Chart.TOP),
        (Layout.TOP_TEN,),
        is_thinned=False,
        most=10,
        otherwise=_popular,
    ),
    TitleSource("leaving_soon", "Leaving soon", _leaving, is_thinned=False),
    TitleSource(COMING, "Coming soon", _coming, is_thinned=False),
):
    register(_source)
