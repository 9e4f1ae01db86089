"""Values at rest that only who holds a secret can read; the secret is stored nowhere."""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES: Final = 12


def seal(value: bytes, secret: str, *, purpose: str) -> bytes:
    """``value``, readable only with ``secret``."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _box(secret, purpose).encrypt(nonce, value, None)


def unseal(sealed: bytes, secret: str, *, purpose: str) -> bytes | None:
    """What was sealed with ``secret``, or ``None`` when it was another one."""
    nonce, box = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return _box(secret, purpose).decrypt(nonce, box, None)
    except (InvalidTag, ValueError):
        return None


def _box(secret: str, purpose: str) -> AESGCM:
    kdf = HKDF(hashes.SHA256(), length=32, salt=None, info=purpose.encode())
    return AESGCM(kdf.derive(secret.encode()))
