"""Work spread over processes: fresh ones, which share no connection with ours.

Nothing here imports models, so that a new process can load it before Django is ready.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final, TypeVar

import django
from django.db import connection, connections

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_MOST: Final = 8


def cores() -> int:
    """How many processors we may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spread(
    work: Callable[[_Item], _Result], items: Sequence[_Item], *, few: int
) -> Iterator[_Result]:
    """The result of each item, in turn; ``few`` items are not worth a process."""
    if len(items) <= few or cores() < 2:
        yield from map(work, items)
        return
    with ProcessPoolExecutor(
        min(cores(), _MOST),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_join,
        initargs=(str(connection.settings_dict["NAME"]),),
    ) as pool:
        yield from pool.map(work, items)


def let_statements_run() -> None:
    """The limits on statements are for requests; nobody waits for an answer here."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET idle_in_transaction_session_timeout = 0")


def _join(database: str) -> None:
    """Make a new process one of ours, on the same database.

    Batches are large and hold no cycles: looking for some among them takes a fifth of
    the time.
    """
    gc.set_threshold(1_000_000)
    django.setup()
    connections["default"].settings_dict["NAME"] = database
    let_statements_run()
