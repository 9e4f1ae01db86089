"""What a profile watches and keeps, a part at a time: one statement, the cards in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)

from accounts.tokens import Viewer
from catalog import tellings
from catalog.given import ANYBODY
from catalog.models import PublishedTitle
from playback.models import ContinueItem, WatchlistItem, WatchProgress
from streamapi.clients import Variant
from streamapi.postgresql.statements import Given, Row, Statement

_PROFILE: Final = Q(profile__public_id=Given("profile", CharField()))


@dataclass(frozen=True, slots=True, eq=False)
class PersonalList:
    """Rows of a model that belong to a profile, the latest by ``moment`` first."""

    model: type[Model]
    which: Q
    moment: str
    said: tuple[tuple[str, str], ...]
    """What an entry says beside its title: the name of it, and the column."""

    @property
    def ordering(self) -> tuple[str, str]:
        """What its pages are cut by."""
        return f"-{self.moment}", "-pk"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as it is shown, where its page may be cut, and the card of its title.

    There is no card where the title does not suit the one who asks: it was taken back, or
    the profile has got a lower ceiling since.
    """

    keys: Sequence[Any]
    card: str | None
    said: Mapping[str, Any]


CONTINUE_WATCHING: Final = PersonalList(
    model=ContinueItem,
    which=Q(visible=True),
    moment="event_at",
    said=(
        ("content_id", "content_id"),
        ("position_ms", "position_ms"),
        ("duration_ms", "duration_ms"),
        ("updated_at", "event_at"),
    ),
)
NEXT_EPISODES: Final = PersonalList(
    model=ContinueItem,
    which=Q(visible=True, position_ms=0),
    moment="event_at",
    said=CONTINUE_WATCHING.said,
)
HISTORY: Final = PersonalList(
    model=WatchProgress,
    which=~Q(title=None),
    moment="event_at",
    said=(
        ("content_id", "content_id"),
        ("position_ms", "position_ms"),
        ("duration_ms", "duration_ms"),
        ("completed", "completed"),
        ("watched_at", "event_at"),
    ),
)
WATCHLIST: Final = PersonalList(
    model=WatchlistItem,
    which=Q(),
    moment="added_at",
    said=(("added_at", "added_at"),),
)


def entries(
    listed: PersonalList,
    viewer: Viewer,
    variant: Variant,
    *,
    after: Sequence[Any] | None,
    limit: int,
) -> list[Entry]:
    """At most ``limit`` entries, those that follow the keys ``after``."""
    moment, pk = after or (None, None)
    rows = _statement(listed, is_first=after is None, limit=limit).rows(
        profile=viewer.profile_id,
        language=variant.language,
        maturity=variant.maturity,
        moment=moment,
        pk=pk,
    )
    told = iter(tellings.cards([card for _, _, card, *_ in rows if card], variant))
    return [_entry(listed, row, row[2] and next(told)) for row in rows]


def _entry(listed: PersonalList, row: Row, card: str | None) -> Entry:
    moment, pk, _, *values = row
    names = (name for name, _ in listed.said)
    return Entry((moment, pk), card, dict(zip(names, values, strict=True)))


@cache
def _statement(listed: PersonalList, *, is_first: bool, limit: int) -> Statement:
    rows: QuerySet[Any, Any] = listed.model._default_manager.filter(
        _PROFILE, listed.which
    )
    if not is_first:
        rows = rows.filter(_follows(listed.moment))
    suited = PublishedTitle.objects.suited(ANYBODY).filter(title=OuterRef("title"))
    columns = [column for _, column in listed.said]
    found = (
        rows.annotate(card=Subquery(suited.values("card")[:1]))
        .order_by(*listed.ordering)
        .values_list(listed.moment, "pk", "card", *columns)
    )
    return Statement(found[:limit], is_planned_once=True)


def _follows(column: str) -> Q:
    moment, pk = Given("moment", DateTimeField()), Given("pk", BigIntegerField())
    return Q(**{f"{column}__lt": moment}) | Q(**{column: moment, "pk__lt": pk})
