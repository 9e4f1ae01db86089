"""What will change by itself: publishing, windows that open and close, pages released."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from django.db.models import Q
from django.utils import timezone

from catalog.models import AvailabilityWindow, Page, Title

MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at a moment; ``where`` names territories of a window."""

    at: datetime
    what: str
    name: str
    title_pk: int | None = None
    page_pk: int | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A day and what happens on it, in its order."""

    date: date
    events: list[Event]


def days(first: date, count: int) -> list[Day]:
    """Every day from ``first`` on, in the service's time zone; three queries."""
    zone = timezone.get_current_timezone()
    begin = datetime(first.year, first.month, first.day, tzinfo=zone)
    end = begin + timedelta(days=count)
    found = sorted(
        [*_published(begin, end), *_windows(begin, end), *_released(begin, end)],
        key=lambda event: (event.at, event.name),
    )
    by_day = {
        day: list(events)
        for day, events in groupby(found, lambda one: one.at.astimezone(zone).date())
    }
    wanted = (first + timedelta(days=number) for number in range(count))
    return [Day(day, by_day.get(day, [])) for day in wanted]


def _published(begin: datetime, end: datetime) -> Iterator[Event]:
    rows = Title.objects.filter(publish_at__gte=begin, publish_at__lt=end)
    for title in rows.order_by("publish_at")[:MOST]:
        if title.publish_at is not None:
            yield Event(title.publish_at, "is published", str(title), title.pk)


def _windows(begin: datetime, end: datetime) -> Iterator[Event]:
    opens = Q(starts_at__gte=begin, starts_at__lt=end)
    closes = Q(ends_at__gte=begin, ends_at__lt=end)
    rows = AvailabilityWindow.objects.filter(opens | closes).select_related("title")
    for window in rows.order_by("starts_at", "pk")[:MOST]:
        where = _where(window)
        for at, what in ((window.starts_at, "arrives"), (window.ends_at, "leaves")):
            if at is not None and begin <= at < end:
                yield Event(at, what, str(window.title), window.title_id, where=where)


def _where(window: AvailabilityWindow) -> str:
    if not window.territories:
        return "everywhere"
    named = ", ".join(window.territories)
    return f"everywhere but {named}" if window.excluded else named


def _released(begin: datetime, end: datetime) -> Iterator[Event]:
    rows = Page.objects.filter(release_at__gte=begin, release_at__lt=end)
    for page in rows.order_by("release_at")[:MOST]:
        if page.release_at is not None:
            yield Event(page.release_at, "is released", str(page), page_pk=page.pk)
