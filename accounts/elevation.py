"""A PIN lets a profile above its ceiling: for ten minutes, on one device.

The PIN is that of a grown-up whose own ceiling is higher; where the household has none, it
is that of the profile itself, unless it is a child's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.core import signing

from accounts import pins, profiles
from accounts.models import Profile
from accounts.pins import PinRequired
from accounts.tokens import Viewer
from streamapi.clients import UNRESTRICTED
from streamapi.errors import Conflict

LIFE: Final = timedelta(minutes=10)
_SALT: Final = "accounts.elevation"


@dataclass(frozen=True, slots=True)
class Proof:
    """That a PIN was given; to be sent with what it is for."""

    token: str
    expires_at: datetime


class NoPin(Conflict):
    """Nobody in the household has a PIN that would open anything."""

    code = "no_pin_set"
    title = "There is no PIN that opens this"


def prove(viewer: Viewer, pin: str, *, now: datetime) -> Proof:
    """A proof for this profile and device; raises what is wrong with the PIN."""
    profile = profiles.find(viewer, viewer.profile_id)
    guards = _guards(profile)
    if not guards:
        raise NoPin
    guard = pins.check(profile.account, guards, pin, now=now)
    ceiling = UNRESTRICTED if guard.pk == profile.pk else guard.ceiling
    expires_at = now + LIFE
    facts = [viewer.profile_id, viewer.device_id, ceiling, int(expires_at.timestamp())]
    return Proof(signing.dumps(facts, salt=_SALT), expires_at)


def ceiling_of(token: str, viewer: Viewer, *, now: datetime) -> int:
    """How far up a proof lets the viewer; raises PinRequired when it is not good."""
    try:
        profile_id, device_id, ceiling, expires = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise PinRequired(help=["pin"]) from error
    over = now >= datetime.fromtimestamp(expires, UTC)
    if over or (profile_id, device_id) != (viewer.profile_id, viewer.device_id):
        raise PinRequired(help=["pin"])
    return int(ceiling)


def reaches(profile_pk: int, min_age: int) -> bool:
    """Whether some PIN would let the profile see what is rated ``min_age``."""
    profile = Profile.objects.select_related("account").get(pk=profile_pk)
    return any(
        guard.pk == profile.pk or guard.ceiling >= min_age for guard in _guards(profile)
    )


def _guards(profile: Profile) -> list[Profile]:
    locked = profile.account.profiles.filter(is_kids=False).exclude(pin_hash="")
    above = [one for one in locked.order_by("pk") if one.ceiling > profile.ceiling]
    if not above and profile.pin_hash and not profile.is_kids:
        return [profile]
    return above
