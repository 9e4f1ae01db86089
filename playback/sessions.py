"""Playback sessions: started, renewed, kept alive, stopped."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson
from django.conf import settings

from accounts import grants
from accounts.entitlements import ANONYMOUS, Allow, Holder
from accounts.features import FREE
from accounts.tokens import Viewer
from channels.blackouts import Screen
from playback import (
    access,
    concurrency,
    content,
    delivery,
    devices,
    drm,
    flushing,
    households,
    leases,
    live,
    places,
    progress,
    rights_news,
    rules,
    streams,
)
from playback.concurrency import AlreadyStarted
from playback.content import Playable
from playback.households import Household, Question
from playback.keyring import delivery_keys
from playback.leases import LEASE_S, Beat, Facts, Hot, Limits, Standing
from playback.live import Airing, End, Watch
from playback.models import Asset, ContentKey, PlaybackSession
from playback.progress import Event
from playback.shards import Keys
from streamapi.errors import (
    DomainError,
    Gone,
    NotFound,
    Unavailable,
    Unprocessable,
)
from streamapi.ids import new_id

HEARTBEAT_S: Final = 30
RENEW_BEFORE: Final = timedelta(minutes=10)
_ALONE: Final = Limits(1, 1)
_NOTHING_STATED: Final = drm.Stated()
_End = PlaybackSession.End
_TOLD: Final = (
    *(_End.REPLACED, _End.TAKEN_OVER),
    *(_End.BLACKOUT, _End.PROGRAMME_ENDED, _End.RIGHTS),
)


_STORED: Final = {
    live.BLACKOUT: _End.BLACKOUT,
    live.PROGRAMME_ENDED: _End.PROGRAMME_ENDED,
    live.CatchupExpired.code: _End.PROGRAMME_ENDED,
}


@dataclass(frozen=True, slots=True)
class PlayRequest:
    """What a device asks for when somebody presses play: content, or a channel."""

    content_id: str
    platform: str
    channel_id: str = ""
    airing_id: str = ""
    kind: str = Asset.Kind.MAIN
    codecs: tuple[str, ...] = ()
    hdr: tuple[str, ...] = ()
    drm: drm.Stated = _NOTHING_STATED
    max_height: int | None = None
    start: str = "resume"
    take_over: str = ""
    pin_proof: str = ""
    wanted: tuple[str, ...] = ()
    idempotency_key: str = ""

    def fingerprint(self) -> str:
        """The same for the same request, whatever its key."""
        facts: list[Any] = [
            *(self.content_id, self.channel_id, self.airing_id),
            *(self.platform, self.kind, self.max_height, self.start),
            *(sorted(self.codecs), sorted(self.hdr), self.take_over),
        ]
        raw = orjson.dumps([*facts, self.drm])
        return hashlib.blake2b(raw, digest_size=16).hexdigest()

    @property
    def is_live(self) -> bool:
        """Whether a channel is asked for, now or as it was."""
        return bool(self.channel_id or self.airing_id)

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
    pictures: str = ""

    @property
    def keys(self) -> Sequence[Mapping[str, Any]]:
        """The ids of the keys of the package, each with its kind of track."""
        return self.playable.keys

    @property
    def asset_id(self) -> str:
        """The public id of the video."""
        return self.playable.asset_id


@dataclass(frozen=True, slots=True)
class Renewal:
    """A session that goes on, and its fresh permission."""

    session: PlaybackSession
    grant: delivery.Grant
    asset_id: str
    keys: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Advice:
    """What a player does next: ``continue``, ``renew``, ``stop`` or ``switch``.

    Who switches plays ``channel_id`` live instead, in a session of its own.
    """

    action: str
    reason: str | None = None
    ends_at: datetime | None = None
    channel_id: str | None = None


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
    protection = drm.settle(family.name, family.systems, request.drm)
    session_id = request.session_id(viewer)
    household, about = households.load(
        viewer,
        _question(request, now),
        position_of=request.content_id or request.airing_id,
        session_id=session_id,
        now=now,
    )
    playable = _wanted(request, family, territory, about, now)
    heights = devices.shown(playable.rungs, request.codecs, request.hdr)
    holder = ANONYMOUS
    if viewer is not None and household is not None:
        pin_proof = request.pin_proof
        holder = access.lifted(household.holder, viewer, pin_proof, now=now)
    allow = _allowed(playable, holder, territory, now)
    limits = _limits(request, playable, protection, allow, household)
    height = devices.cap(heights, limits)
    if height[1] is None and height[0] < playable.tallest:
        height = height[0], "device"
    session = _session(session_id, request, family, playable, height, household, now)
    session.territory = territory
    if playable.is_protected:
        session.drm_system = protection.system
    if request.pin_proof and not request.is_live:  # live: until the programme ends
        session.lifted_to = holder.maturity
    hot = _placed(session, request, household, allow, now)
    if allow.starts_window:
        grants.first_play(allow.via[0], now=now)
    resume_ms = _resume(request, playable, household, hot)
    grant = signed(session.folder, now=now, ends_at=_last(session, allow))
    pictures = devices.selection(playable.rungs, request.codecs, request.hdr)
    return Play(session, playable, family, grant, resume_ms, pictures)


def renew(
    session: PlaybackSession, viewer: Viewer | None, *, territory: str, now: datetime
) -> Renewal:
    """A fresh permission for what the session plays, if it may still be played."""
    holder = _who_goes_on(session, viewer, now)
    if session.asset is None:
        allow = _watched_on(session, holder, now)
    else:
        playable = content.find(session.content_id, session.asset.kind)
        allow = access.check(playable, holder, territory=territory, now=now)
    fresh = signed(session.folder, now=now, ends_at=_last(session, allow))
    owner = session.facts["owner"]
    with suppress(Unavailable):  # else the player is asked to renew once more
        leases.amend(
            owner,
            session.public_id,
            **_granted(fresh.expires_at),
            **_live_facts(session),
        )
    keys = ContentKey.objects.filter(folder=session.folder).order_by("pk")
    asset_id = session.asset.public_id if session.asset else ""
    return Renewal(session, fresh, asset_id, list(keys.values("track", "kid")))


def heartbeat(beat: Beat, viewer: Viewer | None, *, now: datetime) -> Advice:
    """Note that the player is alive and where it is; Redis alone, while it is there."""
    owner = _owner(beat, viewer)
    try:
        standing = leases.beat(owner, beat)
        if standing.state == "unknown":
            _revive(beat.session, viewer, now)
            standing = leases.beat(owner, beat)
    except Unavailable:
        return _beat_in_database(beat, viewer, now)
    if standing.live:
        rights_news.refresh(now)
    advice = _advice_of(standing, beat, now)
    if advice is not None:
        return advice
    if standing.state == "ended":
        raise SessionEnded(reason=standing.reason)
    over = _over(beat, Watch(**standing.live), viewer, now) if standing.live else None
    return over or _advice(standing.granted_until, standing.live, now)


def advise_at_once(
    beat: Beat, viewer: Viewer | None, *, now: datetime
) -> Advice | None:
    """:func:`heartbeat` where Redis alone can say it; None where more is to be done."""
    try:
        standing = leases.beat(_owner(beat, viewer), beat)
    except Unavailable:
        return None
    if standing.live and not rights_news.is_fresh():
        return None
    return _advice_of(standing, beat, now)


def stop(session: PlaybackSession, *, now: datetime) -> None:
    """End the session; ending it again changes nothing."""
    _finish(session, PlaybackSession.End.STOPPED, now)


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
        resource=f"{places.base_of(folder)}/*",
        expires_at=min(expires_at, ends_at) if ends_at else expires_at,
    )
    return delivery.sign(policy, delivery_keys().active)


def _session(
    session_id: str,
    request: PlayRequest,
    family: devices.Family,
    playable: Playable,
    height: tuple[int, str | None],
    household: Household | None,
    now: datetime,
) -> PlaybackSession:
    """The session as it would be stored."""
    holder = household.holder if household else ANONYMOUS
    session = PlaybackSession(
        public_id=session_id,
        account_id=holder.account_pk,
        profile_id=holder.profile_pk,
        device_id=holder.device_pk,
        asset_id=playable.asset_pk,
        content_id=playable.content_id,
        folder=playable.folder,
        platform=family.name,
        max_height=height[0],
        cap_reason=height[1] or "",
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
    if playable.airing is not None and playable.airing.mode == live.LIVE:
        main = False  # a channel has no end to be on the way to
    holder = household.holder if household else ANONYMOUS
    return Facts(
        owner=holder.account_id or session.public_id,
        device=holder.device_id or session.public_id,
        device_name=household.device_name if household else "",
        family=family.form_factor,
        profile_name=household.profile_name if household else "",
        profile_pk=holder.profile_pk if main else None,
        content=playable.content_id,
        name=playable.name,
        started_at=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        title_pk=playable.title_pk,
        duration_ms=playable.duration_ms,
        end_ms=playable.credits_ms,
        episode=playable.is_episode,
        granted_until=int(now.timestamp()) + settings.DELIVERY_TTL_S,
        live=_watch(playable.airing, holder, now) if playable.airing else None,
    )


def _limits(
    request: PlayRequest,
    playable: Playable,
    protection: drm.Protection,
    allow: Allow,
    household: Household | None,
) -> list[devices.Limit]:
    """What narrows the ladder; a plan has no say about content that is free for all.

    Of two that are as tight, the first is told: what the viewer can change comes last.
    """
    limits = []
    if playable.rights_max_height is not None:
        limits.append(devices.Limit(playable.rights_max_height, "rights"))
    if household and playable.packages:
        limits.append(devices.Limit(allow.caps.max_height, "plan"))
    if playable.is_protected:
        limits.append(devices.Limit(protection.by_level, "drm_security_level"))
        limits.append(devices.Limit(protection.by_cable, "hdcp"))
    if request.max_height is not None:
        limits.append(devices.Limit(request.max_height, "device"))
    return limits


def _placed(
    session: PlaybackSession,
    request: PlayRequest,
    household: Household | None,
    allow: Allow,
    now: datetime,
) -> Hot | None:
    """Store the session with its lease, unless its key was used before."""
    if household and household.is_repeated:
        _repeat(session)
        return None
    facts = Facts(**session.facts)
    try:
        if household is None:
            _place_alone(session, facts, now)
            return None
        return concurrency.take(
            session,
            facts,
            households.limits(allow.caps.streams, facts.family),
            household,
            evict=concurrency.session_of(request.take_over, facts.owner),
            now=now,
        )
    except AlreadyStarted:
        _repeat(session)
        return None


def _place_alone(session: PlaybackSession, facts: Facts, now: datetime) -> None:
    """Without a household nothing is counted; the lease is for heartbeats alone."""
    concurrency.store(session, _ALONE, now=now)
    with suppress(Unavailable):  # else heartbeats go to PostgreSQL
        leases.acquire(session.public_id, facts, _ALONE)


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
    goes_on = request.start == "resume" or (
        playable.airing is not None and playable.airing.mode == live.CATCH_UP
    )
    if not goes_on or household is None or playable.kind != "main":
        return 0
    kept = household.position
    position = int(kept["position_ms"]) if kept and not kept["completed"] else 0
    if hot and (kept is None or datetime.fromisoformat(kept["at"]) < hot.at):
        position = hot.position_ms
    done = rules.finished(
        position, playable.duration_ms, playable.credits_ms, playable.is_episode
    )
    return 0 if done else min(position, playable.duration_ms)


def _question(request: PlayRequest, now: datetime) -> Question:
    if request.is_live:
        return live.question(request.channel_id, request.airing_id, now)
    return content.question(request.content_id, request.kind, request.wanted)


def _wanted(
    request: PlayRequest,
    family: devices.Family,
    territory: str,
    about: Any,
    now: datetime,
) -> Playable:
    """The content, or the channel, that was asked for."""
    if not request.is_live:
        asked = request.content_id, request.kind, request.wanted
        return content.find(*asked, stamp=about)
    airing = live.found(
        about,
        channel_id=request.channel_id,
        airing_id=request.airing_id,
        mode=request.start,
        screen=Screen(territory, family.form_factor),
        now=now,
    )
    return streams.playable(airing, family)


def _allowed(
    playable: Playable, holder: Holder, territory: str, now: datetime
) -> Allow:
    if playable.airing is not None:
        return live.check(playable.airing, holder, now=now)
    return access.check(playable, holder, territory=territory, now=now)


def _last(session: PlaybackSession, allow: Allow) -> datetime | None:
    """The end of access, or of what may be shown of a channel, whichever is first."""
    known = session.facts.get("live") or {}
    stops_at = known.get("stops_at", 0)
    ends = [allow.ends_at, datetime.fromtimestamp(stops_at, UTC) if stops_at else None]
    return min((end for end in ends if end is not None), default=None)


def _granted(until: datetime) -> dict[str, Any]:
    return {"granted_until": int(until.timestamp())}


def _live_facts(session: PlaybackSession) -> dict[str, Any]:
    return {"live": session.facts["live"]} if session.facts.get("live") else {}


def _watch(airing: Airing, holder: Holder, now: datetime) -> dict[str, Any]:
    return asdict(airing.watch(now, ceiling=holder.maturity))


def _who_goes_on(
    session: PlaybackSession, viewer: Viewer | None, now: datetime
) -> Holder:
    """Who watches, as they are now; what a PIN opened stays open for this session."""
    holder = access.holder_of(viewer, now=now)
    return replace(holder, maturity=max(holder.maturity, session.lifted_to))


def _watched_on(session: PlaybackSession, holder: Holder, now: datetime) -> Allow:
    """Ask for the rights of a live session again; what was found is kept with it."""
    watch = Watch(**session.facts["live"])
    airing, allow = live.again(watch, holder, now=now)
    session.facts["live"] = _watch(airing, holder, now)
    PlaybackSession.objects.filter(pk=session.pk).update(facts=session.facts)
    return allow


def _owner(beat: Beat, viewer: Viewer | None) -> str:
    """In whose name the lease is held."""
    return viewer.account_id if viewer else beat.session


def _advice_of(standing: Standing, beat: Beat, now: datetime) -> Advice | None:
    """What follows from what Redis said; None where PostgreSQL has to be asked."""
    if standing.state != "held":
        return Advice("stop", standing.reason) if standing.reason in _TOLD else None
    if standing.live:
        watch = Watch(**standing.live)
        if _end(watch, beat, now) is not None or _has_to_ask(watch, now):
            return None
    return _advice(standing.granted_until, standing.live, now)


def _end(watch: Watch, beat: Beat, now: datetime) -> End | None:
    """The end that was known in advance, if it has come."""
    return watch.end(now) or watch.end_of_player(beat.state, now)


def _over(
    beat: Beat, watch: Watch, viewer: Viewer | None, now: datetime
) -> Advice | None:
    """Why a live session ends with this heartbeat, if it does.

    Nothing here asks PostgreSQL but once at moments that are known in advance.
    """
    end = _end(watch, beat, now)
    if end is None and _has_to_ask(watch, now):
        end = _asked_again(beat.session, viewer, now)
    if end is None:
        return None
    session = find(beat.session, viewer)
    _finish(session, _STORED.get(end.reason, _End.RIGHTS), now)
    action = "switch" if end.channel_id else "stop"
    return Advice(action, end.reason, end.ends_at, end.channel_id)


def _has_to_ask(watch: Watch, now: datetime) -> bool:
    """Whether it is time to ask for the rights again, or they may have changed."""
    changed = rights_news.of_channel(watch.channel_pk, watch.asked_at)
    return changed or now.timestamp() >= watch.ask_at


def _asked_again(session_id: str, viewer: Viewer | None, now: datetime) -> End | None:
    """The end that the rule wants now, if it does; else the session is good for longer."""
    session = find(session_id, viewer)
    try:
        _watched_on(session, _who_goes_on(session, viewer, now), now)
    except live.BlackedOut as refusal:
        extra = refusal.extra
        return End(refusal.code, extra["ends_at"], extra["alternative_channel_id"])
    except DomainError as refusal:
        return End(refusal.code)
    with suppress(Unavailable):  # else the next heartbeat asks again
        leases.amend(session.facts["owner"], session_id, **_live_facts(session))
    return None


def _finish(session: PlaybackSession, reason: str, now: datetime) -> None:
    """End the session and free its slot."""
    owner = session.facts["owner"]
    PlaybackSession.objects.open().filter(pk=session.pk).update(
        ended_at=now, end_reason=reason
    )
    with suppress(Unavailable):  # else it runs out; PostgreSQL knows that it has ended
        leases.release(owner, session.public_id, reason)
        flushing.flush_shard(Keys(owner).shard)  # the next screen sees it at once


def _advice(
    granted_until: int, watched: Mapping[str, Any] | None, now: datetime
) -> Advice:
    """Time to renew, unless a grant ends because what it is for ends then as well."""
    due = granted_until - RENEW_BEFORE.total_seconds()
    stops_at = watched["stops_at"] if watched else 0
    if 0 < stops_at <= granted_until:
        return Advice("continue")
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
    over = None
    if facts.live:
        rights_news.refresh(now)
        over = _over(beat, Watch(**facts.live), viewer, now)
    return over or _advice(facts.granted_until, facts.live, now)
