"""The keys of access tokens: the first signs, all verify, each known by its thumbprint."""

from __future__ import annotations

import json
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ALGORITHM: Final = "ES256"


@dataclass(frozen=True)
class Key:
    """One P-256 key."""

    private: ec.EllipticCurvePrivateKey

    @cached_property
    def public(self) -> ec.EllipticCurvePublicKey:
        """The half that verifies."""
        return self.private.public_key()

    @cached_property
    def jwk(self) -> dict[str, str]:
        """The public half as a JSON Web Key (RFC 7517)."""
        members = self._required_members()
        return members | {"kid": self.kid, "alg": ALGORITHM, "use": "sig"}

    @cached_property
    def kid(self) -> str:
        """The thumbprint of the public half (RFC 7638): nobody has to name keys."""
        canonical = json.dumps(
            self._required_members(), sort_keys=True, separators=(",", ":")
        )
        return _base64url(sha256(canonical.encode()).digest())

    def _required_members(self) -> dict[str, str]:
        numbers = self.public.public_numbers()
        return {
            "crv": "P-256",
            "kty": "EC",
            "x": _base64url(numbers.x.to_bytes(32, "big")),
            "y": _base64url(numbers.y.to_bytes(32, "big")),
        }


@dataclass(frozen=True)
class Keyring:
    """Every key that is still good; a new one is put first, an old one dropped later."""

    keys: tuple[Key, ...]

    @property
    def active(self) -> Key:
        """The key that signs."""
        return self.keys[0]

    @cached_property
    def by_id(self) -> Mapping[str, Key]:
        """All keys by ``kid``."""
        return {key.kid: key for key in self.keys}

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """What is published for whoever verifies our tokens."""
        return {"keys": [key.jwk for key in self.keys]}


@cache
def current() -> Keyring:
    """The keyring of ``TOKEN_KEYS``, else a key made once for this state directory."""
    if settings.TOKEN_KEYS:
        return parse(settings.TOKEN_KEYS)
    return parse(json.dumps([_development_key(Path(settings.STATE_DIR) / "keys")]))


def refuse_what_is_unusable() -> None:
    """Raise ImproperlyConfigured now, not when the first person signs in."""
    if settings.TOKEN_KEYS:
        current()


def parse(text: str) -> Keyring:
    """A keyring from a JSON list of PEM private keys."""
    try:
        keys = tuple(_key(pem) for pem in json.loads(text))
    except (TypeError, ValueError) as error:
        raise ImproperlyConfigured("TOKEN_KEYS is a JSON list of PEM keys") from error
    if not keys:
        raise ImproperlyConfigured("TOKEN_KEYS holds no key")
    return Keyring(keys)


def fresh_pem() -> str:
    """A new private key."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _key(pem: str) -> Key:
    private: Any = load_pem_private_key(str(pem).encode(), password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise TypeError("access tokens are signed with P-256")
    if not isinstance(private.curve, ec.SECP256R1):
        raise TypeError("access tokens are signed with P-256")
    return Key(private)


def _development_key(directory: Path) -> str:
    """The stored key of this machine; the first of several processes makes it."""
    stored = directory / "access-tokens.pem"
    if not stored.exists():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = directory / f".access-tokens-{secrets.token_hex(8)}"
        draft.touch(mode=0o600)
        draft.write_text(fresh_pem())
        try:
            os.link(draft, stored)
        except FileExistsError:
            pass  # another process was first: its key counts
        finally:
            draft.unlink()
    return stored.read_text()


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
