"""Playback sessions: started, renewed, kept alive, stopped."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import orjson
from django.conf import settings
from django.db import IntegrityError, transaction

from playback import access, content, delivery, devices
from playback.access import Household
from playback.content import Playable
from playback.keyring import delivery_keys
from playback.models import Asset, PlaybackSession
from streamapi.errors import Gone, InvalidInput, NotFound, Unprocessable

HEARTBEAT_S: Final = 30
LEASE_S: Final = 90
RENEW_BEFORE: Final = timedelta(minutes=10)
_LONGEST_KEY: Final = 255


@dataclass(frozen=True, slots=True)
class PlayRequest:
    """What a device asks for when somebody presses play."""

    content_id: str
    platform: str
    kind: str = Asset.Kind.MAIN
    codecs: tuple[str, ...] = ()
    max_height: int | None = None
    start: str = "resume"
    idempotency_key: str = ""

    def fingerprint(self) -> str:
        """The same for the same request, whatever its key."""
        facts = [self.content_id, self.platform, self.kind, self.max_height, self.start]
        raw = orjson.dumps([*facts, sorted(self.codecs)])
        return hashlib.blake2b(raw, digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Play:
    """A running session, what it plays, and the permission to fetch it."""

    session: PlaybackSession
    playable: Playable
    family: devices.Family
    grant: delivery.Grant
    resume_ms: int = field(default=0)


class SessionEnded(Gone):
    """The session is over; a new one is needed."""

    code = "session_ended"
    title = "This playback session has ended"


def start(request: PlayRequest, household: Household | None, *, now: datetime) -> Play:
    """Decide, make a session and sign its delivery; raises what stands in the way.

    With an idempotency key, the same request again is answered with the same session.
    """
    if len(request.idempotency_key) > _LONGEST_KEY:
        raise InvalidInput("At most 255 characters.", code="invalid_idempotency_key")
    family = devices.family(request.platform)
    devices.check_codecs(request.codecs)
    playable = content.find(request.content_id, request.kind)
    access.check(playable, household)
    height, reason = devices.cap(
        (rung["height"] for rung in playable.rungs), _limits(request, household)
    )
    session = _kept(
        PlaybackSession(
            account_id=household.account_pk if household else None,
            profile_id=household.profile_pk if household else None,
            device_id=household.device_pk if household else None,
            asset_id=playable.asset_pk,
            content_id=playable.content_id,
            folder=playable.folder,
            platform=family.name,
            max_height=height,
            cap_reason=reason or "",
            idempotency_key=request.idempotency_key,
            request_fingerprint=request.fingerprint(),
            started_at=now,
            last_seen_at=now,
        )
    )
    return Play(session, playable, family, grant(session.folder, now=now))


def renew(session: PlaybackSession, *, now: datetime) -> delivery.Grant:
    """A fresh permission for what the session plays."""
    return grant(session.folder, now=now)


def heartbeat(session: PlaybackSession, *, now: datetime) -> str:
    """Note that the player is alive; returns what it should do next."""
    PlaybackSession.objects.filter(pk=session.pk).update(last_seen_at=now)
    life = timedelta(seconds=settings.DELIVERY_TTL_S)
    due = session.started_at + life - RENEW_BEFORE
    return "renew" if now >= due else "continue"


def stop(session: PlaybackSession, *, now: datetime) -> None:
    """End the session; ending it again changes nothing."""
    PlaybackSession.objects.open().filter(pk=session.pk).update(
        ended_at=now, last_seen_at=now, end_reason=PlaybackSession.End.STOPPED
    )


def find(public_id: str, account_id: str | None) -> PlaybackSession:
    """The session of this household; another's looks as if it did not exist."""
    session = (
        PlaybackSession.objects.filter(
            public_id=public_id, account__public_id=account_id
        )
        if account_id
        else PlaybackSession.objects.filter(public_id=public_id, account=None)
    ).first()
    if session is None:
        raise NotFound("There is no such session.")
    return session


def find_open(public_id: str, account_id: str | None) -> PlaybackSession:
    """The same, if it has not ended."""
    session = find(public_id, account_id)
    if session.ended_at is not None:
        raise SessionEnded(reason=session.end_reason)
    return session


def grant(folder: str, *, now: datetime) -> delivery.Grant:
    """Permission to fetch everything in one package."""
    policy = delivery.Policy(
        resource=f"{settings.MEDIA_BASE_URL}/v/{folder}/*",
        expires_at=now + timedelta(seconds=settings.DELIVERY_TTL_S),
    )
    return delivery.sign(policy, delivery_keys().active)


def _limits(request: PlayRequest, household: Household | None) -> list[devices.Limit]:
    limits = []
    if request.max_height is not None:
        limits.append(devices.Limit(request.max_height, "device"))
    if household and household.max_height is not None:
        limits.append(devices.Limit(household.max_height, "plan"))
    return limits


def _kept(session: PlaybackSession) -> PlaybackSession:
    """The session, stored; the earlier one when its key was used before."""
    try:
        with transaction.atomic():
            session.save(force_insert=True)
    except IntegrityError:
        earlier = PlaybackSession.objects.get(
            account=session.account_id, idempotency_key=session.idempotency_key
        )
        if earlier.request_fingerprint != session.request_fingerprint:
            raise Unprocessable(
                "This Idempotency-Key was used for another request.",
                code="idempotency_key_reused",
            ) from None
        return earlier
    return session
