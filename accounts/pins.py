"""PINs of profiles: few digits, so the number of tries is what protects them.

Tries are counted on the household's row in PostgreSQL: they outlive caches, and one
UPDATE reserves a try before anything is compared, so that many at once get no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Case, F, Q, SmallIntegerField, Value, When
from django.utils.crypto import salted_hmac

from accounts.models import Account, Profile
from streamapi import hashing
from streamapi.errors import Denied, InvalidInput, Locked

TRIES: Final = 5
FIRST_LOCK: Final = timedelta(minutes=15)
_DOUBLINGS: Final = 6
_SMALL: Final = SmallIntegerField()


class PinRequired(Denied):
    """The profile is behind a PIN, or the way out of a child's profile is."""

    code = "parental_pin_required"
    title = "Enter the PIN"


class PinWrong(Denied):
    """Not the PIN; ``tries_left`` says how often one may still guess."""

    code = "parental_pin_wrong"
    title = "This is not the PIN"


class PinLocked(Locked):
    """Too many wrong PINs in this household."""

    code = "parental_pin_locked"


class PinInvalid(InvalidInput):
    """Not four to six digits."""

    code = "pin_invalid"
    title = "A PIN has four to six digits"


def store(profile: Profile, pin: str | None) -> None:
    """Set or remove the PIN; whoever may do this has proven who they are."""
    if pin is not None and not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 6):
        raise PinInvalid(pointer="/pin")
    profile.pin_hash = hashing.make(_peppered(pin)) if pin is not None else ""
    profile.save(update_fields=["pin_hash"])
    _forgive(profile.account)


def check(
    account: Account, guards: Iterable[Profile], pin: str, *, now: datetime
) -> Profile:
    """The one of ``guards`` whose PIN this is; raises when it is of none."""
    if not pin:
        raise PinRequired
    _reserve_a_try(account, now)
    peppered = _peppered(pin)
    for guard in guards:
        if hashing.verify(peppered, guard.pin_hash)[0]:
            _forgive(account)
            return guard
    account.refresh_from_db(fields=["pin_failures"])
    raise PinWrong(tries_left=max(0, TRIES - account.pin_failures))


def _reserve_a_try(account: Account, now: datetime) -> None:
    """Count before comparing; the last try locks at once, and a right one unlocks."""
    over = Q(pin_locked_until__lte=now)
    last = Q(pin_locked_until=None, pin_failures__gte=TRIES - 1)
    account.refresh_from_db(fields=["pin_locks"])
    lock = FIRST_LOCK * 2 ** min(account.pin_locks, _DOUBLINGS)
    may_try = Account.objects.filter(Q(pin_locked_until=None) | over, pk=account.pk)
    reserved = may_try.update(
        pin_failures=Case(
            When(over, then=Value(1)),
            default=F("pin_failures") + 1,
            output_field=_SMALL,
        ),
        pin_locks=F("pin_locks")
        + Case(When(last, then=Value(1)), default=Value(0), output_field=_SMALL),
        pin_locked_until=Case(When(last, then=Value(now + lock)), default=None),
    )
    if not reserved:
        account.refresh_from_db(fields=["pin_locked_until"])
        until = account.pin_locked_until or now
        raise PinLocked(retry_after_s=max(1, round((until - now).total_seconds())))


def _forgive(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(
        pin_failures=0, pin_locks=0, pin_locked_until=None
    )


def _peppered(pin: str) -> str:
    """A stolen database alone is not enough to try ten thousand PINs."""
    return salted_hmac("accounts.pin", pin, algorithm="sha256").hexdigest()
