"""Refresh tokens: opaque, stored as hashes, each good once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from django.core.signing import BadSignature, Signer

from streamapi import sealing

_MAX_LENGTH: Final = 200
_PURPOSE: Final = "refresh successor"
_signer = Signer(salt="accounts.refresh-token", sep="~")


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """``si_<sign-in>.<secret>~<signature>``.

    The secret opens; the signature only proves that a token which no longer fits was
    once issued here, so that nobody can end a sign-in by making tokens up.
    """

    text: str
    sign_in_id: str

    @property
    def hash(self) -> str:
        """What is stored: 256 random bits need no salt."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def is_ours(self) -> bool:
        """Whether it was issued here at some time."""
        try:
            _signer.unsign(self.text)
        except BadSignature:
            return False
        return True

    def seal(self, successor: RefreshToken) -> bytes:
        """The successor, readable only with this token."""
        return sealing.seal(successor.text.encode(), self.text, purpose=_PURPOSE)

    def open(self, sealed: bytes) -> RefreshToken | None:
        """The successor that was sealed with this token."""
        opened = sealing.unseal(sealed, self.text, purpose=_PURPOSE)
        return parse(opened.decode()) if opened is not None else None


def fresh(sign_in_id: str) -> RefreshToken:
    """A new token of a sign-in."""
    secret = secrets.token_urlsafe(32)
    return RefreshToken(_signer.sign(f"{sign_in_id}.{secret}"), sign_in_id)


def parse(text: str) -> RefreshToken | None:
    """The token that a client sent, when it has the shape of one."""
    sign_in_id, dot, _ = text.partition(".")
    if len(text) > _MAX_LENGTH or not dot or not sign_in_id.startswith("si_"):
        return None
    return RefreshToken(text, sign_in_id)
