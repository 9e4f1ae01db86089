"""Playback sessions: started, renewed, kept alive, stopped."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import grants
from accounts.entitlements import Allow
from accounts.features import FREE
from accounts.tokens import Viewer
from playback import (
    access,
    concurrency,
    content,
    delivery,
    devices,
    flushing,
    households,
    leases,
    progress,
    rules,
)
from playback.content import Playable
from playback.households import Household
from playback.keyring import delivery_keys
from playback.leases import LEASE_S, Beat, Facts, Hot, Limits
from playback.models import Asset, PlaybackSession
from playback.progress import Event
from playback.shards import Keys
from streamapi.errors import Gone, NotFound, Unavailable, Unprocessable
from streamapi.ids import new_id

HEARTBEAT_S: Final = 30
RENEW_BEFORE: Final = timedelta(minutes=10)
_ALONE: Final = Limits(1, 1)
_TOLD: Final = (PlaybackSession.End.REPLACED, PlaybackSession.End.TAKEN_OVER)


@dataclass(frozen=True, slots=True)
class PlayRequest:
    """What a device asks for when somebody presses play."""

    content_id: str
    platform: str
    kind: str = Asset.Kind.MAIN
    codecs: tuple[str, ...] = ()
    max_height: int | None = None
    start: str = "resume"
    take_over: str = ""
    idempotency_key: str = ""

    def fingerprint(self) -> str:
        """The same for the same request, whatever its key."""
        facts = [self.content_id, self.platform, self.kind, self.max_height, self.start]
        raw = orjson.dumps([*facts, sorted(self.codecs), self.take_over])
        return hashlib.blake2b(raw, digest_size=16).hexdigest()

    def session_id(self, viewer: Viewer | None) -> str:
        """A fresh id, or for a device and a key always the same, which none can guess."""
        if not self.idempotency_key:
            return new_id("ps")
        secret = settings.SECRET_KEY.encode()
        device = f"{viewer.account_id}:{viewer.device_id}" if viewer else ""
        text = f"session:{device}:{self.idempotency_key}".encode()
        return f"ps_{hmac.new(secret, text, 'sha256').hexdigest()[:20]}"


@dataclass(frozen=True, slots=True)
class Play:
    """A running session, what it plays, and the permission to fetch it."""

    session: PlaybackSession
    playable: Playable
    family: devices.Family
    grant: delivery.Grant
    resume_ms: int = 0


@dataclass(frozen=True, slots=True)
class Advice:
    """What a player does next: ``continue``, ``renew`` or ``stop``."""

    action: str
    reason: str | None = None


class SessionEnded(Gone):
    """The session is over; a new one is needed."""

    code = "session_ended"
    title = "This playback session has ended"


def start(
    request: PlayRequest, viewer: Viewer | None, *, territory: str, now: datetime
) -> Play:
    """Decide, take a slot, sign the delivery; raises what stands in the way.

    With an idempotency key, the same request again is answered with the same session.
    """
    family = devices.family(request.platform)
    devices.check_codecs(request.codecs)
    playable = content.find(request.content_id, request.kind)
    holder = access.holder_of(viewer, now=now)
    allow = access.check(playable, holder, territory=territory, now=now)
    session_id = request.session_id(viewer)
    household = None
    if viewer is not None:
        household = households.load(
            holder, content_id=request.content_id, session_id=session_id, now=now
        )
    limits = _limits(request, playable, allow, household)
    session = _session(session_id, request, family, playable, limits, household, now)
    hot = _placed(session, request, household, allow, now)
    if allow.starts_window:
        grants.first_play(allow.via[0], now=now)
    resume_ms = _resume(request, playable, household, hot)
    grant = signed(session.folder, now=now, ends_at=allow.ends_at)
    return Play(session, playable, family, grant, resume_ms)


def renew(
    session: PlaybackSession, viewer: Viewer | None, *, territory: str, now: datetime
) -> delivery.Grant:
    """A fresh permission for what the session plays, if it may still be played."""
    playable = content.find(session.content_id, session.asset.kind)
    holder = access.holder_of(viewer, now=now)
    allow = access.check(playable, holder, territory=territory, now=now)
    fresh = signed(session.folder, now=now, ends_at=allow.ends_at)
    owner = session.facts["owner"]
    with suppress(Unavailable):  # else the player is asked to renew once more
        leases.extend_grant(owner, session.public_id, fresh.expires_at)
    return fresh


def heartbeat(beat: Beat, viewer: Viewer | None, *, now: datetime) -> Advice:
    """Note that the player is alive and where it is; Redis alone, while it is there."""
    owner = viewer.account_id if viewer else beat.session
    try:
        standing = leases.beat(owner, beat)
        if standing.state == "unknown":
            _revive(beat.session, viewer, now)
            standing = leases.beat(owner, beat)
    except Unavailable:
        return _beat_in_database(beat, viewer, now)
    if standing.state == "ended":
        if standing.reason in _TOLD:
            return Advice("stop", standing.reason)
        raise SessionEnded(reason=standing.reason)
    return _advice(standing.granted_until, now)


def stop(session: PlaybackSession, *, now: datetime) -> None:
    """End the session; ending it again changes nothing."""
    owner = session.facts["owner"]
    PlaybackSession.objects.open().filter(pk=session.pk).update(
        ended_at=now, end_reason=PlaybackSession.End.STOPPED
    )
    with suppress(Unavailable):  # else it runs out; PostgreSQL knows that it has ended
        leases.release(owner, session.public_id, PlaybackSession.End.STOPPED)
        flushing.flush_shard(Keys(owner).shard)  # the next screen sees it at once


def find(public_id: str, viewer: Viewer | None) -> PlaybackSession:
    """The session of this household; another's looks as if it did not exist."""
    sessions = PlaybackSession.objects.filter(public_id=public_id)
    if viewer:
        sessions = sessions.filter(account__public_id=viewer.account_id)
    else:
        sessions = sessions.filter(account=None)
    session = sessions.first()
    if session is None:
        raise NotFound("There is no such session.")
    return session


def find_open(public_id: str, viewer: Viewer | None) -> PlaybackSession:
    """The same, if it has not ended."""
    session = find(public_id, viewer)
    if session.ended_at is not None:
        raise SessionEnded(reason=session.end_reason)
    return session


def signed(
    folder: str, *, now: datetime, ends_at: datetime | None = None
) -> delivery.Grant:
    """Permission to fetch everything in one package, no longer than access lasts."""
    expires_at = now + timedelta(seconds=settings.DELIVERY_TTL_S)
    policy = delivery.Policy(
        resource=f"{settings.MEDIA_BASE_URL}/v/{folder}/*",
        expires_at=min(expires_at, ends_at) if ends_at else expires_at,
    )
    return delivery.sign(policy, delivery_keys().active)


def _session(
    session_id: str,
    request: PlayRequest,
    family: devices.Family,
    playable: Playable,
    limits: Sequence[devices.Limit],
    household: Household | None,
    now: datetime,
) -> PlaybackSession:
    """The session as it would be stored."""
    heights = (rung["height"] for rung in playable.rungs)
    height, reason = devices.cap(heights, limits)
    session = PlaybackSession(
        public_id=session_id,
        account_id=household.account_pk if household else None,
        profile_id=household.profile_pk if household else None,
        device_id=household.device_pk if household else None,
        asset_id=playable.asset_pk,
        content_id=playable.content_id,
        folder=playable.folder,
        platform=family.name,
        max_height=height,
        cap_reason=reason or "",
        request_fingerprint=request.fingerprint(),
        started_at=now,
        last_seen_at=now,
    )
    facts = _facts(session, family, playable, household, now)
    session.facts = facts.as_dict()
    return session


def _facts(
    session: PlaybackSession,
    family: devices.Family,
    playable: Playable,
    household: Household | None,
    now: datetime,
) -> Facts:
    main = session.content_id == playable.content_id and playable.kind == "main"
    return Facts(
        owner=household.account_id if household else session.public_id,
        device=household.device_id if household else session.public_id,
        device_name=household.device_name if household else "",
        family=family.form_factor,
        profile_name=household.profile_name if household else "",
        profile_pk=household.profile_pk if household and main else None,
        content=playable.content_id,
        name=playable.name,
        started_at=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        title_pk=playable.title_pk,
        duration_ms=playable.duration_ms,
        end_ms=playable.credits_ms,
        episode=playable.is_episode,
        granted_until=int(now.timestamp()) + settings.DELIVERY_TTL_S,
    )


def _limits(
    request: PlayRequest, playable: Playable, allow: Allow, household: Household | None
) -> list[devices.Limit]:
    """What narrows the ladder; a plan has no say about content that is free for all."""
    limits = []
    if request.max_height is not None:
        limits.append(devices.Limit(request.max_height, "device"))
    if household and playable.packages:
        limits.append(devices.Limit(allow.caps.max_height, "plan"))
    return limits


def _placed(
    session: PlaybackSession,
    request: PlayRequest,
    household: Household | None,
    allow: Allow,
    now: datetime,
) -> Hot | None:
    """Store the session with its lease, unless its key was used before."""
    if household and household.earlier:
        _repeat(session)
        return None
    try:
        if household is None:
            _place_alone(session)
            return None
        return concurrency.take(
            session,
            Facts(**session.facts),
            households.limits(allow.caps.streams, session.facts["family"]),
            household,
            evict=concurrency.session_of(request.take_over, household.account_id),
            now=now,
        )
    except IntegrityError:
        _repeat(session)
        return None


def _place_alone(session: PlaybackSession) -> None:
    """Without a household nothing is counted; the lease is for heartbeats alone."""
    with transaction.atomic():
        session.save(force_insert=True)
    with suppress(Unavailable):  # else heartbeats go to PostgreSQL
        leases.acquire(session.public_id, Facts(**session.facts), _ALONE)


def _repeat(session: PlaybackSession) -> None:
    """Turn ``session`` into the one that was made with the same key."""
    asked = session.request_fingerprint
    earlier = PlaybackSession.objects.get(public_id=session.public_id)
    if earlier.request_fingerprint != asked:
        raise Unprocessable(
            "This Idempotency-Key was used for another request.",
            code="idempotency_key_reused",
        )
    if earlier.ended_at is not None:
        raise SessionEnded(reason=earlier.end_reason)
    session.__dict__.update(earlier.__dict__)


def _resume(
    request: PlayRequest,
    playable: Playable,
    household: Household | None,
    hot: Hot | None,
) -> int:
    """Where to go on: the newest that either store has; 0 when it was finished."""
    if request.start != "resume" or household is None or playable.kind != "main":
        return 0
    kept = household.position
    position = int(kept["position_ms"]) if kept and not kept["completed"] else 0
    if hot and (kept is None or datetime.fromisoformat(kept["at"]) < hot.at):
        position = hot.position_ms
    done = rules.finished(
        position, playable.duration_ms, playable.credits_ms, playable.is_episode
    )
    return 0 if done else min(position, playable.duration_ms)


def _advice(granted_until: int, now: datetime) -> Advice:
    due = granted_until - RENEW_BEFORE.total_seconds()
    return Advice("renew" if now.timestamp() >= due else "continue")


def _alive(session: PlaybackSession, now: datetime) -> PlaybackSession:
    """The session, unless it was silent for too long: then it is over for good."""
    if session.last_seen_at + timedelta(seconds=LEASE_S) < now:
        PlaybackSession.objects.open().filter(pk=session.pk).update(
            ended_at=now, end_reason=PlaybackSession.End.EXPIRED
        )
        raise SessionEnded(reason=PlaybackSession.End.EXPIRED)
    return session


def _revive(session_id: str, viewer: Viewer | None, now: datetime) -> None:
    """Give a session that Redis does not know its lease back, or end it."""
    session = _alive(find_open(session_id, viewer), now)
    limits = _ALONE
    if viewer:
        streams = int(viewer.features.get("streams", FREE.streams))
        limits = households.limits(streams, session.facts["family"])
    concurrency.revive(session, limits, now=now)


def _beat_in_database(beat: Beat, viewer: Viewer | None, now: datetime) -> Advice:
    """Without Redis: the sign of life and the position go straight to PostgreSQL."""
    session = find(beat.session, viewer)
    if session.end_reason in _TOLD:
        return Advice("stop", session.end_reason)
    if session.ended_at is not None:
        raise SessionEnded(reason=session.end_reason)
    _alive(session, now)
    PlaybackSession.objects.filter(pk=session.pk).update(last_seen_at=now)
    facts = Facts(**session.facts)
    if facts.profile_pk is not None and beat.position_ms is not None:
        near = beat.at is not None and abs(beat.at - now) <= progress.AHEAD
        event = Event(
            profile_pk=facts.profile_pk,
            title_pk=facts.title_pk,
            content_id=facts.content,
            position_ms=beat.position_ms,
            duration_ms=facts.duration_ms,
            end_ms=facts.end_ms,
            episode=facts.episode,
            session_id=session.public_id,
            at=beat.at if near and beat.at else now,
            seq=beat.seq,
        )
        progress.record([event])
    return _advice(facts.granted_until, now)
