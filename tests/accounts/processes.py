"""Many processes do one thing at the same moment, as the workers of a service would."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections

from streamapi import state

T = TypeVar("T")
PROCESSES = 4
THREADS = 4
_fork = multiprocessing.get_context("fork")
_start: list[Any] = []


def at_once(work: Callable[..., T], jobs: Sequence[tuple[Any, ...]]) -> list[T]:
    """``work(*job)`` for every job, spread over processes that begin together."""
    connections.close_all()  # a fork must not share a socket
    state.client.cache_clear()
    barrier = _fork.Barrier(PROCESSES)
    with _fork.Pool(PROCESSES, _begin, (barrier,)) as pool:
        parts = [(work, jobs[number::PROCESSES]) for number in range(PROCESSES)]
        found = pool.starmap(_all, parts, chunksize=1)
        pool.close()
        pool.join()
    return [answer for part in found for answer in part]


def _begin(barrier: Any) -> None:
    """Coverage's handler and a pool's end wait for each other; and all start together."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _start.append(barrier)


def _all(work: Callable[..., T], jobs: Sequence[tuple[Any, ...]]) -> list[T]:
    def one(job: tuple[Any, ...]) -> T:
        try:
            return work(*job)
        finally:
            connections.close_all()

    _start[0].wait(30)
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(one, jobs))
