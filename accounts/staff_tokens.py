"""Staff tokens: issued once, stored as hashes, good until they expire or are revoked."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone
from psycopg_pool import PoolTimeout

from accounts.models import StaffToken, User
from streamapi.errors import InvalidInput, Unauthenticated

PREFIX: Final = "stf_"
MAX_DAYS: Final = 366
_MAX_LENGTH: Final = 100
_SEEN_EVERY: Final = timedelta(hours=1)


class StaffTokenInvalid(Unauthenticated):
    """The token is none of ours, has expired or was revoked."""

    code = "token_invalid"
    title = "The staff token is not valid"


def issue(user: User, *, name: str, days: int, now: datetime) -> tuple[StaffToken, str]:
    """A new token of a member of staff and its text, which is never shown again."""
    if not user.is_staff or not user.is_active:
        raise InvalidInput("Only active staff can have staff tokens.", code="not_staff")
    if not 1 <= days <= MAX_DAYS:
        raise InvalidInput(f"A token lives 1 to {MAX_DAYS} days.", code="out_of_range")
    text = PREFIX + secrets.token_urlsafe(32)
    token = StaffToken.objects.create(
        user=user,
        name=name,
        token_hash=_hash(text),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    return token, text


def verify(text: str, *, now: datetime) -> User:
    """The member of staff that a token stands for; one query."""
    rows = StaffToken.objects.select_related("user").filter(
        token_hash=_hash(text[:_MAX_LENGTH]), revoked_at=None, expires_at__gt=now
    )
    token = rows.first()
    if token is None or not (token.user.is_active and token.user.is_staff):
        raise StaffTokenInvalid
    if token.last_used_at is None or token.last_used_at < now - _SEEN_EVERY:
        StaffToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token.user


def counts(text: str) -> bool:
    """Whether a token counts, asked ahead of Django; nobody's does without a database."""
    if not text.startswith(PREFIX):
        return False
    try:
        verify(text, now=timezone.now())
    except (StaffTokenInvalid, DatabaseError, InterfaceError, PoolTimeout):
        return False
    finally:
        if not connection.in_atomic_block:
            connection.close()  # no request ends here that would give it back
    return True


def revoke(public_id: str, *, now: datetime) -> bool:
    """End a token; says whether there was one to end."""
    rows = StaffToken.objects.filter(public_id=public_id, revoked_at=None)
    return bool(rows.update(revoked_at=now))


def _hash(text: str) -> str:
    """256 random bits need no salt."""
    return sha256(text.encode()).hexdigest()
