"""One real worker under what a day in production brings."""

import http.client
import itertools
import signal
import socket
import statistics
import threading
import time

import pytest

from streamapi.local.processes import wait_until

from .conftest import Database, Server, StartServer

pytestmark = pytest.mark.fault


def ping_times(server: Server, stop: threading.Event) -> list[float]:
    """How long pings on one connection take, until ``stop`` is set."""
    connection = server.connect()
    times = []
    while not stop.is_set():
        started = time.perf_counter()
        assert server.get("/v1/probe/ping", connection).status == 200
        times.append(time.perf_counter() - started)
        time.sleep(0.005)
    connection.close()
    return times


class TestGevent:
    def test_it_took_over_before_anything_else_was_imported(
        self, server: Server
    ) -> None:
        assert set(server.get("/v1/probe/patched").json().values()) == {True}

    def test_queries_of_one_worker_wait_side_by_side(self, server: Server) -> None:
        started = time.monotonic()

        answers = server.get_all(["/v1/probe/sleep?s=0.8"] * 10)

        assert [answer.status for answer in answers] == [200] * 10
        assert time.monotonic() - started < 5  # 8 s when each blocks the worker

    def test_sign_ins_do_not_stall_other_requests(self, server: Server) -> None:
        started = time.perf_counter()
        assert server.get("/v1/probe/sign_in").status == 200
        one_hash = time.perf_counter() - started
        storm_is_over = threading.Event()
        answers = []

        def storm() -> None:
            answers.extend(server.get_all(["/v1/probe/sign_in"] * 60))
            storm_is_over.set()

        thread = threading.Thread(target=storm)
        thread.start()
        times = ping_times(server, storm_is_over)
        thread.join()

        statuses = [answer.status for answer in answers]
        assert set(statuses) == {200, 503}
        refused = next(answer for answer in answers if answer.status == 503)
        assert refused.headers["Retry-After"] in {"1", "2"}
        assert refused.json()["code"] == "unavailable"
        # On the hub, a ping would wait for whole hashes, many of them in a row.
        assert statistics.median(times) < one_hash


class TestDeadlines:
    def test_a_storm_of_them_leaves_every_slot_usable(self, server: Server) -> None:
        answers = server.get_all(["/v1/probe/sleep?s=5"] * 40)

        assert {answer.status for answer in answers} == {503}
        assert {answer.headers["Retry-After"] for answer in answers} == {"2"}

        def all_ten_at_once() -> bool:
            again = server.get_all(["/v1/probe/sleep?s=0.3"] * 10)
            return all(answer.status == 200 for answer in again)

        assert wait_until(all_ten_at_once, 30)

        def all_are_back() -> bool:
            figures = server.get("/v1/probe/pool").json()
            at_rest = figures["pool_available"] == figures["pool_size"]
            return bool(at_rest and not figures.get("requests_waiting", 0))

        assert wait_until(all_are_back, 10)


class TestKeepAlive:
    def test_a_silent_connection_is_closed(self, start_server: StartServer) -> None:
        server = start_server(
            *("--keep-alive", "1", "streamapi.wsgi:application"), WEB_CONCURRENCY="1"
        )
        with socket.create_connection(("127.0.0.1", server.port), 30) as connection:
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
            with connection.makefile("rb") as answer:
                assert answer.read().startswith(b"HTTP/1.1 200")  # up to the end


class TestReload:
    def test_sighup_under_load_fails_no_request(self, server: Server) -> None:
        done = threading.Event()
        seen: list[int] = []
        failures: list[str] = []

        def client() -> None:
            connection = server.connect()
            while not done.is_set():
                try:
                    seen.append(server.get("/v1/probe/ping", connection).status)
                except (OSError, http.client.HTTPException) as error:
                    failures.append(repr(error))
                    connection.close()
                time.sleep(0.005)
            connection.close()

        workers = [threading.Thread(target=client) for _ in range(8)]
        for worker in workers:
            worker.start()
        before = server.log.read_text().count("Booting worker")
        server.process.send_signal(signal.SIGHUP)
        reloaded = wait_until(
            lambda: (
                "Worker exiting"
                in server.log.read_text().split("Handling signal: hup")[-1]
            ),
            90,
        )
        time.sleep(0.5)
        done.set()
        for worker in workers:
            worker.join()

        assert reloaded
        assert server.log.read_text().count("Booting worker") == before + 1
        assert failures == []
        assert set(seen) == {200}


class TestDatabaseOutage:
    def test_it_is_a_503_and_ends_with_the_outage(
        self, server: Server, database: Database
    ) -> None:
        assert server.get("/v1/probe/echo?nonce=a").status == 200
        database.stop()
        try:
            answer, ready = server.get_all(["/v1/probe/echo?nonce=b", "/readyz"])
            live = server.get("/livez")
        finally:
            database.start()

        for refusal in (answer, ready):
            assert refusal.status == 503
            assert refusal.headers["Content-Type"] == "application/problem+json"
            assert refusal.headers["Retry-After"] == "2"
        assert answer.json()["code"] == "unavailable"
        assert ready.json()["code"] == "database_unavailable"
        assert live.status == 200
        nonces = (f"again-{number}" for number in itertools.count())
        assert wait_until(
            lambda: server.get(f"/v1/probe/echo?nonce={next(nonces)}").status == 200, 20
        )
