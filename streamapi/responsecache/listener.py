"""Hears the purges of the whole fleet; memory counts only while it does."""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

from streamapi.responsecache.engine import ResponseCache
from streamapi.responsecache.shared import ARRIVED, CLEARED, PURGED, CacheDown

_log = logging.getLogger(__name__)

_PING_S: Final = 0.4
_TRUST_S: Final = 2.0
"""A ping that was answered vouches for the channel this long, counted from its sending."""
_REST_S: Final = (0.05, 1.0)


class ChannelLost(Exception):
    """The channel is open but silent."""


class Listener:
    """One thread for each process; under gevent it is a greenlet.

    A dead man's switch: each answered ping moves the trust in memory on by a little. If
    Redis hangs, the connection breaks or this thread dies, trust runs out by itself.
    """

    def __init__(
        self,
        cache: ResponseCache,
        connect: Callable[[], Redis],
        each_tick: Callable[[], None] = lambda: None,
    ) -> None:
        self._cache = cache
        self._connect = connect
        self._each_tick = each_tick
        self._moment = "0"
        self._started = False
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        os.register_at_fork(after_in_child=self._forked)

    def start(self) -> None:
        """Begin to listen, once for each process; after a fork once more."""
        if self._started or not self._claim():
            return
        self._stopped.clear()
        threading.Thread(target=self._run, daemon=True, name="purge-listener").start()

    def _claim(self) -> bool:
        """Whether the caller is the first to start."""
        with self._lock:
            first = not self._started
            self._started = True
        return first

    def _forked(self) -> None:
        """A child has none of its parent's threads."""
        self._started = False
        self._cache.trust_until(0)

    def stop(self) -> None:
        """End the thread at its next tick."""
        self._stopped.set()

    def _run(self) -> None:
        rest = _REST_S[0]
        while not self._stopped.is_set():
            began = time.monotonic()
            try:
                self._listen()
            except (RedisError, OSError, CacheDown, ChannelLost) as problem:
                self._cache.trust_until(0)
                _log.warning("purge channel lost: %s", problem)
            if time.monotonic() - began > _TRUST_S:
                rest = _REST_S[0]
            self._tick()
            time.sleep(rest * random.uniform(0.5, 1.0))  # noqa: S311 no secret
            rest = min(rest * 2, _REST_S[1])

    def _listen(self) -> None:
        """Subscribe, catch up with what was missed, then hear until something breaks."""
        client = self._connect()
        channel: PubSub = client.pubsub()  # type: ignore[no-untyped-call]  # redis-py
        try:
            channel.subscribe(self._cache.shared.channel)
            self._await_subscription(channel)
            self._cache.shared.breaker.succeeded()
            self._catch_up()
            self._hear(channel)
        finally:
            channel.close()
            client.close()

    def _await_subscription(self, channel: PubSub) -> None:
        message = channel.get_message(timeout=1.0)
        if message is None or message["type"] != "subscribe":
            raise ChannelLost("no confirmation of the subscription")

    def _catch_up(self) -> None:
        missed = self._cache.shared.purged_since(self._moment)
        if missed.complete:
            self._cache.purge(missed.tags)
        else:
            self._cache.forget()
        self._moment = missed.moment

    def _hear(self, channel: PubSub) -> None:
        sent_at = answered_at = time.monotonic()
        self._cache.trust_until(sent_at + _TRUST_S)
        channel.ping()
        while not self._stopped.is_set():
            message = channel.get_message(timeout=_PING_S / 2)
            now = time.monotonic()
            if message is not None and message["type"] == "pong":
                answered_at = sent_at
                self._cache.trust_until(sent_at + _TRUST_S)
            elif message is not None:
                self._take(message)
                continue
            if now - sent_at >= _PING_S and answered_at == sent_at:
                sent_at = now
                channel.ping()
                self._tick()
            elif now - sent_at >= _TRUST_S:
                raise ChannelLost("a ping was not answered")

    def _take(self, message: dict[str, Any]) -> None:
        data: bytes = message["data"]
        kind, text = data[:1], data[1:].decode()
        if kind == PURGED:
            self._moment, *tags = text.split("\n")
            self._cache.purge(tags)
        elif kind == CLEARED:
            self._moment = text
            self._cache.forget()
        elif kind == ARRIVED:
            self._cache.arrivals.announce(text)

    def _tick(self) -> None:
        """What a process does now and then; it must never end the listening."""
        try:
            self._cache.renew_leases()
        except CacheDown:
            _log.debug("leases end by themselves")
        self._each_tick()
