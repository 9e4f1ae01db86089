"""From what happened to what is owned: a pure fold over an append-only log.

Events may arrive late, twice and in any order; the fold sorts them by when they
happened, so that every order of arrival ends in the same facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What can happen to something that is owned, whoever sold it.

    In this order it counts when several things happened at one moment.
    """

    PENDING = "pending"
    STARTED = "started"
    RENEWED = "renewed"
    PRODUCT_CHANGED = "product_changed"
    CANCELED = "canceled"
    UNCANCELED = "uncanceled"
    PAYMENT_FAILED = "payment_failed"
    PAUSED = "paused"
    EXTENDED = "extended"
    FIRST_PLAYED = "first_played"
    EXPIRED = "expired"
    REVOKED = "revoked"


class State(StrEnum):
    """The states of an entitlement, the same for every store."""

    PENDING = "pending"
    ACTIVE = "active"
    CANCELED = "canceled"
    GRACE_PERIOD = "grace_period"
    BILLING_RETRY = "billing_retry"
    PAUSED = "paused"
    EXPIRED = "expired"
    REVOKED = "revoked"


_ORDER: Final = tuple(Kind)
WITH_ACCESS: Final = frozenset({State.ACTIVE, State.CANCELED, State.GRACE_PERIOD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened; what it does not change is ``None``."""

    id: str
    kind: Kind
    occurred_at: datetime
    product: str | None = None
    expires_at: datetime | None = None
    grace_until: datetime | None = None
    resumes_at: datetime | None = None
    auto_renew: bool | None = None
    is_trial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known of one thing owned, from which its state at any time follows.

    ``auto_renew`` is ``None`` for what never renews: a rental, a grant, a voucher.
    """

    product: str = ""
    starts_at: datetime | None = None
    expires_at: datetime | None = None
    auto_renew: bool | None = None
    is_trial: bool = False
    is_pending: bool = False
    payment_failed: bool = False
    grace_until: datetime | None = None
    is_paused: bool = False
    resumes_at: datetime | None = None
    first_played_at: datetime | None = None
    has_expired: bool = False
    revoked_at: datetime | None = None

    def state(self, now: datetime, play_window: timedelta | None = None) -> State:
        """The state at ``now``; ``play_window`` is what a started rental has left."""
        if self.revoked_at is not None:
            return State.REVOKED
        if self.is_pending or self.starts_at is None or now < self.starts_at:
            return State.PENDING
        if self.is_paused:
            return State.PAUSED
        ends_at = self.ends_at(play_window)
        if not self.has_expired and (ends_at is None or now < ends_at):
            return self._paid_for(now)
        return State.BILLING_RETRY if self._owes() else State.EXPIRED

    def ends_at(self, play_window: timedelta | None = None) -> datetime | None:
        """When access ends if nothing more happens; ``None`` for never."""
        ends = [self.expires_at] if self.expires_at else []
        if self.payment_failed and self.grace_until and ends:
            ends = [max(ends[0], self.grace_until)]
        if play_window and self.first_played_at:
            ends.append(self.first_played_at + play_window)
        return min(ends, default=None)

    def _paid_for(self, now: datetime) -> State:
        in_grace = self.expires_at is not None and now >= self.expires_at
        if self.payment_failed and in_grace:
            return State.GRACE_PERIOD
        return State.CANCELED if self.auto_renew is False else State.ACTIVE

    def _owes(self) -> bool:
        return self.payment_failed and not self.has_expired


def project(events: Iterable[Event]) -> Facts:
    """What follows from these events, in whatever order they are given."""
    facts = Facts()
    for event in sorted(events, key=_when):
        facts = _EFFECTS[event.kind](facts, event)
    return facts


def _paid(facts: Facts, event: Event) -> Facts:
    """Money came in, or access was given: whatever was in the way is gone."""
    return replace(
        facts,
        product=event.product or facts.product,
        starts_at=facts.starts_at or event.occurred_at,
        expires_at=event.expires_at,
        auto_renew=_or(event.auto_renew, facts.auto_renew),
        is_trial=event.is_trial,
        is_pending=False,
        payment_failed=False,
        grace_until=None,
        is_paused=False,
        resumes_at=None,
        has_expired=False,
        revoked_at=None,
    )


def _extended(facts: Facts, event: Event) -> Facts:
    """More time, never less, and nothing else."""
    if facts.expires_at is None or event.expires_at is None:
        return facts
    return replace(
        facts,
        expires_at=max(facts.expires_at, event.expires_at),
        has_expired=False,
    )


_EFFECTS: Final[Mapping[Kind, Callable[[Facts, Event], Facts]]] = {
    Kind.PENDING: lambda facts, event: replace(
        facts, product=event.product or facts.product, is_pending=True
    ),
    Kind.STARTED: _paid,
    Kind.RENEWED: _paid,
    Kind.EXTENDED: _extended,
    Kind.PRODUCT_CHANGED: lambda facts, event: replace(
        facts, product=event.product or facts.product
    ),
    Kind.CANCELED: lambda facts, event: replace(facts, auto_renew=False),
    Kind.UNCANCELED: lambda facts, event: replace(facts, auto_renew=True),
    Kind.PAYMENT_FAILED: lambda facts, event: replace(
        facts, payment_failed=True, grace_until=event.grace_until
    ),
    Kind.PAUSED: lambda facts, event: replace(
        facts, is_paused=True, resumes_at=event.resumes_at
    ),
    Kind.FIRST_PLAYED: lambda facts, event: replace(
        facts, first_played_at=facts.first_played_at or event.occurred_at
    ),
    Kind.EXPIRED: lambda facts, event: replace(facts, has_expired=True),
    Kind.REVOKED: lambda facts, event: replace(facts, revoked_at=event.occurred_at),
}


def _when(event: Event) -> tuple[datetime, int, str]:
    """By moment; at the same one, what begins before what ends."""
    return event.occurred_at, _ORDER.index(event.kind), event.id


def _or(new: bool | None, old: bool | None) -> bool | None:
    return old if new is None else new
