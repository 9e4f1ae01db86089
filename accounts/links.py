"""What links in mails carry: signed, short-lived, good for one change."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.utils.crypto import salted_hmac
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlencode, urlsafe_base64_decode, urlsafe_base64_encode

from accounts.models import User
from streamapi.errors import InvalidInput

VERIFICATION_LIFE: Final = timedelta(days=3)
_SALT: Final = "accounts.verify-email"


class LinkInvalid(InvalidInput):
    """The link was used, replaced or is too old."""

    code = "link_invalid"
    title = "This link no longer works; ask for a new one"


def url(path: str, token: str) -> str:
    """An absolute address of our own pages; the access log never holds its query."""
    return f"{settings.PUBLIC_URL}{path}?{urlencode({'token': token})}"


def verification(user: User, email: str) -> str:
    """Proves that whoever holds it reads mail at ``email``."""
    return signing.dumps([user.pk, email, _stamp(user)], salt=_SALT, compress=True)


def read_verification(token: str) -> tuple[User, str]:
    """The person and the address that a proof is for."""
    try:
        number, email, stamp = signing.loads(
            token, salt=_SALT, max_age=VERIFICATION_LIFE
        )
    except (signing.BadSignature, ValueError) as error:
        raise LinkInvalid from error
    user = User.objects.filter(pk=number, is_active=True).first()
    if user is None or _stamp(user) != stamp:
        raise LinkInvalid
    return user, email


def reset(user: User) -> str:
    """Good once, for ``PASSWORD_RESET_TIMEOUT`` seconds."""
    number = urlsafe_base64_encode(force_bytes(user.pk))
    return f"{number}.{default_token_generator.make_token(user)}"


def read_reset(token: str) -> User:
    """The person whose password may be set."""
    number, _, proof = token.partition(".")
    try:
        pk = int(force_str(urlsafe_base64_decode(number)))
    except ValueError as error:
        raise LinkInvalid from error
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or not default_token_generator.check_token(user, proof):
        raise LinkInvalid
    return user


def _stamp(user: User) -> str:
    """Changes with address, password and proof, so that older links stop working."""
    seen = f"{user.email}|{user.password}|{user.email_verified_at}"
    return salted_hmac(_SALT, seen).hexdigest()[:20]
