"""Fixtures of the response cache: models that every project has, a site, workers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from streamapi.responsecache import purging
from streamapi.responsecache.registry import Registration, registry
from tests.streamapi.responsecache import site
from tests.streamapi.responsecache.workers import Clock, Worker


@pytest.fixture
def purges(monkeypatch: pytest.MonkeyPatch) -> list[frozenset[str]]:
    """The purges that were delivered, in order."""
    delivered: list[frozenset[str]] = []
    monkeypatch.setattr(purging, "_receivers", [delivered.append])
    monkeypatch.setattr(purging, "_pending", WeakKeyDictionary())
    return delivered


@pytest.fixture
def committing(
    django_capture_on_commit_callbacks: Any,
) -> Callable[[], AbstractContextManager[list]]:
    """A block at whose end a commit happens, as far as callbacks go."""
    return partial(django_capture_on_commit_callbacks, execute=True)


@pytest.fixture
def registered_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups and permissions as if an app had registered them."""
    models = {
        **registry.models(),
        Group: Registration(
            carries=lambda group: {f"group:{group.pk}"},
            purges=lambda group: {f"group:{group.pk}", "groups"},
            ignores=frozenset({"name"}),
        ),
        Permission: Registration(
            carries=lambda permission: {f"permission:{permission.pk}"},
            purges=lambda permission: {f"permission:{permission.pk}"},
            ignores=frozenset(),
        ),
    }
    monkeypatch.setattr(registry, "_models", models)


@pytest.fixture
def backstage(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[site.Backstage]:
    """The site of these tests, fresh; its requests leave the test's connection open."""
    settings.ROOT_URLCONF = "tests.streamapi.responsecache.site"
    monkeypatch.setattr(site, "backstage", site.Backstage())
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield site.backstage
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def site_in_bad_weather(
    backstage: site.Backstage, caplog: pytest.LogCaptureFixture
) -> None:
    """The site, for machines of which outages are a part: they are not logged."""
    caplog.set_level("CRITICAL")


@pytest.fixture
def client_of_redis() -> Iterator[Redis]:
    """A connection to the real server, impatient as the product's is."""
    client = Redis.from_url(
        settings.REDIS_CACHE_URL, socket_timeout=0.5, retry=Retry(NoBackoff(), 0)
    )
    yield client
    client.close()


@pytest.fixture
def namespace(client_of_redis: Redis) -> Iterator[str]:
    """A corner of Redis of its own for each test."""
    name = f"test-{uuid.uuid4().hex}"
    yield name
    for key in client_of_redis.scan_iter(match=f"{name}:*"):
        client_of_redis.delete(key)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_worker(
    backstage: site.Backstage, client_of_redis: Redis, namespace: str, clock: Clock
) -> Callable[..., Worker]:
    """Makes workers of one fleet, each trusted to hear purges."""
    application = get_wsgi_application()

    def make(**options: Any) -> Worker:
        options.setdefault("owner", uuid.uuid4().hex)
        worker = Worker(application, client_of_redis, namespace, clock, **options)
        worker.trust()
        return worker

    return make


@pytest.fixture
def worker(make_worker: Callable[..., Worker]) -> Worker:
    return make_worker()
