"""A large answer is read in few waits, whole, and failures come through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import ConnectionHandler
from gevent import monkey
from psycopg.abc import PQGen

from streamapi.env import Environment, database_settings
from streamapi.postgresql.connections import EagerConnection, is_left

WIDE = "SELECT repeat('x', 8000) FROM generate_series(1, 200)"


class Waits:
    """How often psycopg is asked to wait for the server."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        wait = psycopg.Connection.wait

        def counted(connection: Any, steps: PQGen[Any], *args: Any) -> Any:
            return wait(connection, self._counting(steps), *args)

        monkeypatch.setattr(psycopg.Connection, "wait", counted)

    def _counting(self, steps: PQGen[Any]) -> PQGen[Any]:
        try:
            wanted = next(steps)
            while True:
                self.count += 1
                wanted = steps.send((yield wanted))
        except StopIteration as end:
            return end.value


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    return Waits(monkeypatch)


@pytest.fixture
def connection(waits: Waits) -> Iterator[EagerConnection]:
    url = Environment().text("DATABASE_URL", "")
    with EagerConnection.connect(url, autocommit=True) as opened:
        waits.count = 0
        yield opened


@pytest.fixture
def under_gevent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monkey, "is_module_patched", {"select": True}.get)


@pytest.mark.usefixtures("under_gevent")
class TestUnderGevent:
    def test_what_has_come_is_taken_without_a_wait(
        self, connection: EagerConnection, waits: Waits
    ) -> None:
        # 1.6 MB: the server is ahead while the client copies a piece
        rows = connection.execute(WIDE).fetchall()
        assert [len(text) for (text,) in rows] == [8000] * 200
        assert waits.count < 200

    def test_a_failure_comes_through_and_the_connection_goes_on(
        self, connection: EagerConnection
    ) -> None:
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.execute("SELECT 1 / 0")
        assert connection.execute("SELECT 2").fetchone() == (2,)

    def test_a_connection_that_was_ended_says_so(
        self, connection: EagerConnection
    ) -> None:
        pid = connection.info.backend_pid
        with psycopg.connect(Environment().text("DATABASE_URL", "")) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        assert connection.broken


def test_elsewhere_it_is_like_any_other(
    connection: EagerConnection, waits: Waits
) -> None:
    assert len(connection.execute(WIDE).fetchall()) == 200
    assert waits.count


class TestIsLeft:
    def test_an_idle_connection_is_not(self, connection: EagerConnection) -> None:
        connection.execute("SELECT 1")
        assert not is_left(connection)

    def test_one_that_the_server_ended_is(self, connection: EagerConnection) -> None:
        pid = connection.info.backend_pid
        url = Environment().text("DATABASE_URL", "")
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert is_left(connection)

    def test_a_closed_one_is(self, connection: EagerConnection) -> None:
        connection.close()
        assert is_left(connection)


@pytest.mark.django_db
class TestThePool:
    @pytest.fixture
    def pooled(self) -> Iterator[Any]:
        """A wrapper of Django's over a pool of two."""
        settings = database_settings(Environment().text("DATABASE_URL", ""))
        settings["OPTIONS"] |= {"pool": {"min_size": 2, "max_size": 2, "timeout": 10}}
        wrapper: Any = ConnectionHandler({"default": settings})["default"]
        wrapper.pool.open(wait=True)
        yield wrapper
        wrapper.close()
        wrapper.close_pool()

    def test_lends_what_leads_somewhere(self, pooled: Any) -> None:
        lent = [pooled.pool.getconn() for _ in range(2)]
        pids = [one.info.backend_pid for one in lent]
        for one in lent:
            pooled.pool.putconn(one)
        url = Environment().text("DATABASE_URL", "")
        with psycopg.connect(url, autocommit=True) as other:
            for pid in pids:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        for _ in range(3):
            with pooled.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                assert cursor.fetchone()[0] not in pids
            pooled.close()
