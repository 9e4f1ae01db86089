"""The Redis that holds state: limits, locks, tokens in flight; its errors are errors."""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError
from redis.retry import Retry

from streamapi import redis_connections
from streamapi.errors import Unavailable

_log = logging.getLogger(__name__)

_CONNECTIONS: Final = 64
_WAIT_S: Final = 0.1
_SAY_AGAIN_S: Final = 10.0
_said_at = -math.inf


@lru_cache(maxsize=1)
def client() -> redis.Redis:
    """One pool a process: short timeouts, no retries, a brief wait for a connection.

    A plain client retries ten times: one command against a hung server then takes most
    of a minute. Here the caller learns within ``REDIS_TIMEOUT_S``.
    """
    pool = redis.BlockingConnectionPool.from_url(
        settings.REDIS_STATE_URL,
        **redis_connections.options(settings.REDIS_STATE_URL),
        max_connections=_CONNECTIONS,
        timeout=_WAIT_S,
        socket_timeout=settings.REDIS_TIMEOUT_S,
        socket_connect_timeout=settings.REDIS_TIMEOUT_S,
        health_check_interval=15,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )
    return redis.Redis(connection_pool=pool)


@contextmanager
def required() -> Iterator[redis.Redis]:
    """The client, where there is no way on without it: 503 when it does not answer."""
    try:
        yield client()
    except redis.RedisError as error:
        _say(error)
        raise Unavailable(retry_after_s=2) from error


def _say(error: redis.RedisError) -> None:
    """Why, once in ten seconds: what it does to requests is in their own lines."""
    global _said_at  # noqa: PLW0603 one clock for each process
    now = time.monotonic()
    if now - _said_at >= _SAY_AGAIN_S:
        _said_at = now
        _log.warning("Redis refuses or does not answer: %s", error)


class Script:
    """A Lua script: one atomic step on the server, sent by its hash."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._sha = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()

    def __call__(
        self, keys: Sequence[str], args: Sequence[str | bytes | int | float]
    ) -> Any:
        with required() as server:
            try:
                return server.evalsha(self._sha, len(keys), *keys, *args)
            except NoScriptError:
                return server.eval(self._source, len(keys), *keys, *args)
