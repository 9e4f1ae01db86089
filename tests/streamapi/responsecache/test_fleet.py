"""Four real workers: purges reach them all, and no outage reaches their clients."""

from __future__ import annotations

import signal
import statistics
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis import Redis

from streamapi.local import postgres
from streamapi.local.services import runtime_directory
from tests.streamapi.responsecache.fleet import (
    Client,
    Database,
    Fleet,
    Reply,
    Store,
    eventually,
    storm,
)

pytestmark = pytest.mark.fault

WORKERS = 4


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    made = runtime_directory()
    yield made
    subprocess.run(["rm", "-rf", str(made)], check=True)


@pytest.fixture(scope="module")
def database(directory: Path) -> Iterator[Database]:
    running = Database(postgres.throwaway(directory))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def store(directory: Path) -> Iterator[Store]:
    running = Store(directory)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def fleet(database: Database, store: Store, directory: Path) -> Iterator[Fleet]:
    running = Fleet(database, store, directory, WORKERS)
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def connections(fleet: Fleet) -> Iterator[None]:
    """What a test opened ends with it."""
    yield
    fleet.hang_up()


@pytest.fixture
def clients(fleet: Fleet) -> list[Client]:
    """A connection to each worker."""
    return list(fleet.one_client_per_worker().values())


def all_answer(clients: list[Client], path: str, value: str) -> bool:
    return all(client.get(path).json["value"] == value for client in clients)


def ages(replies: list[Reply]) -> list[int]:
    return [int(reply.headers["Age"]) for reply in replies]


class TestPurge:
    def test_reaches_every_worker_within_a_moment(
        self, fleet: Fleet, clients: list[Client]
    ) -> None:
        times, readings = [], []
        for number in range(20):
            value = f"v{number}"
            fleet.change("news", value)
            committed = time.monotonic()
            assert eventually(lambda v=value: all_answer(clients, "/v1/rows/news", v))
            heard = time.monotonic()
            assert all_answer(clients, "/v1/rows/news", value)
            times.append(heard - committed)
            readings.append(time.monotonic() - heard)
        busy = 10 * statistics.median(readings)
        assert statistics.median(times) <= 0.25 + busy, (times, readings)

    def test_leaves_everything_else_where_it_is(
        self, fleet: Fleet, clients: list[Client]
    ) -> None:
        for client in clients:
            client.get("/v1/titles")
        fleet.change("news", "again")
        states = [client.get("/v1/titles").headers["X-Cache"] for client in clients]
        assert states == ["HIT"] * WORKERS


class TestStorm:
    def test_of_a_thousand_clients_makes_one_rebuild(
        self, fleet: Fleet, database: Database
    ) -> None:
        fleet.client().get("/v1/titles")
        hot = storm(fleet.port, "/v1/titles", 1000)[-1][1]
        answers = storm(fleet.port, "/v1/rows/storm?delay_ms=1500", 1000)
        assert [status for status, _ in answers] == [200] * 1000
        assert database.times_asked("storm") == 1
        assert answers[-1][1] <= 2 * 1.5 + 3 * hot, "twice the rebuild, and the sockets"


class TestValkey:
    def test_killed_and_back(self, fleet: Fleet, store: Store) -> None:
        with fleet.under_load("/v1/rows/a", "/v1/titles") as load:
            time.sleep(0.5)
            store.stop()
            time.sleep(2)
            store.start()
            time.sleep(1)
        assert load.statuses == {200}
        assert not load.broken
        self.purges_work_again(fleet, "a", "after-the-kill")

    def test_hung_and_back(self, fleet: Fleet, store: Store) -> None:
        fleet.change("b", "before")
        with fleet.under_load("/v1/rows/b", "/v1/titles") as calm:
            time.sleep(1)
        with fleet.under_load("/v1/rows/b", "/v1/titles") as load:
            time.sleep(0.5)
            store.send(signal.SIGSTOP)
            time.sleep(4)
            store.send(signal.SIGCONT)
            time.sleep(1)
        assert load.statuses == {200}
        assert not load.broken
        assert load.slowest() < 2 + calm.slowest()
        self.purges_work_again(fleet, "b", "after-the-stop")

    def test_flushed(self, fleet: Fleet, store: Store) -> None:
        with fleet.under_load("/v1/rows/c", "/v1/titles") as load:
            time.sleep(0.5)
            Redis.from_url(store.url).flushall()
            time.sleep(1)
        assert load.statuses == {200}
        self.purges_work_again(fleet, "c", "after-the-flush")

    def test_a_change_while_it_hangs_is_seen_when_it_is_back(
        self, fleet: Fleet, store: Store, clients: list[Client]
    ) -> None:
        fleet.change("d", "old")
        assert eventually(lambda: all_answer(clients, "/v1/rows/d", "old"))
        store.send(signal.SIGSTOP)
        try:
            fleet.change("d", "new")
            time.sleep(2.5)
        finally:
            store.send(signal.SIGCONT)
        assert eventually(lambda: all_answer(clients, "/v1/rows/d", "new"), 5)

    def purges_work_again(self, fleet: Fleet, name: str, value: str) -> None:
        clients = list(fleet.one_client_per_worker().values())
        fleet.change(name, value)
        assert eventually(lambda: all_answer(clients, f"/v1/rows/{name}", value), 5)


class TestPostgres:
    def test_stopped_under_load_leaves_shared_reads_going(
        self, fleet: Fleet, database: Database, clients: list[Client]
    ) -> None:
        for client in clients:
            assert client.get("/v1/short/x").status == 200
        with fleet.under_load("/v1/short/x", "/v1/titles") as load:
            time.sleep(0.5)
            database.stop()
            try:
                time.sleep(4)
                late = [client.get("/v1/short/x") for client in clients]
            finally:
                database.start()
        assert load.statuses == {200}
        assert not load.broken
        assert {reply.headers["X-Cache"] for reply in late} == {"STALE"}
        assert min(ages(late)) >= 3
        assert eventually(
            lambda: max(ages([client.get("/v1/short/x") for client in clients])) <= 1,
            30,
        )

    def test_back_again_takes_writes_at_every_worker(
        self, fleet: Fleet, database: Database, clients: list[Client]
    ) -> None:
        """None of them goes on refusing for as long as the outage was."""

        crowd = [fleet.client() for _ in range(6 * WORKERS)]

        def write(number: int, client: Client) -> int:
            return client.get(f"/v1/rows/e{number}?value=x", "POST").status

        with ThreadPoolExecutor(len(crowd)) as pool:
            assert set(pool.map(write, range(len(crowd)), crowd)) == {201}
        database.stop()
        time.sleep(10)
        assert [write(0, client) for client in clients] == [503] * WORKERS
        database.start()
        refusing = dict(enumerate(clients))

        def all_have_taken() -> bool:
            for number, client in list(refusing.items()):
                if write(number, client) == 201:
                    del refusing[number]
            return not refusing

        assert eventually(all_have_taken, 4.5), "less than half the outage"


class TestWorkers:
    def test_a_killed_one_costs_each_client_one_connection_at_most(
        self, fleet: Fleet
    ) -> None:
        pid = next(iter(fleet.one_client_per_worker()))
        with fleet.under_load("/v1/titles") as load:
            time.sleep(0.5)
            subprocess.run(["kill", "-9", str(pid)], check=True)
            time.sleep(1)
        assert load.statuses == {200}
        assert max(load.broken.values(), default=0) <= 1
        assert eventually(fleet.is_up, 90)

    def test_a_killed_rebuild_is_taken_over(
        self, fleet: Fleet, database: Database
    ) -> None:
        with ThreadPoolExecutor(1) as pool:
            (pid, client), *others = fleet.one_client_per_worker().items()
            lost = pool.submit(client.get, "/v1/rows/orphan?delay_ms=600")
            assert eventually(lambda: database.times_asked("orphan") == 1)
            subprocess.run(["kill", "-9", str(pid)], check=True)
            reply = others[0][1].get("/v1/rows/orphan?delay_ms=600")
            assert isinstance(lost.exception(), OSError)
        assert reply.status == 200
        assert reply.seconds < 6, "before anybody's patience is over"
        assert eventually(fleet.is_up, 90)

    def test_a_reload_under_load_fails_no_request(self, fleet: Fleet) -> None:
        before = set(fleet.one_client_per_worker())
        with fleet.under_load("/v1/titles", "/v1/me") as load:
            fleet.process.send_signal(signal.SIGHUP)
            assert eventually(
                lambda: not before & set(fleet.one_client_per_worker()), 90
            )
        assert load.statuses == {200}
        assert not load.broken


class TestIsolation:
    def test_no_user_ever_sees_a_byte_of_another(self, fleet: Fleet) -> None:
        """A thousand requests of two people are under way at the same time."""
        people = [("alice", 12), ("bob", 18)] * 500
        tokens = [f"{name}-{number:04d}" for number, (name, _) in enumerate(people)]
        crowd = [fleet.client() for _ in people]

        def all_at_once(path: str) -> list[Reply]:
            for client, token in zip(crowd, tokens, strict=True):
                client.ask(path, Authorization=token)
            return [client.reply() for client in crowd]

        personal, common = all_at_once("/v1/me"), all_at_once("/v1/rows/common")
        for token, (_, ceiling), mine, shared in zip(
            tokens, people, personal, common, strict=True
        ):
            assert mine.json["me"] == token
            assert mine.headers["Cache-Control"] == "private, no-store"
            assert shared.json["maturity"] == ceiling
            assert b"alice" not in shared.body
            assert b"bob" not in shared.body
            assert shared.headers["Cache-Control"].startswith("private, ")
