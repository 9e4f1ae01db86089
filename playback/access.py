"""Whether somebody may play something: asks the one rule, and tells what would help."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from accounts import elevation, entitlements, offers
from accounts.entitlements import RATED_FOR_ADULTS, Allow, Deny, Holder, Terms
from accounts.models import Device
from accounts.tokens import Viewer
from catalog import availability
from catalog.documents import TEASERS
from playback.content import Playable
from playback.households import DeviceUnknown
from streamapi.errors import Denied, DomainError, Unauthenticated

_MOST_OFFERS: Final = 10


def holder_of(viewer: Viewer | None, *, now: datetime) -> Holder:
    """Who asks, with what they own; raises when their device is no more."""
    try:
        return entitlements.holder_of(viewer, now=now)
    except Device.DoesNotExist as error:
        raise DeviceUnknown from error


def lifted(holder: Holder, viewer: Viewer, pin_proof: str, *, now: datetime) -> Holder:
    """The same with the ceiling that a PIN was given for, if there is a proof of it."""
    if not pin_proof:
        return holder
    ceiling = elevation.ceiling_of(pin_proof, viewer, now=now)
    return replace(holder, maturity=max(holder.maturity, ceiling))


def check(
    playable: Playable, holder: Holder, *, territory: str, now: datetime
) -> Allow:
    """The terms on which they may; raises what stands in the way."""
    packages = _packages(playable, territory, now)
    terms = Terms(packages=packages, min_age=playable.min_age)
    return decided(holder, terms, territory=territory, now=now)


def decided(holder: Holder, terms: Terms, *, territory: str, now: datetime) -> Allow:
    """What the rule says about these terms; raises its refusal."""
    decision = entitlements.decide(holder, terms, territory=territory, now=now)
    if isinstance(decision, Deny):
        raise _refusal(decision, holder, terms, territory=territory, now=now)
    return decision


def _packages(playable: Playable, territory: str, now: datetime) -> frozenset[str]:
    """What gives access here and now; raises when nothing does."""
    standing = availability.ALWAYS_OPEN
    if playable.windowed:
        standing = availability.standing_of(playable.openings, territory, now)
    teaser = playable.kind in TEASERS
    announced = teaser and standing.starts_at is not None
    if not (standing.is_open or announced) or not availability.any_holds(
        playable.periods, territory, now
    ):
        raise Denied(
            "It is not available here at this time.",
            code="not_available_now",
            until=standing.changes_at,
        )
    if teaser or standing.packages is None:
        return playable.packages
    return standing.packages


def _refusal(
    deny: Deny, holder: Holder, terms: Terms, *, territory: str, now: datetime
) -> DomainError:
    """The refusal with all that would help, looked up only now."""
    kind = Unauthenticated if "sign_in" in deny.help else Denied
    help_words = list(deny.help)
    if deny.code == "maturity_blocked" and _pin_helps(holder, terms):
        help_words.insert(0, "pin")
    on_sale = []
    if "subscribe" in help_words:
        on_sale = offers.on_sale(territory=territory, now=now, packages=deny.packages)
    return kind(
        _WORDS.get(deny.code, ""),
        code=deny.code,
        help=help_words,
        packages=sorted(deny.packages),
        offers=[one.as_dict() for one in on_sale[:_MOST_OFFERS]],
        until=deny.until,
    )


def _pin_helps(holder: Holder, terms: Terms) -> bool:
    if holder.profile_pk is None:
        return False
    min_age = RATED_FOR_ADULTS if terms.min_age is None else terms.min_age
    return elevation.reaches(holder.profile_pk, min_age)


_WORDS = {
    "not_entitled": "It is in none of your packages.",
    "maturity_blocked": "It is rated above what this profile may see.",
    "outside_viewing_hours": "This profile does not watch at this hour.",
    "device_revoked": "This device was signed out.",
    "territory_blocked": "It may not be shown where you are.",
    "profile_required": "Choose who is watching first.",
}
