"""Whether somebody may play something: asks the one rule, and tells what would help."""

from __future__ import annotations

from datetime import datetime

from accounts import entitlements
from accounts.entitlements import Allow, Deny, Holder, Terms
from accounts.models import Device
from accounts.tokens import Viewer
from catalog import availability
from playback.content import Playable
from streamapi.errors import Denied, DomainError, Unauthenticated


def holder_of(viewer: Viewer | None, *, now: datetime) -> Holder:
    """Who asks, with what they own; raises when their device is no more."""
    try:
        return entitlements.holder_of(viewer, now=now)
    except Device.DoesNotExist as error:
        raise Unauthenticated(
            "This device was removed from the household.", code="device_unknown"
        ) from error


def check(
    playable: Playable, holder: Holder, *, territory: str, now: datetime
) -> Allow:
    """The terms on which they may; raises what stands in the way."""
    title_pk = playable.title_pk
    if (
        playable.windowed
        and title_pk is not None
        and not availability.is_available(title_pk, territory, now)
    ):
        raise Denied("It is not available here at this time.", code="not_available_now")
    terms = Terms(packages=playable.packages, min_age=playable.min_age)
    return decided(holder, terms, territory=territory, now=now)


def decided(holder: Holder, terms: Terms, *, territory: str, now: datetime) -> Allow:
    """What the rule says about these terms; raises its refusal."""
    decision = entitlements.decide(holder, terms, territory=territory, now=now)
    if isinstance(decision, Deny):
        raise _refusal(decision)
    return decision


def _refusal(deny: Deny) -> DomainError:
    kind = Unauthenticated if "sign_in" in deny.help else Denied
    return kind(
        _WORDS.get(deny.code, ""),
        code=deny.code,
        help=list(deny.help),
        packages=sorted(deny.packages),
        until=deny.until,
    )


_WORDS = {
    "not_entitled": "It is in none of your packages.",
    "maturity_blocked": "It is rated above what this profile may see.",
    "outside_viewing_hours": "This profile does not watch at this hour.",
    "device_revoked": "This device was signed out.",
    "territory_blocked": "It may not be shown where you are.",
    "profile_required": "Choose who is watching first.",
}
