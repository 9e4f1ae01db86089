"""The keys that sign delivery: from settings, or made once for a developer's machine."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from django.conf import settings

from playback.delivery import KeyUnusable, SigningKey, load_key
from playback.secret_files import kept_once


@dataclass(frozen=True, slots=True)
class Keyring:
    """The first key signs; the edge accepts every one, so that keys can rotate."""

    keys: tuple[SigningKey, ...]

    @property
    def active(self) -> SigningKey:
        """The key that new grants are signed with."""
        return self.keys[0]

    def by_id(self) -> Mapping[str, SigningKey]:
        """All keys that are still good, by their ids."""
        return {key.key_id: key for key in self.keys}


def delivery_keys() -> Keyring:
    """The keyring that ``DELIVERY_KEYS`` holds, else the one of the state directory."""
    if settings.DELIVERY_KEYS:
        return _parsed(settings.DELIVERY_KEYS)
    kept = Path(settings.STATE_DIR) / "keys" / "delivery.json"
    return _parsed(kept_once(kept, _fresh_key))


def refuse_what_is_unusable() -> None:
    """Raise KeyUnusable now, not when the first film is played."""
    if settings.DELIVERY_KEYS:
        delivery_keys()


@cache
def _parsed(text: str) -> Keyring:
    """Keys from JSON: ``[{"id": "K2...", "pem": "-----BEGIN ..."}, ...]``."""
    try:
        entries: list[dict[str, Any]] = json.loads(text)
        keys = tuple(load_key(str(one["id"]), str(one["pem"])) for one in entries)
    except KeyUnusable as error:
        raise KeyUnusable(f"DELIVERY_KEYS: {error}") from error
    except (TypeError, KeyError, json.JSONDecodeError) as error:
        raise KeyUnusable('DELIVERY_KEYS must be [{"id": ..., "pem": ...}]') from error
    if not keys:
        raise KeyUnusable("DELIVERY_KEYS holds no key")
    return Keyring(keys)


def _fresh_key() -> str:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    key_id = f"KDEV{secrets.token_hex(5).upper()}"
    return json.dumps([{"id": key_id, "pem": pem.decode()}])
