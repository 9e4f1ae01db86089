"""Puts the response cache of this process together, from settings."""

from __future__ import annotations

import functools
import os
import uuid
from collections.abc import Callable
from typing import Final

import gevent
from django.conf import settings
from django.utils.module_loading import import_string
from django_redis import get_redis_connection
from gevent import monkey
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from streamapi.http.variant import rules
from streamapi.responsecache.access import AccessLines
from streamapi.responsecache.delivery import Delivery
from streamapi.responsecache.edgepurges import EdgePurges
from streamapi.responsecache.engine import (
    Limits,
    Offload,
    ResponseCache,
    at_once,
)
from streamapi.responsecache.entries import Entry
from streamapi.responsecache.frontdoor import FrontDoor
from streamapi.responsecache.listener import Listener
from streamapi.responsecache.memory import Memory
from streamapi.responsecache.planner import Planner
from streamapi.responsecache.rebuilding import Rebuilder, WsgiApplication, host_for
from streamapi.responsecache.shared import CacheDown, SharedLevel
from streamapi.responsecache.stats import Stats

_REPORT_EVERY: Final = 10
_REPORT_FOR_MS: Final = 15_000


@functools.cache
def shared_level() -> SharedLevel:
    """Redis as this process sees it, through django-redis's pool of the cache alias."""
    return SharedLevel(
        get_redis_connection("default"),
        namespace=settings.RESPONSE_CACHE_NAMESPACE,
        owner=f"{os.getpid()}-{uuid.uuid4().hex[:12]}",
    )


def edge_purges() -> EdgePurges | None:
    """The way to the edge that can be told of purges, if the settings name one."""
    name = settings.RESPONSE_CACHE_EDGE
    return EdgePurges(functools.cache(import_string(name))) if name else None


delivery: Final = Delivery(shared_level, edge=edge_purges())


def channel_client() -> Redis:
    """A connection of its own for the purge channel: it waits, others must not."""
    return Redis.from_url(
        settings.REDIS_CACHE_URL,
        socket_timeout=1.0,
        socket_connect_timeout=1.0,
        retry=Retry(NoBackoff(), 0),
    )


def access_lines() -> AccessLines:
    """The lines of what is answered in front of Django."""
    return AccessLines(settings.RESPONSE_CACHE_LOG_SAMPLE)


def front_door(
    application: WsgiApplication, lines: AccessLines | None = None
) -> FrontDoor:
    """The application with the response cache ahead of it."""
    lines = lines or access_lines()
    cache = ResponseCache(
        memory=Memory(settings.RESPONSE_CACHE_MEMORY_BYTES),
        shared=shared_level(),
        rebuilder=Rebuilder(application, host_for(settings.ALLOWED_HOSTS)),
        stats=Stats(),
        limits=Limits(reader_lag_us=int(settings.READER_LAG_S * 1_000_000)),
        offload=_offload(),
    )
    delivery.attach(cache)
    listener = Listener(cache, channel_client, _chores(cache, lines))
    return FrontDoor(application, cache, Planner(rules()), listener, lines)


def _offload() -> Offload:
    """Compression leaves gevent's loop to the others; elsewhere it stays in its thread."""
    return _in_hub_thread if monkey.is_module_patched("threading") else at_once


def _in_hub_thread(function: Callable[[Entry], Entry], entry: Entry) -> Entry:
    finished: Entry = gevent.get_hub().threadpool.apply(function, (entry,))
    return finished


def _chores(cache: ResponseCache, lines: AccessLines) -> Callable[[], None]:
    """What the listener does at each tick: write lines, retry purges, report."""
    ticks = 0

    def chores() -> None:
        nonlocal ticks
        ticks += 1
        lines.flush()
        delivery.flush()
        if ticks % _REPORT_EVERY == 1:
            report(cache)

    return chores


def report(cache: ResponseCache) -> None:
    """Leave the numbers of this process for the status page."""
    numbers = cache.stats.as_dict() | {
        "memory_entries": len(cache.memory.entries),
        "memory_bytes": cache.memory.bytes,
        "evicted": cache.memory.evicted,
        "processes": 1,
    }
    try:
        cache.shared.report(numbers, for_ms=_REPORT_FOR_MS)
    except CacheDown:
        return
