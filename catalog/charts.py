"""Charts of each territory: what most people watched this week, and what is rising.

Every viewer counts once for a title and day, so that one who watches it all week weighs
seven, and one who starts it seven times in an evening weighs one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from catalog import cache_keys, plays
from catalog.bulk import copy_into
from catalog.models import ChartEntry, PublishedTitle
from catalog.plays import Play

PERIOD: Final = timedelta(days=7)
PLACES: Final = 100
_HALF_LIFE_DAYS: Final = 2.0
_BEFORE: Final = timedelta(days=28)
_PER_TITLE: Final = 5.0
"""Plays that any title is thought to have, so that the first two are no sensation."""

_Scores = Mapping[str, Mapping[int, float]]
"""Points by territory and title."""


@transaction.atomic
def chart(*, now: datetime) -> int:
    """Make all charts anew from the plays of the last weeks; returns how many places."""
    days = _viewer_days(plays.between(now - _BEFORE, now))
    rows = [
        *_rows(ChartEntry.Chart.TOP, _watched(days, now)),
        *_rows(ChartEntry.Chart.TRENDING, _rising(days, now)),
    ]
    ChartEntry.objects.all().delete()
    copy_into(ChartEntry, ("chart", "territory", "position", "title", "score"), rows)
    cache_keys.purge_charts()
    return len(rows)


_Day = tuple[int, int, str, int]


def _viewer_days(found: Iterable[Play]) -> set[_Day]:
    """Viewer, title, territory and day, each once; strangers count one by one."""
    return {
        (
            play.viewer or -number,
            play.title,
            play.territory,
            play.at.toordinal(),
        )
        for number, play in enumerate(found, 1)
    }


def _watched(days: Iterable[_Day], now: datetime) -> _Scores:
    first = (now - PERIOD).toordinal()
    return _totals(
        (territory, title, 1.0) for _, title, territory, day in days if day > first
    )


def _rising(days: Iterable[_Day], now: datetime) -> _Scores:
    """Lately, recent days most, in proportion to what the title had before."""
    today, first = now.toordinal(), (now - PERIOD).toordinal()
    all_days = list(days)
    recent = _totals(
        (territory, title, 0.5 ** ((today - day) / _HALF_LIFE_DAYS))
        for _, title, territory, day in all_days
        if day > first
    )
    before = _totals(
        (territory, title, 1.0) for _, title, territory, day in all_days if day <= first
    )
    return {
        territory: {
            title: points
            * points
            / (_PER_TITLE + before.get(territory, {}).get(title, 0.0) / 3)
            for title, points in titles.items()
        }
        for territory, titles in recent.items()
    }


def _totals(points: Iterable[tuple[str, int, float]]) -> _Scores:
    totals: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for territory, title, value in points:
        totals[territory][title] += value
    return totals


def _rows(chart: str, scores: _Scores) -> Iterator[tuple[str, str, int, int, float]]:
    """The best of each territory; of equals the one that was there first."""
    published = set(PublishedTitle.objects.values_list("title_id", flat=True))
    for territory, titles in sorted(scores.items()):
        shown = [(pk, score) for pk, score in titles.items() if pk in published]
        ordered = sorted(shown, key=lambda item: (-item[1], item[0]))[:PLACES]
        for position, (pk, score) in enumerate(ordered, 1):
            yield chart, territory, position, pk, score
