"""The guide: a page of channels by a window of time, in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC as UTC_ZONE
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from channels import cell_rows, channel_rows, documents
from channels.cell_rows import Cell
from channels.channel_rows import ChannelRow, LineupRow
from channels.documents import Grid, Reader
from channels.models import Blackout, Channel, GuideVersion
from streamapi.clients import Variant
from streamapi.errors import InvalidInput, NotFound
from streamapi.postgresql.statements import read
from streamapi.rest.pagination import decode_cursor, encode_cursor

BUCKET: Final = timedelta(minutes=30)
"""Windows start and end on these, so that devices share answers."""
LONGEST_WINDOW: Final = timedelta(hours=24)
USUAL_WINDOW: Final = timedelta(hours=6)
_LONGEST_SLUG: Final = 61
"""One more than any line-up has."""
_CHANGED: Final = "SELECT max(changed_at) FROM channels_guideversion"
NEXT_WITHIN: Final = timedelta(hours=12)
"""How far ahead the next programme is looked for."""


class WindowInvalid(InvalidInput):
    """The window is not one that the guide is cut into."""

    code = "invalid_window"
    title = "The window of the guide is not valid"


@dataclass(frozen=True, slots=True)
class GuideWindow:
    """``[start, end)``, aligned to :data:`BUCKET`."""

    start: datetime
    end: datetime

    @classmethod
    def read(cls, start: str, end: str, now: datetime) -> GuideWindow:
        """From query parameters; without them six hours from the bucket of ``now``."""
        first = _moment(start, "from") if start else floor(now)
        last = _moment(end, "to") if end else first + USUAL_WINDOW
        window = cls(first, last)
        if not timedelta() < last - first <= LONGEST_WINDOW:
            raise WindowInvalid("to is at most 24 hours after from.", pointer="?to")
        for moment, name in ((first, "from"), (last, "to")):
            if floor(moment) != moment:
                raise WindowInvalid(
                    "Windows start and end on the half hour.",
                    code="window_not_aligned",
                    pointer=f"?{name}",
                    aligned_from=floor(first),
                    aligned_to=floor(last + BUCKET - timedelta(microseconds=1)),
                )
        return window

    def days(self) -> list[date]:
        """The days, in UTC, that the window touches."""
        last = (self.end - timedelta(microseconds=1)).date()
        count = (last - self.start.date()).days + 1
        return [self.start.date() + timedelta(days=number) for number in range(count)]


def floor(moment: datetime) -> datetime:
    """The start of the bucket that a moment is in."""
    return datetime.fromtimestamp(
        moment.timestamp() // BUCKET.total_seconds() * BUCKET.total_seconds(), UTC_ZONE
    )


def day_window(day: date) -> GuideWindow:
    """A day in UTC."""
    start = datetime.combine(day, time(), UTC_ZONE)
    return GuideWindow(start, start + timedelta(days=1))


def read_day(raw: str, now: datetime) -> date:
    """``?date=`` as a day; today without it."""
    if not raw:
        return now.date()
    try:
        day = date.fromisoformat(raw) if len(raw) == 10 else None
    except ValueError:
        day = None
    if day is None or not 1970 < day.year < 2200:
        raise InvalidInput(
            "date is a day such as 2026-11-23.", code="invalid_date", pointer="?date"
        )
    return day


def _moment(raw: str, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(raw) if len(raw) <= 35 else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1970 < moment.year < 2200:
        raise WindowInvalid(
            f"{name} is a time with its zone, such as 2026-11-23T20:00:00Z.",
            pointer=f"?{name}",
        )
    return moment.astimezone(UTC_ZONE)


def version() -> str:
    """Changes whenever an import or a rollback changed what viewers see."""
    [[changed]] = read(GuideVersion, _CHANGED, None)
    return f"{changed:%Y%m%dT%H%M%S%f}" if changed else "0"


def lineup(slug: str, territory: str) -> LineupRow | None:
    """The line-up named, else the one of the territory; ``None`` is all channels."""
    found = channel_rows.lineup(slug[:_LONGEST_SLUG], territory)
    if found is None and slug:
        raise NotFound("There is no such line-up.", pointer="?lineup")
    return found


@dataclass(frozen=True, slots=True)
class ChannelPage:
    """Channels in the order of the remote control, and where the next page starts."""

    channels: Sequence[ChannelRow]
    next: str | None

    @classmethod
    def load(
        cls,
        variant: Variant,
        *,
        lineup_slug: str = "",
        group: str = "",
        cursor: str = "",
        size: int = 50,
    ) -> ChannelPage:
        """Two queries: the line-up and its channels."""
        chosen = lineup(lineup_slug, variant.territory)
        scope = f"channels:{chosen.slug if chosen else ''}:{group}"
        after = None
        if cursor:
            place, pk = decode_cursor(cursor, scope)
            after = (place, pk)
        found = channel_rows.load(
            variant,
            lineup_pk=chosen.pk if chosen else None,
            group=group[:60],
            after=after,
            limit=size + 1,
        )
        following = None
        if len(found) > size:
            found = found[:size]
            last = found[-1]
            following = encode_cursor([last.place, last.pk], scope)
        return cls(found, following)

    def pks(self) -> list[int]:
        """The primary keys, for the queries about them."""
        return [channel.pk for channel in self.channels]


def grid(
    page: ChannelPage, window: GuideWindow, reader: Reader
) -> dict[int, list[dict[str, Any]]]:
    """The cells of each channel within a window; one query."""
    grids = {channel.pk: Grid(channel, reader) for channel in page.channels}
    cells: dict[int, list[dict[str, Any]]] = {pk: [] for pk in grids}
    for cell in cell_rows.within(grids, window.start, window.end, reader.languages):
        cells[cell.channel_id].append(grids[cell.channel_id].cell(cell))
    return cells


@dataclass(frozen=True, slots=True)
class NowAndNext:
    """What runs on a channel, if anything, and what comes after it."""

    now: dict[str, Any] | None = None
    next: dict[str, Any] | None = None
    changes_at: datetime | None = None


def now_and_next(
    page: ChannelPage, now: datetime, reader: Reader
) -> dict[int, NowAndNext]:
    """What runs on each channel of a page; one query."""
    grids = {channel.pk: Grid(channel, reader) for channel in page.channels}
    found: dict[int, list[Cell]] = {pk: [] for pk in grids}
    for cell in cell_rows.first(2, grids, now, now + NEXT_WITHIN, reader.languages):
        found[cell.channel_id].append(cell)
    return {pk: _split(cells, now, grids[pk]) for pk, cells in found.items()}


def _split(cells: Sequence[Cell], now: datetime, channel: Grid) -> NowAndNext:
    """The running programme and the next, of at most two that have not ended."""
    if not cells:
        return NowAndNext()
    first, rest = cells[0], cells[1:]
    if first.start_s > now.timestamp():
        return NowAndNext(None, channel.cell(first), _utc(first.start_s))
    following = channel.cell(rest[0]) if rest else None
    return NowAndNext(channel.cell(first), following, _utc(first.end_s))


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC_ZONE)


# By hand, since a page of the guide waits for nothing else: see channels.cell_rows.
_BLACKOUTS: Final = """
SELECT b.channel_id, b.starts_at, b.ends_at, b.reason, b.form_factors, a.public_id
FROM channels_blackout b LEFT JOIN channels_channel a ON a.id = b.alternative_id
WHERE b.channel_id = ANY(%s) AND b.starts_at < %s AND b.ends_at > %s
  AND (b.territories = '{}' OR b.territories @> ARRAY[%s]::varchar[])
ORDER BY b.starts_at, b.id
"""


def blackouts(
    channels: Sequence[int], window: GuideWindow, territory: str
) -> dict[int, list[dict[str, Any]]]:
    """The blackouts of each channel within a window; one query."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    values: list[Any] = [list(channels), window.end, window.start, territory]
    for pk, *facts in read(Blackout, _BLACKOUTS, values):
        found[pk].append(documents.blackout(*facts))
    return found


def schedule(
    channel: Channel, window: GuideWindow, reader: Reader
) -> list[dict[str, Any]]:
    """All about the programmes of one channel within a window; one query."""
    rows = cell_rows.schedule(channel.pk, window.start, window.end, reader.languages)
    return [documents.programme(channel, row, reader) for row in rows]


def programme(
    channel: Channel, starts_at: datetime, reader: Reader
) -> dict[str, Any] | None:
    """All about the programme of a channel that starts at a moment."""
    row = cell_rows.at(channel.pk, starts_at, reader.languages)
    return documents.programme(channel, row, reader) if row else None
