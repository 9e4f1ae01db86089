"""Purging by tag: once for each commit, whatever number of saves led to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final
from weakref import WeakKeyDictionary

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from streamapi.responsecache.tags import checked

Deliver = Callable[[frozenset[str]], None]

_pending: Final[WeakKeyDictionary[BaseDatabaseWrapper, set[str]]] = WeakKeyDictionary()
_receivers: Final[list[Deliver]] = []


def on_purge(receiver: Deliver) -> Deliver:
    """Have ``receiver`` called with the tags of each purge, after the commit."""
    _receivers.append(receiver)
    return receiver


def purge(tags: Iterable[str], *, using: str | None = None) -> None:
    """Make every answer that carries one of ``tags`` stale for good.

    Inside a transaction this waits for the commit; a rollback purges nothing.
    """
    found = checked(tags)
    if not found:
        return
    connection = transaction.get_connection(using)
    _pending.setdefault(connection, set()).update(found)
    # Registered each time, not only for a fresh set: a rollback drops the callback but
    # leaves the set, and the next save would otherwise find a set and register nothing.
    transaction.on_commit(partial(_drain, connection), using=using)


def _drain(connection: BaseDatabaseWrapper) -> None:
    """Deliver what has gathered; the callbacks after the first find nothing."""
    tags = _pending.pop(connection, None)
    if tags:
        for receiver in _receivers:
            receiver(frozenset(tags))
