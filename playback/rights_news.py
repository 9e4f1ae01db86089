"""Rights that change while somebody watches live: the next heartbeat asks for them anew.

What a household has is its own: the change is noted with its sessions. A channel may have
any number of viewers, so every worker reads every few seconds which were changed lately.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import DatabaseError, transaction
from django.db.models.signals import m2m_changed, post_save
from django.utils import timezone

from accounts.models import Account, Entitlement
from channels.models import Channel
from playback import leases
from playback.models import PlaybackSession
from streamapi.errors import Unavailable

FRESH_S: Final = 5.0
_LATELY: Final = timedelta(minutes=6)
"""A little more than rights are believed anyway."""


@dataclass(slots=True)
class _Known:
    changed_s: Mapping[int, float] = field(default_factory=dict)
    read_at: float = -FRESH_S


_known = _Known()


def connect() -> None:
    """Hear of what households get and lose; called once in ``ready()``."""
    for model in (Account, Entitlement):
        post_save.connect(_saved, sender=model, dispatch_uid="rights_news")
    through = Channel.packages.through
    m2m_changed.connect(_repacked, sender=through, dispatch_uid="rights_news")


def of_channel(channel_pk: int, asked_s: int) -> bool:
    """Whether a channel was changed after its rights were asked for, as far as is known."""
    return _known.changed_s.get(channel_pk, 0.0) > asked_s


def is_fresh() -> bool:
    """Whether what is known was read a moment ago."""
    return time.monotonic() - _known.read_at < FRESH_S


def forget() -> None:
    """Read all anew at the next question."""
    _known.read_at = -FRESH_S


def refresh(now: datetime) -> None:
    """Read what was changed lately, unless it is fresh."""
    if is_fresh():
        return
    _known.read_at = time.monotonic()  # others go on with what is known meanwhile
    with suppress(DatabaseError):  # running streams go on by what was known last
        lately = Channel.objects.filter(updated_at__gt=now - _LATELY)
        _known.changed_s = {
            pk: moment.timestamp()
            for pk, moment in lately.values_list("pk", "updated_at")
        }


def _saved(instance: Any, *, created: bool, **_: Any) -> None:
    if isinstance(instance, Account):
        account_pk = instance.pk
        if created:
            return
    else:
        account_pk = instance.account_id
    transaction.on_commit(partial(_note, account_pk))


def _repacked(
    instance: Any, pk_set: set[int] | None, *, reverse: bool, **_: Any
) -> None:
    """Packages are a part of the channel: it is changed when they are."""
    changed = (pk_set or set()) if reverse else {instance.pk}
    Channel.objects.filter(pk__in=changed).update(updated_at=timezone.now())


def _note(account_pk: int) -> None:
    """Have the live sessions of a household ask with their next heartbeat."""
    for session in PlaybackSession.objects.open().filter(account=account_pk):
        watch = session.facts.get("live")
        if watch:
            watch["ask_at"] = 0
            session.save(update_fields=["facts"])
            with suppress(Unavailable):  # without Redis heartbeats read the row
                leases.amend(session.facts["owner"], session.public_id, live=watch)
