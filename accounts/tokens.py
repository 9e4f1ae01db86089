"""Access tokens (RFC 9068): all that a request needs to know, verified without a query."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import jwt
from django.conf import settings

from accounts import keyring
from streamapi.clients import UNRESTRICTED
from streamapi.errors import Unauthenticated

LIFE_S: Final = 600
LEEWAY_S: Final = 10
REMEMBERED: Final = 8192
_TYPE: Final = "at+jwt"
_REQUIRED: Final = ("iss", "aud", "sub", "exp", "iat", "jti", "sid", "dev", "mat")
_MAX_LENGTH: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who is asking, as their token states it: ``request.user`` of personal views.

    Ids are public ids. ``profile_id`` is empty until a profile was chosen. ``packages``
    and ``features`` are what the household had when the token was issued; the rule at
    play asks the database again.
    """

    account_id: str
    profile_id: str
    device_id: str
    packages: frozenset[str] = frozenset()
    features: Mapping[str, Any] = field(default_factory=dict, hash=False)
    maturity: int = UNRESTRICTED
    is_kids: bool = False
    sign_in_id: str = ""
    client_id: str = ""

    @property
    def is_authenticated(self) -> bool:
        """What Django and DRF ask a user."""
        return True

    @property
    def pk(self) -> str:
        """What DRF's throttles count by."""
        return self.account_id


def issue(viewer: Viewer, *, now: datetime) -> str:
    """A token that states ``viewer`` for the next ``LIFE_S`` seconds."""
    issued = int(now.timestamp())
    key = keyring.current().active
    claims = {
        "iss": settings.TOKEN_ISSUER,
        "aud": settings.TOKEN_AUDIENCE,
        "sub": viewer.account_id,
        "iat": issued,
        "exp": issued + LIFE_S,
        "jti": secrets.token_urlsafe(12),
        "client_id": viewer.client_id,
        "sid": viewer.sign_in_id,
        "dev": viewer.device_id,
        "pro": viewer.profile_id,
        "kids": viewer.is_kids,
        "mat": viewer.maturity,
        "pkg": sorted(viewer.packages),
        "fea": dict(viewer.features),
    }
    headers = {"typ": _TYPE, "kid": key.kid}
    return jwt.encode(claims, key.private, keyring.ALGORITHM, headers=headers)


def verify(token: str, *, now: datetime) -> Viewer:
    """The viewer of a token that is ours and has not expired."""
    viewer, expires = _verified(token)
    if now.timestamp() > expires + LEEWAY_S:
        raise TokenExpired
    return viewer


def ceiling(authorization: str) -> int:
    """The maturity ceiling that an Authorization header stands for.

    An expired token still narrows: a child's screen must not open up the moment that a
    token runs out. What cannot be read at all gets the lowest ceiling.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return UNRESTRICTED
    try:
        return _verified(token.strip())[0].maturity
    except Unauthenticated:
        return 0


class TokenInvalid(Unauthenticated):
    """The token was not issued here, or not as an access token."""

    code = "token_invalid"
    title = "The access token is not valid"


class TokenExpired(Unauthenticated):
    """The token was good; refresh it."""

    code = "token_expired"
    title = "The access token has expired"


@lru_cache(maxsize=REMEMBERED)
def _verified(token: str) -> tuple[Viewer, int]:
    """Signature, type, audience and issuer hold for ever, so they are checked once."""
    if len(token) > _MAX_LENGTH:
        raise TokenInvalid
    try:
        claims = jwt.decode(
            token,
            _key_of(token).public,
            algorithms=[keyring.ALGORITHM],
            audience=settings.TOKEN_AUDIENCE,
            issuer=settings.TOKEN_ISSUER,
            options={
                "require": list(_REQUIRED),
                "verify_exp": False,  # by the clock that is passed in
                "verify_iat": False,  # the server that issued it may be a second ahead
            },
        )
    except jwt.InvalidTokenError as error:
        raise TokenInvalid from error
    return _viewer(claims), int(claims["exp"])


def _key_of(token: str) -> keyring.Key:
    header = jwt.get_unverified_header(token)
    if header.get("typ") != _TYPE:
        raise TokenInvalid
    key = keyring.current().by_id.get(header.get("kid", ""))
    if key is None:
        raise TokenInvalid
    return key


def _viewer(claims: Mapping[str, Any]) -> Viewer:
    return Viewer(
        account_id=claims["sub"],
        profile_id=claims.get("pro", ""),
        device_id=claims["dev"],
        packages=frozenset(claims.get("pkg", ())),
        features=claims.get("fea", {}),
        maturity=claims["mat"],
        is_kids=claims.get("kids", False),
        sign_in_id=claims["sid"],
        client_id=claims.get("client_id", ""),
    )
