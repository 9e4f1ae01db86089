"""How many streams a household has at once: leases in Redis, sessions in PostgreSQL.

Redis knows who is alive and refuses without SQL. PostgreSQL has every session, so the
limit holds without Redis too: starts of one household wait for each other there on an
advisory lock. A start hands PostgreSQL's sessions to Redis, so that one that forgot them
counts right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from django.core import signing
from django.db import DatabaseError

from playback import leases
from playback.households import Household, seed
from playback.leases import LEASE_S, Facts, Hot, Limits
from playback.models import PlaybackSession
from streamapi.errors import Conflict, InvalidInput, Unavailable
from streamapi.postgresql import statements

_SALT: Final = "playback.take-over"
_TAKE_OVER_S: Final = 600
_START: Final = "SELECT playback_start_session(%s, %s, %s, %s, %s)"


class TooManyStreams(Conflict):
    """Every slot is taken; the streams are listed, each with a token to take it over."""

    code = "concurrent_stream_limit"
    title = "Too many screens are playing"


class AlreadyStarted(Exception):
    """There is a session of this id: the same request, a moment earlier."""


def take(
    session: PlaybackSession,
    facts: Facts,
    limits: Limits,
    household: Household,
    *,
    evict: str,
    now: datetime,
) -> Hot | None:
    """Take a slot and store the session; returns the hot position, if Redis has one.

    Redis refuses first, and at once. Then PostgreSQL counts, so that servers of which
    some reach Redis and some do not keep to one limit together.
    """
    owner, session_id = facts.owner, session.public_id
    outcome = None
    with suppress(Unavailable):
        outcome = leases.acquire(
            session_id, facts, limits, seeds=household.seeds, evict=evict
        )
    if outcome is not None and not outcome.granted:
        raise _refusal(owner, limits, outcome.active)
    try:
        store(session, limits, evict=evict, now=now)
    except (DatabaseError, TooManyStreams):
        with suppress(Unavailable):
            leases.release(owner, session_id, "failed")
        raise
    return outcome.hot if outcome else None


def take_over_token(account_id: str, session_id: str) -> str:
    """Permission for the same household to end one of its streams by starting another."""
    return signing.dumps([account_id, session_id], salt=_SALT)


def session_of(token: str, account_id: str) -> str:
    """The session that a token names; empty for no token."""
    if not token:
        return ""
    try:
        owner, session_id = signing.loads(token, salt=_SALT, max_age=_TAKE_OVER_S)
    except signing.BadSignature as error:
        raise _bad_token() from error
    if owner != account_id:
        raise _bad_token()
    return str(session_id)


def store(
    session: PlaybackSession, limits: Limits, *, evict: str = "", now: datetime
) -> None:
    """The rule of the script in Redis again, one start of a household after another.

    Who has no household is not counted. Raises AlreadyStarted when the same request was
    quicker: then the lease that it took is this one's as well.
    """
    heard_since = now - timedelta(seconds=LEASE_S)
    values = (_columns(session), limits.total, limits.family, evict, heard_since)
    ((text,),) = statements.write(PlaybackSession, _START, values)
    said = orjson.loads(text)
    if said["outcome"] == "full":
        raise _refusal(session.facts["owner"], limits, said["active"])
    if said["outcome"] == "repeated":
        raise AlreadyStarted


def _columns(session: PlaybackSession) -> str:
    """The row as JSON; the database gives it its number."""
    fields = session._meta.concrete_fields
    names = [field.attname for field in fields if not field.primary_key]
    return orjson.dumps({name: getattr(session, name) for name in names}).decode()


def revive(session: PlaybackSession, limits: Limits, *, now: datetime) -> None:
    """Give a session its lease back after Redis lost it; without room it is over."""
    heard = PlaybackSession.objects.heard_since(now - timedelta(seconds=LEASE_S))
    others = heard.filter(account=session.account_id).exclude(pk=session.pk)
    rows = others.values("public_id", "last_seen_at", "facts")
    seeds = [
        seed(
            {
                "session": row["public_id"],
                "seen": row["last_seen_at"].isoformat(),
                "facts": row["facts"],
            },
            now,
        )
        for row in rows
    ]
    facts = Facts(**session.facts)
    outcome = leases.acquire(session.public_id, facts, limits, seeds=seeds)
    if not outcome.granted:
        leases.release(facts.owner, session.public_id, PlaybackSession.End.TAKEN_OVER)
        _end([(session.public_id, PlaybackSession.End.TAKEN_OVER)], now)
    _end(outcome.leaving, now)


def _end(leaving: Sequence[tuple[str, str]], now: datetime) -> None:
    for public_id, reason in leaving:
        PlaybackSession.objects.open().filter(public_id=public_id).update(
            ended_at=now, end_reason=reason
        )


def _refusal(
    account_id: str, limits: Limits, active: Sequence[tuple[str, Mapping[str, Any]]]
) -> TooManyStreams:
    return TooManyStreams(
        "Stop one of them, or take one over.",
        limit=limits.total,
        active=[
            {
                "session_id": session_id,
                "device_name": facts.get("device_name"),
                "profile_name": facts.get("profile_name"),
                "content_title": facts.get("name"),
                "started_at": facts.get("started_at"),
                "take_over": take_over_token(account_id, session_id),
            }
            for session_id, facts in active
        ],
    )


def _bad_token() -> InvalidInput:
    return InvalidInput(
        "The take-over token is not valid any more: press play again.",
        code="invalid_take_over",
        pointer="/take_over",
    )
