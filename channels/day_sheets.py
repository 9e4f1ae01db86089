"""A day of a channel for editors: what is on, where nothing is, what did not fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from channels import guide
from channels.models import Blackout, Channel, ChannelMatch, ImportIssue, Programme

MOST_ISSUES: Final = 100
_MINUTE: Final = timedelta(minutes=1)
_OVERLAPS: Final = ("cut_short", "duplicate", "overlap", "held_by_editor")


@dataclass(frozen=True, slots=True)
class Slot:
    """A programme, or a time without one, within the day."""

    starts_at: datetime
    ends_at: datetime
    x: int
    width: int
    programme: Programme | None = None

    @property
    def minutes(self) -> int:
        """How long it is."""
        return (self.ends_at - self.starts_at) // _MINUTE

    @property
    def is_gap(self) -> bool:
        """Whether nothing is on."""
        return self.programme is None


@dataclass(frozen=True, slots=True)
class DaySheet:
    """A day in UTC."""

    channel: Channel
    day: date
    slots: Sequence[Slot]
    blackouts: Sequence[Slot]
    issues: Sequence[ImportIssue] = field(default_factory=list)

    @property
    def gaps(self) -> Sequence[Slot]:
        """The times without a programme."""
        return [slot for slot in self.slots if slot.is_gap]

    @property
    def before(self) -> date:
        """The day before."""
        return self.day - timedelta(days=1)

    @property
    def after(self) -> date:
        """The day after."""
        return self.day + timedelta(days=1)


def day_sheet(channel: Channel, day: date) -> DaySheet:
    """All about a day of a channel; four queries."""
    window = guide.day_window(day)
    rows = Programme.objects.on([channel.pk]).within(window.start, window.end)
    programmes = rows.select_related("source").order_by("starts_at")
    blackouts = Blackout.objects.filter(channel=channel).within(
        window.start, window.end
    )
    return DaySheet(
        channel,
        day,
        list(_slots(list(programmes), window)),
        [
            _slot(window, one.starts_at, one.ends_at)
            for one in blackouts.order_by("starts_at", "pk")
        ],
        _issues(channel, day),
    )


def _slots(
    programmes: Sequence[Programme], window: guide.GuideWindow
) -> Iterator[Slot]:
    end = window.start
    for programme in programmes:
        if programme.starts_at > end:
            yield _slot(window, end, programme.starts_at)
        yield _slot(window, programme.starts_at, programme.ends_at, programme)
        end = programme.ends_at
    if end < window.end:
        yield _slot(window, end, window.end)


def _slot(
    window: guide.GuideWindow,
    starts_at: datetime,
    ends_at: datetime,
    programme: Programme | None = None,
) -> Slot:
    """With its place on a strip of a minute a unit."""
    x = max(0, (starts_at - window.start) // _MINUTE)
    until = min(24 * 60, (ends_at - window.start) // _MINUTE)
    return Slot(starts_at, ends_at, x, max(1, until - x), programme)


def _issues(channel: Channel, day: date) -> list[ImportIssue]:
    """What the last import that was read could not store as the feed has it."""
    match = channel.matches.filter(state=ChannelMatch.State.MATCHED).first()
    if match is None:
        return []
    read = match.source.versions.exclude(counts={}).order_by("-pk").first()
    issues = ImportIssue.objects.filter(
        version=read,
        external_id=match.external_id,
        code__in=_OVERLAPS,
        start__startswith=f"{day:%Y%m%d}",
    )
    return list(issues.order_by("start", "pk")[:MOST_ISSUES])
