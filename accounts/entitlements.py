"""Who may watch what, now: the one rule, pure given its inputs.

``decide`` knows no database and no clock. ``holder_of`` reads what it needs about one
viewer in one query; any number of things can then be decided.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Final, TypeVar

from accounts import askers, holdings
from accounts.features import FREE, Features
from accounts.holdings import Holding, Holdings
from accounts.models import Account, Device, Profile
from accounts.projection import State
from accounts.tokens import Viewer
from accounts.viewing_hours import ALWAYS, ViewingHours
from streamapi.clients import UNRESTRICTED

K = TypeVar("K", bound=Hashable)
RATED_FOR_ADULTS: Final = UNRESTRICTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """All that the rule needs to know of who is asking.

    The default is nobody: a visitor who has not signed in and owns nothing.
    """

    account_id: str = ""
    profile_id: str = ""
    device_id: str = ""
    account_pk: int | None = None
    profile_pk: int | None = None
    device_pk: int | None = None
    holdings: Holdings = holdings.NOTHING
    maturity: int = UNRESTRICTED
    hours: ViewingHours = ALWAYS
    is_suspended: bool = False
    is_device_revoked: bool = False


ANONYMOUS: Final = Holder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All that the rule needs to know of what is asked for.

    Any one of ``packages`` gives access, none means free for everyone. Content without
    a rating counts as for adults. ``territories`` is ``None`` where all are allowed.
    """

    packages: frozenset[str] = frozenset()
    min_age: int | None = None
    territories: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """Watching is allowed, within ``caps``, until ``ends_at`` if nothing changes.

    ``via`` are the entitlements that give access, empty for free content. While
    ``starts_window`` is true a rental gives it and its hours begin with this play: tell
    ``accounts.grants.first_play``.
    """

    caps: Features
    via: tuple[str, ...] = ()
    ends_at: datetime | None = None
    starts_window: bool = False
    allowed: bool = field(default=True, init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny:
    """Watching is refused: a stable ``code``, and what would help.

    ``help`` holds stable words: ``sign_in``, ``choose_profile``, ``switch_profile``,
    ``wait``, ``subscribe``, ``update_payment``, ``resume``, ``contact_support``; a player
    adds ``pin`` where one would open it.
    ``packages`` are those that would give access; ``until`` is when it changes by itself.
    """

    code: str
    help: tuple[str, ...] = ()
    packages: frozenset[str] = frozenset()
    until: datetime | None = None
    allowed: bool = field(default=False, init=False)


Decision = Allow | Deny
_Rule = Callable[[Holder, Terms, str, datetime], Deny | None]


def decide(holder: Holder, terms: Terms, *, territory: str, now: datetime) -> Decision:
    """May this holder watch something on these terms, here and now?

    The first refusal counts; they are ordered from what the viewer cannot change to
    what they can buy.
    """
    for rule in _RULES:
        refusal = rule(holder, terms, territory, now)
        if refusal is not None:
            return refusal
    return _allow(holder, terms)


def decide_all(
    holder: Holder, terms: Mapping[K, Terms], *, territory: str, now: datetime
) -> dict[K, Decision]:
    """The same for many things at once; no queries at all."""
    return {
        key: decide(holder, each, territory=territory, now=now)
        for key, each in terms.items()
    }


def holder_of(viewer: Viewer | None, *, now: datetime) -> Holder:
    """What the rule needs to know of the one who asks; one query."""
    if viewer is None:
        return ANONYMOUS
    return holder_from(askers.read(viewer), viewer, now=now)


def holder_from(facts: Mapping[str, Any], viewer: Viewer, *, now: datetime) -> Holder:
    """The same from what ``askers`` read."""
    profile = _profile_from(facts["profile"])
    return Holder(
        account_id=viewer.account_id,
        profile_id=viewer.profile_id if profile else "",
        device_id=viewer.device_id,
        account_pk=facts["account_pk"],
        profile_pk=profile.pk if profile else None,
        device_pk=facts["device_pk"],
        holdings=holdings.from_rows(facts["owned"], now=now),
        maturity=profile.ceiling if profile else 0,
        hours=profile.hours if profile else ALWAYS,
        is_suspended=facts["is_suspended"],
        is_device_revoked=facts["is_device_revoked"],
    )


def holder_for(
    account: Account, *, profile: Profile | None, device: Device | None, now: datetime
) -> Holder:
    """The same from rows, for staff who ask on behalf of a customer."""
    return Holder(
        account_id=account.public_id,
        profile_id=profile.public_id if profile else "",
        device_id=device.public_id if device else "",
        account_pk=account.pk,
        profile_pk=profile.pk if profile else None,
        device_pk=device.pk if device else None,
        holdings=holdings.of(account, now=now),
        maturity=profile.ceiling if profile else 0,
        hours=profile.hours if profile else ALWAYS,
        is_suspended=account.suspended_at is not None or not account.owner.is_active,
        is_device_revoked=device is not None and device.revoked_at is not None,
    )


def _profile_from(columns: Mapping[str, Any] | None) -> Profile | None:
    if columns is None:
        return None
    hours = {
        name: time.fromisoformat(columns[name]) if columns[name] else None
        for name in ("watch_from", "watch_until")
    }
    return Profile(**{**columns, **hours})


def _suspended(holder: Holder, _t: Terms, _where: str, _now: datetime) -> Deny | None:
    if holder.is_suspended:
        return Deny(code="account_suspended", help=("contact_support",))
    return None


def _device(holder: Holder, _t: Terms, _where: str, _now: datetime) -> Deny | None:
    if holder.is_device_revoked:
        return Deny(code="device_revoked", help=("sign_in",))
    return None


def _profile(holder: Holder, _t: Terms, _where: str, _now: datetime) -> Deny | None:
    if holder.account_id and not holder.profile_id:
        return Deny(code="profile_required", help=("choose_profile",))
    return None


def _territory(_h: Holder, terms: Terms, where: str, _now: datetime) -> Deny | None:
    if terms.territories is not None and where not in terms.territories:
        return Deny(code="territory_blocked")
    return None


def _maturity(holder: Holder, terms: Terms, _where: str, _now: datetime) -> Deny | None:
    min_age = RATED_FOR_ADULTS if terms.min_age is None else terms.min_age
    if min_age > holder.maturity:
        return Deny(code="maturity_blocked", help=("switch_profile",))
    return None


def _hours(holder: Holder, _t: Terms, _where: str, now: datetime) -> Deny | None:
    if holder.hours.allow(now):
        return None
    return Deny(
        code="outside_viewing_hours",
        help=("wait", "switch_profile"),
        until=holder.hours.next_opening(now),
    )


def _ownership(
    holder: Holder, terms: Terms, _where: str, _now: datetime
) -> Deny | None:
    if not terms.packages or terms.packages & holder.holdings.packages:
        return None
    owned = [held for held in holder.holdings.all if held.packages & terms.packages]
    for state, code, remedy in _RECOVERABLE:
        if any(held.state == state for held in owned):
            return Deny(code=code, help=(remedy,), packages=terms.packages)
    code = "plan_required" if any(held.has_access for held in owned) else "not_entitled"
    remedies = ("subscribe",) if holder.account_id else ("sign_in", "subscribe")
    return Deny(code=code, help=remedies, packages=terms.packages)


_RULES: Final[tuple[_Rule, ...]] = (
    _suspended,
    _device,
    _territory,
    _profile,
    _maturity,
    _hours,
    _ownership,
)
_RECOVERABLE: Final = (
    (State.BILLING_RETRY, "payment_required", "update_payment"),
    (State.PAUSED, "subscription_paused", "resume"),
    (State.PENDING, "purchase_pending", "wait"),
)


def _allow(holder: Holder, terms: Terms) -> Allow:
    giving = [
        held for held in holder.holdings.effective if held.packages & terms.packages
    ]
    caps = holder.holdings.features if holder.account_id else FREE
    return Allow(
        caps=caps,
        via=tuple(held.entitlement_id for held in giving),
        ends_at=_last_end(giving),
        starts_window=bool(giving) and all(_unstarted_rental(held) for held in giving),
    )


def _last_end(giving: list[Holding]) -> datetime | None:
    """Access lasts as long as the longest of those that give it."""
    ends = [held.ends_at for held in giving]
    known = [end for end in ends if end is not None]
    return max(known, default=None) if len(known) == len(ends) else None


def _unstarted_rental(held: Holding) -> bool:
    return held.play_window is not None and not held.started
