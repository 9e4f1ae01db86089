"""Passwords and PINs, hashed where they cannot stall other requests.

One Argon2 hash takes as long as a hundred cached answers. Under gevent it runs in the
hub's thread pool, a few at a time; who cannot be served within a moment is told to come
back instead of queueing up.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Any, Final, TypeVar

import gevent
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    make_password,
    verify_password,
)
from gevent import monkey

from streamapi.errors import Unavailable

T = TypeVar("T")

SLOTS: Final = 2
WAIT_S: Final = 1.0
_slots = BoundedSemaphore(SLOTS)


class Argon2(Argon2PasswordHasher):
    """RFC 9106's second recommended setting: 64 MiB, three passes, four lanes."""

    time_cost = 3
    memory_cost = 65536
    parallelism = 4


def make(raw: str | None) -> str:
    """The salted hash of a secret that people choose; unusable for ``None``."""
    return _off_the_hub(make_password, raw)


def verify(raw: str, encoded: str) -> tuple[bool, bool]:
    """Whether the secret fits, and whether its hash is of an outdated cost.

    For an empty or unusable hash the same work is done, so that time tells nothing.
    """
    return _off_the_hub(verify_password, raw, encoded)


def _off_the_hub(work: Callable[..., T], *args: Any) -> T:
    if not _slots.acquire(timeout=WAIT_S):
        raise Unavailable("Too many sign-ins at once.", retry_after_s=1)
    try:
        if not monkey.is_module_patched("threading"):
            return work(*args)
        done: T = gevent.get_hub().threadpool.apply(work, args)
        return done
    finally:
        _slots.release()
