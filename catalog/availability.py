"""What windows mean: when a title may be shown in a territory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from django.conf import settings

from catalog import given
from catalog.content import WindowContent
from catalog.models import PublishedTitle, PublishedWindow
from streamapi.clients import Variant
from streamapi.postgresql.statements import Statement

_EVER: Final = datetime.max.replace(tzinfo=UTC)
_ALWAYS: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a title stands in time, in one territory.

    ``starts_at`` is only known of what is not open: when it will be, if announced.
    ``packages`` are what gives access at the moment; ``None`` means those of the title.
    """

    is_open: bool
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    changes_at: datetime | None = None
    packages: frozenset[str] | None = None


ALWAYS_OPEN: Final = Standing(is_open=True)


def is_available(title_pk: int, territory: str, now: datetime) -> bool:
    """Whether a published title may be shown, and played, in a territory."""
    published = PublishedTitle.objects.filter(title=title_pk)
    windowed = published.values_list("windowed", flat=True).first()
    if not windowed:
        return windowed is not None
    return standing(title_pk, territory, now).is_open


def next_boundary(variant: Variant, now: datetime) -> datetime | None:
    """When the next window of any title is announced, opens or closes there."""
    moments = _boundaries().rows(**given.values(variant, now))
    return min((moment for (moment,) in moments), default=None)


@cache
def _boundaries() -> Statement:
    windows = PublishedWindow.objects.in_territory(given.ANYBODY.territory)
    return Statement(windows.boundaries(given.ANY_TIME), is_planned_once=True)


def standing(title_pk: int, territory: str, now: datetime) -> Standing:
    """Where a title with windows stands; windows that touch are one period."""
    return standings([title_pk], territory, now)[title_pk]


def standing_of(
    windows: Sequence[Mapping[str, Any]], territory: str, now: datetime
) -> Standing:
    """The same of published windows as plain data; no query."""
    here = (one for one in windows if _is_in(one, territory))
    return _stands([_Span.of_data(one) for one in here], now)


def standings(
    title_pks: Collection[int], territory: str, now: datetime
) -> dict[int, Standing]:
    """Where each of some titles stands; one query."""
    spans: dict[int, list[_Span]] = {pk: [] for pk in title_pks}
    windows = PublishedWindow.objects.filter(title__in=title_pks)
    for window in windows.in_territory(territory):
        spans[window.title_id].append(_Span.of(window))
    return {pk: _stands(each, now) for pk, each in spans.items()}


@dataclass(frozen=True, slots=True, order=True)
class _Span:
    """A window without its territories."""

    start: datetime
    end: datetime
    announced: datetime
    packages: tuple[str, ...]
    free: bool

    @classmethod
    def of(cls, window: PublishedWindow) -> _Span:
        return cls(
            window.starts_at or _ALWAYS,
            window.ends_at or _EVER,
            window.announced_at or _EVER,
            tuple(window.packages),
            window.free,
        )

    @classmethod
    def of_data(cls, window: Mapping[str, Any]) -> _Span:
        announced = window["announced_at"]
        return cls(
            _start(window),
            _end(window),
            datetime.fromisoformat(announced) if announced else _EVER,
            tuple(window["packages"]),
            window["free"],
        )


def _stands(spans: Sequence[_Span], now: datetime) -> Standing:
    moments = {
        moment
        for span in spans
        for moment in (span.start, span.end, span.announced)
        if now < moment < _EVER
    }
    changes_at = min(moments, default=None)
    open_now = [span for span in spans if span.start <= now < span.end]
    if not open_now:
        announced = [one.start for one in spans if one.announced <= now < one.start]
        return Standing(False, min(announced, default=None), None, changes_at)
    until = now
    for span in sorted(spans):
        if span.start <= until:
            until = max(until, span.end)
    return Standing(
        is_open=True,
        ends_at=None if until == _EVER else until,
        changes_at=changes_at,
        packages=_packages(open_now),
    )


def _packages(open_now: Sequence[_Span]) -> frozenset[str] | None:
    """Any window that is open lets in whom it names; a free one lets in everyone."""
    if any(span.free for span in open_now):
        return frozenset()
    if any(not span.packages for span in open_now):
        return None
    return frozenset(code for span in open_now for code in span.packages)


def holds(window: Mapping[str, Any], territory: str, now: datetime) -> bool:
    """Whether a window, as plain data, is open in a territory."""
    return _is_in(window, territory) and _start(window) <= now < _end(window)


def any_holds(
    windows: Sequence[Mapping[str, Any]], territory: str, now: datetime
) -> bool:
    """Whether one of them is open; without windows there is nothing to keep out."""
    return not windows or any(holds(one, territory, now) for one in windows)


def next_moment(windows: Sequence[Mapping[str, Any]], now: datetime) -> datetime | None:
    """When the next of them opens or closes."""
    moments = {moment for one in windows for moment in (_start(one), _end(one))}
    return min((one for one in moments if now < one < _EVER), default=None)


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


def _is_in(window: Mapping[str, Any], territory: str) -> bool:
    named = window["territories"]
    return not named or (territory in named) != window["excluded"]


def _start(window: Mapping[str, Any]) -> datetime:
    moment = window["starts_at"]
    return datetime.fromisoformat(moment) if moment else _ALWAYS


def _end(window: Mapping[str, Any]) -> datetime:
    moment = window["ends_at"]
    return datetime.fromisoformat(moment) if moment else _EVER
