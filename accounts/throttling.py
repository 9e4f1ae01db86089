"""Who may try how often: each limit of the sign-in surface, in one place."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from streamapi import limits
from streamapi.http.addresses import client_address
from streamapi.limits import Limit, Standing

# Guessing one password: few tries from one address, more from all addresses together,
# so that a stranger cannot lock the owner out from afar with a handful of tries.
PASSWORD_HERE: Final = Limit("password", 5, 15 * 60)
PASSWORD_ANYWHERE: Final = Limit("password-anywhere", 50, 3600)
CODE: Final = Limit("code", 10, 15 * 60)
PAIRING_CODE: Final = Limit("pairing-code", 5, 5 * 60)
MAIL: Final = Limit("mail", 4, 3600)


def per_address() -> Limit:
    """All of the sign-in surface from one address; a campus behind one needs more."""
    return Limit("address", settings.SIGN_IN_REQUESTS_PER_ADDRESS, 5 * 60)


def password_try(request: HttpRequest, email: str) -> list[Standing]:
    """Count one try of a password, before it is looked at."""
    address = client_address(request)
    return limits.spend(
        [
            (PASSWORD_HERE, f"{subject(email)}:{address}"),
            (PASSWORD_ANYWHERE, subject(email)),
            (per_address(), address),
        ]
    )


def password_fits(request: HttpRequest, email: str) -> None:
    """The owner is here: failed tries from here no longer count."""
    limits.forget([(PASSWORD_HERE, f"{subject(email)}:{client_address(request)}")])


def mail(request: HttpRequest, email: str) -> list[Standing]:
    """Count one mail that a stranger can make us send."""
    address = client_address(request)
    return limits.spend([(MAIL, subject(email)), (per_address(), address)])


def code_try(request: HttpRequest, account_id: str) -> list[Standing]:
    """Count one try of a code that someone might guess."""
    return limits.spend([(CODE, account_id), (per_address(), client_address(request))])


def pairing_code_try(request: HttpRequest, account_id: str) -> list[Standing]:
    """Count one look at a pairing code: 20^8 codes, five tries each five minutes."""
    return limits.spend(
        [
            (PAIRING_CODE, account_id),
            (PAIRING_CODE, client_address(request)),
            (per_address(), client_address(request)),
        ]
    )


def pairing_code_fits(request: HttpRequest, account_id: str) -> None:
    """It was a code that is waiting: not a guess."""
    limits.forget([(PAIRING_CODE, account_id), (PAIRING_CODE, client_address(request))])


def by_address(request: HttpRequest) -> list[Standing]:
    """Count one request against where it came from."""
    return limits.spend([(per_address(), client_address(request))])


def subject(email: str) -> str:
    """An address as a key: nobody reads mail addresses in Redis."""
    return sha256(email.strip().lower().encode()).hexdigest()[:32]
