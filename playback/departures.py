"""A device was signed out for good: what it plays ends with its next heartbeat."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from accounts.models import Device
from playback import leases
from playback.models import PlaybackSession
from streamapi.errors import Unavailable


def end_streams(device: Device, now: datetime) -> None:
    """End the sessions of ``device`` and free their places."""
    playing = PlaybackSession.objects.open().filter(device=device)
    ending = list(playing.values_list("account__public_id", "public_id"))
    reason = PlaybackSession.End.REVOKED
    playing.update(ended_at=now, end_reason=reason)
    for owner, session in ending:
        with suppress(Unavailable):  # without Redis the heartbeat asks PostgreSQL
            leases.release(owner, session, reason)
