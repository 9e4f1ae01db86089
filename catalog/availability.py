"""What windows mean: when a title may be shown in a territory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.conf import settings

from catalog.content import WindowContent
from catalog.models import PublishedTitle, PublishedWindow

_EVER: Final = datetime.max.replace(tzinfo=UTC)
_ALWAYS: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """Where a title stands in time: until when it may be shown, and the next change."""

    ends_at: datetime | None
    changes_at: datetime | None


def is_available(title_pk: int, territory: str, now: datetime) -> bool:
    """Whether a published title may be shown, and played, in a territory."""
    published = PublishedTitle.objects.filter(title=title_pk)
    windowed = published.values_list("windowed", flat=True).first()
    if not windowed:
        return windowed is not None
    windows = PublishedWindow.objects.filter(title=title_pk)
    return windows.in_territory(territory).open(now).exists()


def period(title_pk: int, territory: str, now: datetime) -> Period:
    """The period that a title is in; windows that touch are one period."""
    return periods([title_pk], territory, now)[title_pk]


def periods(
    title_pks: Collection[int], territory: str, now: datetime
) -> dict[int, Period]:
    """The period that each of some titles is in; one query."""
    spans: dict[int, list[tuple[datetime, datetime]]] = {pk: [] for pk in title_pks}
    rows = PublishedWindow.objects.filter(title__in=title_pks).in_territory(territory)
    for pk, start, end in rows.values_list("title_id", "starts_at", "ends_at"):
        spans[pk].append((start or _ALWAYS, end or _EVER))
    return {pk: _period(sorted(each), now) for pk, each in spans.items()}


def _period(spans: Sequence[tuple[datetime, datetime]], now: datetime) -> Period:
    moments = {moment for span in spans for moment in span if now < moment < _EVER}
    until = now
    for start, end in spans:
        if start <= until:
            until = max(until, end)
    return Period(None if until == _EVER else until, min(moments, default=None))


def territories(window: WindowContent) -> set[str]:
    """The territories of the service that a window holds in."""
    served, named = set(settings.TERRITORIES), set(window["territories"])
    if not named:
        return served
    return served - named if window["excluded"] else served & named


def shared_territories(one: WindowContent, other: WindowContent) -> list[str]:
    """Where both windows hold."""
    return sorted(territories(one) & territories(other))


def overlap(one: WindowContent, other: WindowContent) -> bool:
    """Whether there is a moment that belongs to both periods."""
    return _start(one) < _end(other) and _start(other) < _end(one)


def _start(window: WindowContent) -> datetime:
    moment = window["starts_at"]
    return datetime.fromisoformat(moment) if moment else _ALWAYS


def _end(window: WindowContent) -> datetime:
    moment = window["ends_at"]
    return datetime.fromisoformat(moment) if moment else _EVER
