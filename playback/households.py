"""Who presses play, and what PostgreSQL knows of what they ask for: in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from django.conf import settings

from accounts import askers, entitlements
from accounts.entitlements import Holder
from accounts.tokens import Viewer
from playback.leases import LEASE_S, Limits, Seed
from playback.models import PlaybackSession
from streamapi.errors import Unauthenticated
from streamapi.postgresql import statements

# The streams that are alive, the profile's place in the content, and the session that the
# same Idempotency-Key made before.
_HOUSEHOLD: Final = f"""
SELECT jsonb_build_object(
  'asker', asker.facts,
  'streams', ARRAY(
    SELECT jsonb_build_object(
      'session', stream.public_id, 'seen', stream.last_seen_at, 'facts', stream.facts)
    FROM playback_playbacksession stream
    WHERE stream.account_id = asker.account_pk
      AND stream.ended_at IS NULL AND stream.last_seen_at > %(heard_since)s
    ORDER BY stream.id),
  'position', (
    SELECT jsonb_build_object(
      'position_ms', kept.position_ms, 'completed', kept.completed, 'at', kept.event_at)
    FROM playback_watchprogress kept
    WHERE kept.profile_id = asker.profile_pk AND kept.content_id = %(position_of)s),
  'is_repeated', EXISTS (
    SELECT FROM playback_playbacksession earlier
    WHERE earlier.public_id = %(session_id)s
      AND earlier.account_id = asker.account_pk))
FROM ({askers.SQL}) asker
"""  # noqa: S608 our own statement within our own


@dataclass(frozen=True, slots=True)
class Household:
    """Who is at the screen, and what their household is playing."""

    holder: Holder
    profile_name: str
    device_name: str
    seeds: Sequence[Seed] = ()
    position: Mapping[str, Any] | None = None
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What else is read: a query for one value as JSON, with named parameters."""

    sql: str
    values: Mapping[str, Any]


class DeviceUnknown(Unauthenticated):
    """Somebody removed the device; its token still runs."""

    code = "device_unknown"
    title = "This device was removed from the household"


def load(
    viewer: Viewer | None,
    question: Question,
    *,
    position_of: str,
    session_id: str,
    now: datetime,
) -> tuple[Household | None, Any]:
    """The household, none for who has not signed in, and the answer to the question."""
    if viewer is None:
        return None, answer(question)
    values: dict[str, Any] = {
        **question.values,
        **askers.parameters(viewer),
        "heard_since": now - timedelta(seconds=LEASE_S),
        "position_of": position_of,
        "session_id": session_id,
    }
    text = f"SELECT ({_HOUSEHOLD}), ({question.sql})"
    ((row, about),) = statements.read(PlaybackSession, text, values)
    if row is None:
        raise DeviceUnknown
    household = _household(orjson.loads(row), viewer, now)
    return household, orjson.loads(about) if about else None


def answer(question: Question) -> Any:
    """The answer alone, without a household."""
    rows = statements.read(PlaybackSession, question.sql, question.values)
    return orjson.loads(rows[0][0]) if rows else None


def _household(row: Mapping[str, Any], viewer: Viewer, now: datetime) -> Household:
    asker = row["asker"]
    return Household(
        holder=entitlements.holder_from(asker, viewer, now=now),
        profile_name=asker["profile"]["name"] if asker["profile"] else "",
        device_name=asker["device_name"],
        seeds=[seed(one, now) for one in row["streams"]],
        position=row["position"],
        is_repeated=row["is_repeated"],
    )


def limits(streams: int, form_factor: str) -> Limits:
    """How many streams at once: what the plan says, and fewer on some screens."""
    on_such = settings.STREAMS_BY_FORM_FACTOR.get(form_factor, streams)
    return Limits(streams, min(streams, on_such))


def seed(stream: Mapping[str, Any], now: datetime) -> Seed:
    """A stream as PostgreSQL knows it, with what is left of its lease."""
    seen = datetime.fromisoformat(stream["seen"])
    left = (seen - now).total_seconds() + LEASE_S
    return Seed(stream["session"], left, stream["facts"])
