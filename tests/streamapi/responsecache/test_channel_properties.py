"""Workers that hear each other over a real channel: once all have heard, all are right.

Each worker has its own memory, its own connection and its own listener, as processes
have. What is checked does not depend on how quick the machine is: a mark goes down the
channel behind every purge, and whoever has heard the mark must answer what is current.
"""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from redis import Redis

from streamapi.responsecache.delivery import Delivery
from streamapi.responsecache.listener import Listener
from tests.streamapi.responsecache import site
from tests.streamapi.responsecache.workers import Worker

WORKERS = st.integers(0, 2)
PAGES = ("home", "kids")
LANGUAGES = ("en", "de")
PATIENCE_S = 30.0


class RealTime:
    """The clock of the machine; moments are Redis's own."""

    def __call__(self) -> float:
        return time.monotonic()

    def microseconds(self) -> int:
        return 0


class Process:
    """A worker with what a process has of its own."""

    def __init__(self, application: Any, namespace: str, number: int) -> None:
        self.name = f"{namespace}-{number}"
        self.client = Redis.from_url(settings.REDIS_CACHE_URL)
        self.worker = Worker(
            application, self.client, namespace, RealTime(), owner=self.name
        )
        self.delivery = Delivery(lambda: self.worker.shared)
        self.delivery.attach(self.worker.cache)
        self.listener = Listener(self.worker.cache, self._connect)
        self.listener.start()

    def _connect(self) -> Redis:
        return Redis.from_url(
            settings.REDIS_CACHE_URL, client_name=self.name, socket_timeout=5
        )

    def read(self, page: str, language: str) -> dict[str, Any]:
        reply = self.worker.get(f"/v1/pages/{page}?lang={language}")
        assert reply.status == 200
        seen: dict[str, Any] = reply.json
        assert (seen["name"], seen["language"]) == (page, language)
        return seen

    def lose_the_channel(self) -> None:
        """The server ends the connection of the listener."""
        for one in self.client.client_list():
            if one["name"] == self.name:
                self.client.client_kill_filter(_id=one["id"])

    def has_heard(self, moment: str) -> bool:
        return (
            int(self.listener._moment) >= int(moment)
            and time.monotonic() < self.worker.cache.trusted_until
        )

    def end(self) -> None:
        self.listener.stop()
        self.client.close()


class Fleet(RuleBasedStateMachine):
    """Editors change pages, viewers read them, connections break."""

    @initialize()
    def start(self) -> None:
        site.backstage = site.Backstage(filler="")
        self.namespace = f"test-{uuid.uuid4().hex}"
        application = get_wsgi_application()
        self.processes = [
            Process(application, self.namespace, number) for number in range(3)
        ]
        self.version = 1

    @rule(worker=WORKERS, page=st.sampled_from(PAGES), lang=st.sampled_from(LANGUAGES))
    def read(self, worker: int, page: str, lang: str) -> None:
        self.processes[worker].read(page, lang)

    @rule(worker=WORKERS)
    def change(self, worker: int) -> None:
        self.version += 1
        site.backstage.version = self.version
        self.processes[worker].delivery.deliver(frozenset({"pages"}))

    @rule(worker=WORKERS)
    def lose_the_channel(self, worker: int) -> None:
        self.processes[worker].lose_the_channel()

    @rule(worker=WORKERS)
    def forget_everything(self, worker: int) -> None:
        self.processes[worker].delivery.clear()

    @rule()
    def lose_what_redis_holds(self) -> None:
        self._wipe()

    @rule()
    def all_have_heard(self) -> None:
        moment = self.processes[0].worker.shared.purge({"mark"})
        give_up_at = time.monotonic() + PATIENCE_S
        for process in self.processes:
            while not process.has_heard(moment):
                assert time.monotonic() < give_up_at, f"{process.name} hears nothing"
                time.sleep(0.005)
        for process in self.processes:
            for page in PAGES:
                for language in LANGUAGES:
                    seen = process.read(page, language)
                    assert seen["version"] == self.version

    def _wipe(self) -> None:
        client = self.processes[0].client
        for key in client.scan_iter(match=f"{self.namespace}:*", count=1000):
            client.delete(key)

    def teardown(self) -> None:
        if hasattr(self, "processes"):
            self.all_have_heard()
            self._wipe()
            for process in self.processes:
                process.end()


@pytest.mark.fault
@pytest.mark.usefixtures("site_in_bad_weather")
class TestFleet:
    def test_whoever_has_heard_of_a_change_answers_what_is_current(self) -> None:
        machine = Fleet.TestCase()
        machine.settings = hypothesis_settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        machine.runTest()
