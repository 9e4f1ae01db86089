"""Content keys at rest: sealed by AES-GCM under a key that only the environment has.

``CONTENT_KEY_SECRETS`` is JSON: ``[{"id": "2027", "key": "<32 bytes in base64>"}, ...]``.
The first seals, all unseal, so that the sealing key can be changed: put a new one first,
run ``manage.py reseal_keys``, drop the old one.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from playback.models import Asset, ContentKey
from playback.protection import TrackKey
from playback.secret_files import kept_once

_KEY_BYTES: Final = 16
_SECRET_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class SecretsUnusable(ValueError):
    """``CONTENT_KEY_SECRETS`` does not hold what it should."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The keys that seal content keys, by their ids; the first is in use."""

    by_id: Mapping[str, AESGCM] = field(repr=False)

    @property
    def active_id(self) -> str:
        """The id of the one that seals what is new."""
        return next(iter(self.by_id))


def make(
    asset: Asset, folder: str, tracks: Iterable[str], *, now: datetime
) -> tuple[TrackKey, ...]:
    """Fresh keys for a package that is about to be made, stored before it is."""
    keys = tuple(
        TrackKey(track, uuid.uuid4(), secrets.token_bytes(_KEY_BYTES))
        for track in tracks
    )
    keep(asset, folder, keys, now=now)
    return keys


def keep(asset: Asset, folder: str, keys: Iterable[TrackKey], *, now: datetime) -> None:
    """Store the keys of a package, sealed."""
    ContentKey.objects.bulk_create(
        _sealed(
            ContentKey(
                asset=asset, folder=folder, track=one.track, kid=one.kid, created_at=now
            ),
            one.key,
        )
        for one in keys
    )


def forget(folder: str) -> None:
    """Drop the keys of a package that came to nothing."""
    ContentKey.objects.filter(folder=folder).delete()


def unseal(row: ContentKey) -> bytes:
    """The key itself; raises SecretsUnusable when what sealed it is not known here."""
    cipher = current().by_id.get(row.sealed_with)
    if cipher is None:
        raise SecretsUnusable(f"CONTENT_KEY_SECRETS lacks {row.sealed_with!r}")
    sealed = bytes(row.sealed)
    return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], row.kid.bytes)


@transaction.atomic
def reseal() -> int:
    """Seal with the first secret whatever another one sealed; returns how many."""
    rows = ContentKey.objects.exclude(sealed_with=current().active_id)
    changed = [_sealed(row, unseal(row)) for row in rows.select_for_update()]
    ContentKey.objects.bulk_update(changed, ["sealed", "sealed_with"])
    return len(changed)


def current() -> Secrets:
    """The secrets of ``CONTENT_KEY_SECRETS``, else one of this state directory alone."""
    kept = Path(settings.STATE_DIR) / "keys" / "content.json"
    return _parsed(settings.CONTENT_KEY_SECRETS or kept_once(kept, _fresh_secret))


def refuse_what_is_unusable() -> None:
    """Raise SecretsUnusable now, not when the first film is packaged or played."""
    if settings.CONTENT_KEY_SECRETS:
        current()


def _sealed(row: ContentKey, key: bytes) -> ContentKey:
    """The row with ``key`` in it. The KID is bound in: rows cannot be swapped."""
    known = current()
    nonce = secrets.token_bytes(_NONCE_BYTES)
    cipher = known.by_id[known.active_id]
    row.sealed = nonce + cipher.encrypt(nonce, key, row.kid.bytes)
    row.sealed_with = known.active_id
    return row


@cache
def _parsed(text: str) -> Secrets:
    try:
        entries: list[dict[str, Any]] = json.loads(text)
        raw = {one["id"]: base64.b64decode(one["key"]) for one in entries}
    except (TypeError, KeyError, json.JSONDecodeError, binascii.Error) as error:
        raise SecretsUnusable(
            'CONTENT_KEY_SECRETS must be [{"id": ..., "key": base64}]'
        ) from error
    if not raw or any(len(key) != _SECRET_BYTES for key in raw.values()):
        raise SecretsUnusable("CONTENT_KEY_SECRETS needs keys of 32 bytes")
    return Secrets({name: AESGCM(key) for name, key in raw.items()})


def _fresh_secret() -> str:
    key = base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    return json.dumps([{"id": f"dev-{secrets.token_hex(4)}", "key": key}])
