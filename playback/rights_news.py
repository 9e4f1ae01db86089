"""Rights that change while somebody watches live: the next heartbeat asks for them anew.

What a household has is its own: the change is noted with its sessions. A channel may have
any number of viewers, so every worker reads every few seconds which were changed lately;
a change of a package, or of what products open, counts as one of the channels in it.
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
from django.db.models import Q, QuerySet
from django.db.models.signals import m2m_changed, post_save, pre_delete
from django.utils import timezone

from accounts.models import Account, Entitlement, Package, Product, Profile
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
    for model in (Account, Entitlement, Profile):
        post_save.connect(_saved, sender=model, dispatch_uid="rights_news")
    pre_delete.connect(_unpacked, sender=Package, dispatch_uid="rights_news")
    post_save.connect(_resold, sender=Product, dispatch_uid="rights_news")
    for related, hear in (
        (Channel.packages, _repacked),
        (Product.packages, _resold),
        (Product.includes, _resold),
    ):
        m2m_changed.connect(hear, sender=related.through, dispatch_uid="rights_news")


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
    if created and not isinstance(instance, Entitlement):
        return
    is_account = isinstance(instance, Account)
    account_pk = instance.pk if is_account else instance.account_id
    transaction.on_commit(partial(_note, account_pk))


def _repacked(
    instance: Any, pk_set: set[int] | None, *, reverse: bool, **_: Any
) -> None:
    """Packages are a part of the channel: it is changed when they are."""
    if not reverse:
        _touch(Channel.objects.filter(pk=instance.pk))
        return
    _touch(Channel.objects.filter(pk__in=pk_set or ()))
    _unpacked(instance)


def _unpacked(instance: Package, **_: Any) -> None:
    """A package that goes, with or without its content."""
    _touch(Channel.objects.filter(packages=instance))


def _resold(
    instance: Product | Package, pk_set: set[int] | None = None, **signal: Any
) -> None:
    """What a product opens, itself or as a part of another, may be another set now."""
    if isinstance(instance, Package):
        _unpacked(instance)
        return
    is_about_parts = signal.get("model") is Product
    products = {instance.pk, *((pk_set or ()) if is_about_parts else ())}
    packages = set() if is_about_parts else pk_set or set()
    opened = Package.objects.filter(
        Q(pk__in=packages)
        | Q(products__in=products)
        | Q(products__product__in=products)
    )
    _touch(Channel.objects.filter(packages__in=opened))


def _touch(channels: QuerySet[Channel]) -> None:
    changed = channels.values("pk")
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
