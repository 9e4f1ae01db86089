"""Sign-ins: begun, kept alive by rotating tokens, listed, ended."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q

from accounts import holdings, refresh_tokens, tokens
from accounts.models import Account, Device, Profile, SignIn
from accounts.querysets import SignInQuerySet
from accounts.refresh_tokens import RefreshToken
from accounts.tokens import Viewer
from streamapi.errors import DomainError
from streamapi.ids import new_id

IDLE: Final = timedelta(days=90)
LIFE: Final = timedelta(days=400)
GRACE: Final = timedelta(seconds=20)
_security = logging.getLogger("security")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a client holds after signing in: an access token, and how to get the next."""

    access_token: str
    refresh_token: str
    sign_in: SignIn
    viewer: Viewer


class GrantInvalid(DomainError):
    """The refresh token is unknown, used up, expired or revoked."""

    code = "invalid_grant"
    title = "Sign in again"


def start(
    *,
    account: Account,
    device: Device,
    profile: Profile | None,
    client_id: str,
    now: datetime,
) -> Grant:
    """A new sign-in; an earlier one of the same device ends with it."""
    end(SignIn.objects.filter(device=device), reason="replaced", now=now)
    public_id = new_id("si")
    token = refresh_tokens.fresh(public_id)
    sign_in = SignIn.objects.create(
        public_id=public_id,
        account=account,
        device=device,
        profile=profile,
        client_id=client_id,
        token_hash=token.hash,
        created_at=now,
        last_used_at=now,
        idle_expires_at=now + IDLE,
        expires_at=now + LIFE,
    )
    return _grant(sign_in, token, now)


def refresh(text: str, *, client_id: str, now: datetime) -> Grant:
    """The next pair of tokens. Whoever uses a token twice ends the whole sign-in.

    One conditional UPDATE decides which of several callers rotates. The same token
    again within ``GRACE`` gets the same successor, for a client whose answer got lost.
    """
    token = refresh_tokens.parse(text)
    if token is None:
        raise GrantInvalid
    successor = _rotate(token, client_id, now) or _repeated(token, client_id, now)
    if successor is None:
        _end_if_stolen(token, now)
        raise GrantInvalid
    sign_in = SignIn.objects.for_token().get(public_id=token.sign_in_id)
    return _grant(sign_in, successor, now)


def revoke(text: str, *, now: datetime) -> None:
    """End the sign-in of a refresh token; silent when there is none (RFC 7009)."""
    token = refresh_tokens.parse(text)
    if token is None:
        return
    fits = Q(token_hash=token.hash) | Q(previous_hash=token.hash)
    found = SignIn.objects.filter(fits, public_id=token.sign_in_id)
    end(found, reason="signed_out", now=now)


def end(sign_ins: SignInQuerySet, *, reason: str, now: datetime) -> int:
    """Revoke these; their access tokens run out within their short life."""
    live = sign_ins.filter(revoked_at=None)
    return live.update(revoked_at=now, revoked_reason=reason)


def choose_profile(sign_in_id: str, profile: Profile, *, now: datetime) -> str:
    """An access token for another profile; the refresh token stays as it is."""
    SignIn.objects.filter(public_id=sign_in_id).update(profile=profile)
    sign_in = SignIn.objects.for_token().get(public_id=sign_in_id)
    return tokens.issue(viewer_of(sign_in, now=now), now=now)


def viewer_of(sign_in: SignIn, *, now: datetime) -> Viewer:
    """What a token issued now would state."""
    profile = sign_in.profile
    held = holdings.of(sign_in.account, now=now)
    return Viewer(
        account_id=sign_in.account.public_id,
        profile_id=profile.public_id if profile else "",
        device_id=sign_in.device.public_id,
        packages=held.packages,
        features=held.features.as_claims(),
        maturity=profile.ceiling if profile else 0,
        is_kids=profile.is_kids if profile else False,
        sign_in_id=sign_in.public_id,
        client_id=sign_in.client_id,
    )


def _rotate(token: RefreshToken, client_id: str, now: datetime) -> RefreshToken | None:
    """Make the token the previous one; ``None`` for all callers but the first."""
    successor = refresh_tokens.fresh(token.sign_in_id)
    rotated = _family(token, client_id, now).filter(token_hash=token.hash)
    won = rotated.update(
        previous_hash=token.hash,
        token_hash=successor.hash,
        successor=token.seal(successor),
        rotated_at=now,
        last_used_at=now,
        idle_expires_at=now + IDLE,
    )
    return successor if won else None


def _repeated(
    token: RefreshToken, client_id: str, now: datetime
) -> RefreshToken | None:
    """The successor again, while the answer that carried it may still be missing."""
    recent = _family(token, client_id, now).filter(
        previous_hash=token.hash, rotated_at__gt=now - GRACE
    )
    sealed = recent.values_list("successor", flat=True).first()
    return token.open(bytes(sealed)) if sealed else None


def _family(token: RefreshToken, client_id: str, now: datetime) -> SignInQuerySet:
    """No join: an UPDATE with one becomes ``id IN (SELECT ...)``, which PostgreSQL does
    not look at again after waiting for the row, and several callers would win.
    """
    owner = Account.objects.filter(pk=OuterRef("account_id"), owner__is_active=True)
    family = SignIn.objects.live(now).filter(Exists(owner), public_id=token.sign_in_id)
    return family.filter(client_id=client_id) if client_id else family


def _end_if_stolen(token: RefreshToken, now: datetime) -> None:
    """A token of ours that was used before: one of its two holders is a thief."""
    if not token.is_ours:
        return
    family = SignIn.objects.filter(public_id=token.sign_in_id)
    used_up = family.exclude(token_hash=token.hash)
    if end(used_up, reason="token_reused", now=now):
        _security.warning(
            "refresh token used twice", extra={"sign_in": token.sign_in_id}
        )


def _grant(sign_in: SignIn, token: RefreshToken, now: datetime) -> Grant:
    viewer = viewer_of(sign_in, now=now)
    return Grant(tokens.issue(viewer, now=now), token.text, sign_in, viewer)
