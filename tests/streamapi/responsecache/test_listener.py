"""The listener hears purges, and trust in memory ends when it does not."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from redis import Redis

from streamapi.local.processes import wait_until
from streamapi.responsecache import access, runtime
from streamapi.responsecache.access import AccessLines
from streamapi.responsecache.listener import Listener
from streamapi.responsecache.shared import CacheDown, SharedLevel
from tests.streamapi.responsecache.site import Backstage
from tests.streamapi.responsecache.workers import Worker


@pytest.fixture
def listening(
    make_worker: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Worker, Listener]]:
    """A worker in real time, with a real listener."""
    worker = make_worker()
    worker.cache.clock = time.monotonic
    worker.cache.memory._clock = time.monotonic
    worker.shared.breaker._clock = time.monotonic
    worker.shared._server_us = lambda: 0
    worker.cache.trust_until(0)
    listener = Listener(worker.cache, runtime.channel_client)
    listener.start()
    listener.start()
    assert wait_until(lambda: is_trusted(worker), 5)
    yield worker, listener
    listener.stop()
    for thread in threading.enumerate():
        if thread.name == "purge-listener":
            thread.join(5)


def is_trusted(worker: Worker) -> bool:
    return time.monotonic() < worker.cache.trusted_until


def held(worker: Worker) -> int:
    return len(worker.cache.memory.entries)


def cut_the_channel(client: Redis) -> None:
    client.client_kill_filter(_type="pubsub")


class TestHearing:
    def test_a_purge_of_another_process(
        self, listening: tuple, make_worker: Callable[..., Worker], backstage: Backstage
    ) -> None:
        worker, _ = listening
        worker.get()
        worker.get("/v1/pages/other")
        assert held(worker) == 2
        make_worker().shared.purge({"page:home"})
        assert wait_until(lambda: held(worker) == 1, 2)
        assert worker.get("/v1/pages/other").cache == "HIT"

    def test_that_everything_is_to_go(
        self, listening: tuple, make_worker: Callable[..., Worker]
    ) -> None:
        worker, _ = listening
        worker.get()
        make_worker().shared.clear()
        assert wait_until(lambda: held(worker) == 0, 2)

    def test_that_an_answer_has_arrived(
        self, listening: tuple, make_worker: Callable[..., Worker]
    ) -> None:
        worker, _ = listening
        arrived = worker.cache.arrivals.expect("some key")
        make_worker().shared.give_up("some key")
        assert arrived.wait(2)

    def test_keeps_trust_alive(self, listening: tuple) -> None:
        worker, _ = listening
        before = worker.cache.trusted_until
        assert wait_until(lambda: worker.cache.trusted_until > before, 3)


class TestLosing:
    def test_the_channel_ends_trust_and_what_was_missed_is_made_up_for(
        self,
        listening: tuple,
        make_worker: Callable[..., Worker],
        client_of_redis: Redis,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        worker, listener = listening
        worker.get()
        worker.get("/v1/pages/other")
        gate = threading.Event()
        connect = listener._connect

        def connect_later() -> Redis:
            gate.wait(5)
            return connect()

        listener._connect = connect_later
        cut_the_channel(client_of_redis)
        assert wait_until(lambda: not is_trusted(worker), 3)
        make_worker().shared.purge({"page:home"})
        assert held(worker) == 2
        gate.set()
        assert wait_until(lambda: is_trusted(worker), 5)
        assert held(worker) == 1

    def test_the_marks_too_empties_the_memory(
        self, listening: tuple, client_of_redis: Redis, namespace: str
    ) -> None:
        worker, _ = listening
        worker.get()
        client_of_redis.delete(f"{namespace}:marks")
        cut_the_channel(client_of_redis)
        assert wait_until(lambda: held(worker) == 0, 5)

    def test_answers_to_pings_ends_trust(
        self, listening: tuple, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        worker, _ = listening
        monkeypatch.setattr("redis.client.PubSub.ping", lambda _self: None)
        assert wait_until(lambda: not is_trusted(worker), 5)

    def test_redis_at_start_is_tried_again(
        self, make_worker: Callable[..., Worker]
    ) -> None:
        worker = make_worker()
        worker.cache.trust_until(0)
        tries: list[float] = []

        def connect() -> Redis:
            tries.append(time.monotonic())
            return Redis(host="127.0.0.1", port=1)

        listener = Listener(worker.cache, connect)
        listener.start()
        assert wait_until(lambda: len(tries) >= 2, 10)
        listener.stop()

    def test_nothing_is_inherited_by_a_child(self, worker: Worker) -> None:
        listener = Listener(worker.cache, runtime.channel_client)
        listener._started = True
        listener._forked()
        assert not listener._started
        assert worker.cache.trusted_until == 0


class TestChores:
    def test_write_lines_and_leave_numbers(
        self, worker: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written: list[str] = []
        monkeypatch.setattr(access._log, "info", lambda _f, text: written.append(text))
        chores = runtime._chores(worker.cache, worker.door.lines)
        worker.get(x_request_id="caller-1234")
        worker.get()
        chores()
        chores()
        first, second = written[0].split("\n")
        assert '"cache":"MISS"' in first
        assert '"request_id":"caller-1234"' in first
        assert '"cache":"HIT"' in second
        (report,) = worker.shared.reports()
        assert (report["hits"], report["misses"], report["memory_entries"]) == (1, 1, 1)

    def test_do_not_mind_that_redis_is_down(
        self, worker: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def down(*_: object, **__: object) -> None:
            raise CacheDown("not there")

        monkeypatch.setattr(SharedLevel, "report", down)
        monkeypatch.setattr(SharedLevel, "renew", down)
        runtime.report(worker.cache)
        Listener(worker.cache, runtime.channel_client)._tick()


class TestAccessLines:
    def test_can_be_sampled(self) -> None:
        lines = AccessLines(sample=0.5)
        for number in range(240):
            lines.add("GET", "/", "200", 0.1, "HIT", str(number))
        assert 60 < len(lines._lines) < 180

    def test_are_written_when_there_are_enough(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written: list[str] = []
        monkeypatch.setattr(access, "_BATCH", 4)
        monkeypatch.setattr(
            access._log, "info", lambda _form, text: written.append(text)
        )
        lines = AccessLines()
        for number in range(10):
            lines.add("GET", "/", "200", 0.1, "HIT", f"an-id-of-{number}")
        assert [text.count("\n") + 1 for text in written] == [4, 4]
        lines.flush()
        lines.flush()
        assert [text.count("\n") + 1 for text in written] == [4, 4, 2]

    def test_forget_paths_before_there_are_too_many(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(access, "_PATHS", 3)
        lines = AccessLines()
        for number in range(10):
            lines.add("GET", f"/{number}", "200", 0.1, "HIT", "an-id-of-8")
        assert len(lines._paths) <= 3
        assert len(lines._lines) == 10

    def test_are_json_whatever_the_path(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(access._log, "propagate", True)
        caplog.set_level("INFO", access._log.name)
        monkeypatch.setattr(access, "time", lambda: 1_700_000_000.25)
        lines = AccessLines()
        for path in ("/v1/titles", '/v1/"\\\n\u00fc\u2028', "/v1/titles"):
            lines.add("GET", path, "304", 0.12345, "HIT", "an-id-of-8")
        lines.flush()
        first, odd, _ = map(json.loads, caplog.messages[-1].split("\n"))
        assert first == {
            "at": "2023-11-14T22:13:20.250000+00:00",
            "level": "info",
            "logger": "access",
            "message": "GET /v1/titles 304",
            "request_id": "an-id-of-8",
            "method": "GET",
            "path": "/v1/titles",
            "status": 304,
            "ms": 0.123,
            "cache": "HIT",
        }
        assert odd["path"] == '/v1/"\\\n\u00fc\u2028'


class TestFrontDoorOfTheProduct:
    def test_is_put_together_from_settings(self, worker: Worker) -> None:
        door = runtime.front_door(worker.door._application)
        assert door.cache.memory._max_bytes == settings.RESPONSE_CACHE_MEMORY_BYTES
        assert door.cache.shared is runtime.shared_level()
