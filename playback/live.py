"""Live television to play: a channel now, its programme from the start, or a past one.

Whether it may be played is asked at the start, and again during play: at moments that are
known in advance (``Watch``), and whenever a blackout is set (``channels.blackouts``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from accounts.entitlements import Allow, Holder, Terms
from channels import blackouts
from channels.blackouts import Ban, Screen
from channels.models import Channel, Programme
from channels.timeshift import Span
from playback import access, households, on_air
from playback.households import Question
from playback.on_air import OnAir
from streamapi.errors import Conflict, Denied, Gone, InvalidInput, NotFound

LIVE: Final = "live"
START_OVER: Final = "startover"
CATCH_UP: Final = "catchup"
MODES: Final = (LIVE, START_OVER, CATCH_UP)

BLACKOUT: Final = "blackout"
PROGRAMME_ENDED: Final = "programme_ended"

_RECHECK: Final = timedelta(minutes=5)
"""How long rights are believed without being asked for again."""


class BlackedOut(Denied):
    """The channel may not be shown here, or on this screen, for a time."""

    code = "blackout"
    title = "This cannot be shown at the moment"


class CatchupExpired(Gone):
    """The programme was kept for a time, and that is over."""

    code = "catchup_expired"
    title = "This programme is not kept any longer"


class ProgrammeEnded(Conflict):
    """It ran already: it can be live no more."""

    code = "programme_ended"
    title = "This programme is over"


class ProgrammeNotStarted(Conflict):
    """It is still to come."""

    code = "programme_not_started"
    title = "This programme has not started"


@dataclass(frozen=True, slots=True)
class Airing:
    """A channel, what of it is played, and for whom.

    ``is_bound`` is true when one programme was asked for, not the channel as it goes on.
    """

    known: OnAir
    mode: str
    screen: Screen
    is_bound: bool

    @property
    def channel(self) -> Channel:
        """What it is on."""
        return self.known.channel

    @property
    def programme(self) -> Programme | None:
        """What is on, or was."""
        return self.known.programme

    @property
    def span(self) -> Span | None:
        """The range to play: the whole programme; ``None`` for live."""
        if self.mode == LIVE or self.programme is None:
            return None
        programme = self.programme
        catchup_id = programme.details.get("catchup_id", "")
        return Span(programme.starts_at, programme.ends_at, catchup_id)

    @property
    def public_id(self) -> str:
        """What is played, as heartbeats and progress know it."""
        if self.mode == LIVE or self.programme is None:
            return str(self.channel.public_id)
        return self.programme.public_id

    @property
    def terms(self) -> Terms:
        """What the rule of entitlement has to know."""
        where = self.channel.territories
        return Terms(
            packages=self.known.packages,
            min_age=max(self.channel.min_age, self._rated),
            territories=frozenset(where) if where else None,
        )

    @property
    def _rated(self) -> int:
        running = self.programme
        if running is not None and running.min_age is not None:
            return running.min_age
        is_filler = running is not None and running.is_filler
        return 0 if is_filler else self.channel.unrated_age

    def can(self, ability: str) -> bool:
        """What the programme says it can, else what its channel can."""
        own = getattr(self.programme, f"can_{ability}", None)
        usual = {
            "pause": self.channel.can_pause,
            "start_over": self.channel.can_start_over,
            "catch_up": self.channel.catchup_hours > 0,
        }
        return usual[ability] if own is None else bool(own)

    @property
    def kept_until(self) -> datetime | None:
        """When the programme can be caught up with no longer."""
        if self.programme is None or not self.can("catch_up"):
            return None
        hours = self.channel.catchup_hours
        return self.programme.ends_at + timedelta(hours=hours)

    def ban(self, now: datetime) -> Ban | None:
        """The blackout that forbids it now."""
        start, end = self._seconds(now)
        return blackouts.first(self.known.bans, self.screen, start, end, now)

    def watch(self, now: datetime, *, ceiling: int) -> Watch:
        """What its heartbeats have to know; ``ceiling`` is the profile's own."""
        start, end = self._seconds(now)
        stops_at, reason = self._end(end, now)
        ask_at = now + _RECHECK
        if self.programme is not None and self.mode == LIVE:
            ask_at = min(ask_at, self.programme.ends_at)
        return Watch(
            channel_pk=self.channel.pk,
            channel_id=self.channel.public_id,
            mode=self.mode,
            programme_id=self._named.public_id if self._named else "",
            territory=self.screen.territory,
            form_factor=self.screen.form_factor,
            starts_s=start,
            ends_s=end or 0,
            stops_at=stops_at,
            reason=reason,
            ask_at=int(ask_at.timestamp()),
            asked_at=int(now.timestamp()),
            age=self.terms.min_age or 0,
            age_until=int(self._age_until(now).timestamp()),
            ceiling=ceiling,
        )

    def _age_until(self, now: datetime) -> datetime:
        """An age that was allowed, by PIN perhaps, is allowed for the whole programme."""
        if self.programme is not None and self.mode == LIVE:
            return self.programme.ends_at
        return now + timedelta(days=1)

    @property
    def _named(self) -> Programme | None:
        """The programme, if it is what is played, and not the channel as it goes on."""
        return self.programme if self.is_bound or self.mode != LIVE else None

    def _seconds(self, now: datetime) -> tuple[int, int | None]:
        span = self.span
        if span is None or span.end is None:
            return int(now.timestamp()), None
        return int(span.start.timestamp()), int(span.end.timestamp())

    def _end(self, end_s: int | None, now: datetime) -> tuple[int, str]:
        """The first end that is known in advance; 0 for none."""
        ends: list[tuple[int, str]] = []
        ban_s = blackouts.next_start(self.known.bans, self.screen, end_s, now)
        if ban_s is not None:
            ends.append((ban_s, BLACKOUT))
        if self._named is not None:
            at, reason = self._end_of(self._named)
            ends.append((int(at.timestamp()), reason))
        return min(ends, default=(0, ""))

    def _end_of(self, programme: Programme) -> tuple[datetime, str]:
        if self.mode == LIVE:
            return programme.ends_at, PROGRAMME_ENDED
        if self.kept_until is not None:
            return self.kept_until, CatchupExpired.code
        return programme.ends_at + programme.duration, PROGRAMME_ENDED


@dataclass(frozen=True, slots=True)
class Watch:
    """What a heartbeat has to know of a live session, kept with its lease.

    ``stops_at`` and ``reason`` are an end that is known in advance, 0 for none; at
    ``ask_at`` rights are asked for again; ``age`` is allowed until ``age_until``, unless
    the profile's ``ceiling`` is lowered. Moments are seconds since 1970.
    """

    channel_pk: int
    channel_id: str
    mode: str
    programme_id: str
    territory: str
    form_factor: str
    starts_s: int
    ends_s: int
    stops_at: int
    reason: str
    ask_at: int
    age: int
    age_until: int
    asked_at: int = 0
    ceiling: int = 0

    @property
    def screen(self) -> Screen:
        """Where it is watched, and on what."""
        return Screen(self.territory, self.form_factor)

    def end(self, now: datetime) -> End | None:
        """Why it is over, if it is: by what is in memory, without a query."""
        start = int(now.timestamp()) if self.mode == LIVE else self.starts_s
        end = None if self.mode == LIVE else self.ends_s
        ban = blackouts.holding(self.channel_pk, self.screen, start, end, now)
        if ban is not None:
            return End.by(ban)
        if 0 < self.stops_at <= now.timestamp() and self.reason != BLACKOUT:
            return End(self.reason)
        return None

    def end_of_player(self, state: str, now: datetime) -> End | None:
        """What comes after the end of a programme that was seen to its end."""
        if state != "ended" or self.mode == LIVE or now.timestamp() < self.ends_s:
            return None
        again = self.channel_id if self.mode == START_OVER else None
        return End(PROGRAMME_ENDED, channel_id=again)


@dataclass(frozen=True, slots=True)
class End:
    """Why a session is over, and the channel to go on with, if there is one."""

    reason: str
    ends_at: datetime | None = None
    channel_id: str | None = None

    @classmethod
    def by(cls, ban: Ban) -> End:
        """The end that a blackout makes."""
        return cls(BLACKOUT, ban.ends_at, ban.alternative_id)


def question(channel_id: str, airing_id: str, now: datetime) -> Question:
    """What ``found`` has to be answered."""
    return on_air.question(channel_id, airing_id, now)


def found(
    answer: Mapping[str, Any] | None,
    *,
    channel_id: str,
    airing_id: str,
    mode: str,
    screen: Screen,
    now: datetime,
) -> Airing:
    """What a device asked for; raises when there is no such thing to play."""
    known = on_air.found(answer)
    if airing_id and (known is None or known.programme is None):
        raise NotFound("There is no such programme.", pointer="/airing_id")
    if known is None:
        raise _no_channel()
    channel = known.channel
    if airing_id and channel_id not in {"", channel.public_id, channel.slug}:
        raise InvalidInput(
            "That programme is on another channel.", pointer="/airing_id"
        )
    return Airing(
        known,
        mode=_mode(mode, known.programme, bool(airing_id), now),
        screen=screen,
        is_bound=bool(airing_id),
    )


def airing_at(channel_id: str, moment: datetime) -> str:
    """The programme that was on at a moment, for players that name times alone."""
    found = _read(channel_id, "", moment).programme
    if found is None:
        raise NotFound("Nothing was on at that time.", pointer="?start")
    return found.public_id


def check(
    airing: Airing, holder: Holder, *, now: datetime, is_running: bool = False
) -> Allow:
    """The terms on which it may be played; raises what stands in the way.

    Who ``is_running`` already may see the end of a programme that is over meanwhile.
    """
    ban = airing.ban(now)
    if ban is not None:
        raise BlackedOut(
            ends_at=ban.ends_at,
            reason=ban.reason,
            alternative_channel_id=ban.alternative_id,
        )
    if not is_running:
        _check_abilities(airing)
    until = airing.kept_until
    if airing.mode == CATCH_UP and until is not None and until <= now:
        raise CatchupExpired(expired_at=until)
    return access.decided(
        holder, airing.terms, territory=airing.screen.territory, now=now
    )


def again(watch: Watch, holder: Holder, *, now: datetime) -> tuple[Airing, Allow]:
    """The same session some time later; raises what stands in its way now."""
    known = _read(watch.channel_id, watch.programme_id, now)
    if watch.programme_id and known.programme is None:  # an import put another there
        began = datetime.fromtimestamp(watch.starts_s, UTC)
        known = _read(watch.channel_id, "", now, at=began)
    airing = Airing(
        known,
        mode=watch.mode,
        screen=watch.screen,
        is_bound=bool(watch.programme_id),
    )
    was_lowered = holder.maturity < watch.ceiling
    if now.timestamp() < watch.age_until and not was_lowered:
        holder = replace(holder, maturity=max(holder.maturity, watch.age))
    return airing, check(airing, holder, now=now, is_running=True)


def _check_abilities(airing: Airing) -> None:
    if airing.mode == START_OVER and not airing.can("start_over"):
        raise Denied(
            "This programme cannot be started over.", code="start_over_not_allowed"
        )
    if airing.mode == CATCH_UP and not airing.can("catch_up"):
        raise Denied(
            "This programme cannot be watched afterwards.", code="catchup_not_allowed"
        )


def _mode(
    asked: str, programme: Programme | None, is_bound: bool, now: datetime
) -> str:
    """Live, from the start, or afterwards: what of it the time allows."""
    if asked == LIVE and not is_bound:
        return LIVE
    if programme is None:
        raise InvalidInput(
            "Nothing is on: name the programme to play.", pointer="/airing_id"
        )
    if now < programme.starts_at:
        raise ProgrammeNotStarted(starts_at=programme.starts_at)
    if now < programme.ends_at:
        return LIVE if asked == LIVE else START_OVER
    if asked == LIVE:
        raise ProgrammeEnded(ended_at=programme.ends_at)
    return CATCH_UP


def _read(
    channel_id: str, airing_id: str, now: datetime, *, at: datetime | None = None
) -> OnAir:
    question = on_air.question(channel_id, airing_id, now, at=at)
    known = on_air.found(households.answer(question))
    if known is None:
        raise _no_channel()
    return known


def _no_channel() -> NotFound:
    return NotFound("There is no such channel.", pointer="/channel_id")
