"""ClearKey licences (W3C EME) for playing sessions, issued by ourselves: development only.

Other systems get their licences from the vendor's server; what is common to all is the
token of a session, minted per play and short-lived.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.core import signing

from playback import vault
from playback.models import ContentKey, PlaybackSession
from playback.protection import tracks_up_to
from streamapi.errors import Denied, InvalidInput

HEADER: Final = "X-License-Token"
TOKEN_S: Final = 300
_SALT: Final = "playback.licence"


class LicenceRefused(Denied):
    """Not this session, not any more, or not these keys."""

    code = "license_refused"
    title = "There is no licence for this"


def token_for(
    session_id: str, *, now: datetime, ends_at: datetime
) -> tuple[str, datetime]:
    """Permission to ask for licences within a session, and until when it is good."""
    expires_at = min(now + timedelta(seconds=TOKEN_S), ends_at)
    facts = [session_id, int(expires_at.timestamp())]
    return signing.dumps(facts, salt=_SALT, compress=False), expires_at


def issue(
    session: PlaybackSession, token: str, kids: Iterable[str], *, now: datetime
) -> dict[str, Any]:
    """The keys that were asked for and that the session's picture needs, as a JWK set."""
    _check(token, session, now)
    wanted = _read(kids)
    tracks = tracks_up_to(session.max_height)
    rows = ContentKey.objects.filter(
        folder=session.folder, track__in=tracks, kid__in=wanted
    ).order_by("pk")
    keys = [
        {"kty": "oct", "kid": _text(row.kid.bytes), "k": _text(vault.unseal(row))}
        for row in rows
    ]
    if not keys:
        raise LicenceRefused("This session needs none of these keys.")
    return {"keys": keys, "type": "temporary"}


def _check(token: str, session: PlaybackSession, now: datetime) -> None:
    try:
        session_id, expires = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise LicenceRefused("The licence token is missing or not ours.") from error
    if session_id != session.public_id:
        raise LicenceRefused("The licence token is of another session.")
    if now >= datetime.fromtimestamp(expires, UTC):
        raise LicenceRefused("The licence token has expired: renew the session.")


def _read(kids: Iterable[str]) -> Sequence[uuid.UUID]:
    """Key ids from base64 without padding, as EME sends them."""
    try:
        return [
            uuid.UUID(bytes=base64.urlsafe_b64decode(f"{kid}{'=' * (-len(kid) % 4)}"))
            for kid in kids
        ]
    except (ValueError, binascii.Error) as error:
        raise InvalidInput(
            "A key id is 16 bytes in base64url.", code="invalid_key_id", pointer="/kids"
        ) from error


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
