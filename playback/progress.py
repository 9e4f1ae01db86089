"""How far profiles are: events merged by when they happened, next-up kept with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from catalog.models import PublishedEpisode
from playback import rules
from streamapi.errors import InvalidInput

OLDEST: Final = timedelta(days=30)
AHEAD: Final = timedelta(minutes=2)

# The newest event wins, by when it happened and then by its number. What was completed
# stays so while the same session seeks back in it. A programme of a channel has no title.
_MERGE: Final = """
INSERT INTO playback_watchprogress AS kept
  (profile_id, title_id, content_id, position_ms, duration_ms, started, completed,
   session_id, event_at, seq)
SELECT new.* FROM unnest(
  %s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::boolean[],
  %s::boolean[], %s::text[], %s::timestamptz[], %s::bigint[])
  AS new (profile, title, content, position, duration, started, completed, session,
          event_at, seq)
JOIN accounts_profile ON accounts_profile.id = new.profile
LEFT JOIN catalog_title ON catalog_title.id = new.title
WHERE new.title IS NULL OR catalog_title.id IS NOT NULL
ON CONFLICT (profile_id, content_id) DO UPDATE SET
  title_id = EXCLUDED.title_id,
  position_ms = EXCLUDED.position_ms,
  duration_ms = EXCLUDED.duration_ms,
  started = EXCLUDED.started OR kept.started,
  completed = EXCLUDED.completed
    OR (kept.completed AND kept.session_id = EXCLUDED.session_id),
  session_id = EXCLUDED.session_id,
  event_at = EXCLUDED.event_at,
  seq = EXCLUDED.seq
WHERE (kept.event_at, kept.seq) < (EXCLUDED.event_at, EXCLUDED.seq)
RETURNING profile_id, content_id, completed
"""

# A title has one entry a profile. An event that is older than the entry changes nothing.
_CONTINUE: Final = """
INSERT INTO playback_continueitem AS kept
  (profile_id, title_id, content_id, position_ms, duration_ms, event_at, visible)
SELECT * FROM unnest(
  %s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[],
  %s::timestamptz[], %s::boolean[])
ON CONFLICT (profile_id, title_id) DO UPDATE SET
  content_id = EXCLUDED.content_id,
  position_ms = EXCLUDED.position_ms,
  duration_ms = EXCLUDED.duration_ms,
  event_at = EXCLUDED.event_at,
  visible = EXCLUDED.visible
WHERE kept.event_at < EXCLUDED.event_at
"""


@dataclass(frozen=True, slots=True)
class Event:
    """Where a player was, and when."""

    profile_pk: int
    title_pk: int | None
    content_id: str
    position_ms: int
    duration_ms: int
    end_ms: int
    episode: bool
    session_id: str
    at: datetime
    seq: int = 0

    @property
    def order(self) -> tuple[datetime, int]:
        """Later is newer."""
        return self.at, self.seq

    @property
    def place(self) -> int:
        """The position, not beyond the end."""
        return min(self.position_ms, self.duration_ms or self.position_ms)

    @property
    def started(self) -> bool:
        """Whether enough was seen to go on with it later."""
        return rules.started(self.place, self.duration_ms)

    @property
    def finished(self) -> bool:
        """Whether it was seen to the end."""
        return rules.finished(self.place, self.duration_ms, self.end_ms, self.episode)


def clamp(at: datetime, *, now: datetime) -> datetime:
    """A player's clock, believed for the past month and for two minutes ahead."""
    if at < now - OLDEST:
        raise InvalidInput(
            "Events older than thirty days are not taken.", code="event_too_old"
        )
    return min(at, now + AHEAD)


def newest(events: Iterable[Event]) -> list[Event]:
    """One event for each profile and content: the newest, in a fixed order."""
    best: dict[tuple[int, str], Event] = {}
    for event in events:
        key = (event.profile_pk, event.content_id)
        if key not in best or best[key].order < event.order:
            best[key] = event
    return [best[key] for key in sorted(best)]


@transaction.atomic
def record(events: Iterable[Event]) -> int:
    """Merge any number of events; returns how many changed something.

    In whatever order and how often the same events come, the result is the same.
    """
    merged = newest(events)
    if not merged:
        return 0
    columns = zip(*(_row(event) for event in merged), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_MERGE, [list(column) for column in columns])
        completed = {(row[0], row[1]): row[2] for row in cursor.fetchall()}
    won = [
        (event, completed[event.profile_pk, event.content_id])
        for event in merged
        if (event.profile_pk, event.content_id) in completed
    ]
    _remember_what_is_next(won)
    return len(won)


def _row(event: Event) -> tuple[object, ...]:
    return (
        *(event.profile_pk, event.title_pk, event.content_id),
        *(event.place, event.duration_ms, event.started, event.finished),
        *(event.session_id, event.at, event.seq),
    )


def _remember_what_is_next(won: Sequence[tuple[Event, bool]]) -> None:
    done_titles = {event.title_pk for event, done in won if done}
    following = _following({pk for pk in done_titles if pk is not None})
    items: dict[tuple[int, int], tuple[object, ...]] = {}
    for event, completed in sorted(won, key=lambda pair: pair[0].order):
        if event.title_pk is None or not (completed or event.started):
            continue
        key = (event.profile_pk, event.title_pk)
        items[key] = (*key, *_next(event, completed, following))
    if items:
        columns = zip(*items.values(), strict=True)
        with connection.cursor() as cursor:
            cursor.execute(_CONTINUE, [list(column) for column in columns])


def _next(
    event: Event, completed: bool, following: Mapping[str, str]
) -> tuple[object, ...]:
    """What to play next: on with the same, the episode after it, or nothing."""
    if not completed:
        return event.content_id, event.place, event.duration_ms, event.at, True
    after = following.get(event.content_id)
    return after or event.content_id, 0, 0, event.at, after is not None


def _following(title_pks: set[int]) -> dict[str, str]:
    """Which published episode comes after which, for whole titles, in one query."""
    if not title_pks:
        return {}
    rows = (
        PublishedEpisode.objects.filter(title__in=title_pks)
        .order_by("title_id", "season_number", "number")
        .values_list("title_id", "public_id")
    )
    following: dict[str, str] = {}
    before: tuple[int, str] | None = None
    for title_pk, public_id in rows:
        if before and before[0] == title_pk:
            following[before[1]] = public_id
        before = (title_pk, public_id)
    return following
