"""Connections to Redis: looked at before use, never trusted when something is odd."""

from __future__ import annotations

import select
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from django_redis import get_redis_connection
from pytest_django import Settings

from streamapi import redis_connections, state
from streamapi.redis_connections import (
    LocalConnection,
    PlainConnection,
    TlsConnection,
)


@pytest.fixture
def pool(settings: Settings) -> Iterator[redis.ConnectionPool]:
    """One connection, and the commands that use it."""
    url = settings.REDIS_STATE_URL
    with redis.BlockingConnectionPool.from_url(
        url, max_connections=1, **redis_connections.options(url)
    ) as pool:
        yield pool


@pytest.fixture
def connection(pool: redis.ConnectionPool) -> Any:
    """An open connection that is lent by nobody."""
    redis.Redis(connection_pool=pool).ping()
    connection = pool.get_connection()
    pool.release(connection)
    return connection


def wait_for(connection: Any) -> None:
    """Until something has come, or the other side has gone."""
    assert select.select([connection._sock], [], [], 5)[0]


class TestLooking:
    def test_an_idle_connection_is_silent(self, connection: Any) -> None:
        assert not connection.can_read()
        assert not connection.can_read(0.01)

    def test_what_nobody_asked_for_is_seen(self, connection: Any) -> None:
        connection.send_command("PING")
        wait_for(connection)
        assert connection.can_read()

    def test_what_was_received_and_not_read_is_seen(self, connection: Any) -> None:
        connection.send_packed_command(
            connection.pack_commands([("ECHO", "mine"), ("ECHO", "another's")])
        )
        wait_for(connection)
        assert connection.read_response() in {b"mine", "mine"}
        assert connection.can_read()

    def test_a_closed_connection_is_opened_to_be_looked_at(self, pool: Any) -> None:
        connection = pool.make_connection()
        assert not connection.can_read()
        connection.disconnect()


class TestThePool:
    def test_no_answer_meant_for_another_is_given(
        self, pool: redis.ConnectionPool, connection: Any
    ) -> None:
        connection.send_command("ECHO", "another's")
        wait_for(connection)
        assert redis.Redis(connection_pool=pool).echo("mine") in {b"mine", "mine"}

    def test_a_connection_that_the_server_closed_is_replaced(
        self, pool: redis.ConnectionPool, connection: Any
    ) -> None:
        client = redis.Redis(connection_pool=pool)
        number = client.client_id()
        state.client().client_kill_filter(_id=str(number))
        wait_for(connection)
        assert client.client_id() != number


@pytest.mark.parametrize("waiting", [0, 7])
def test_bytes_that_were_deciphered_already_are_seen(waiting: int) -> None:
    connection = TlsConnection()
    ours = connection._sock = SimpleNamespace(pending=lambda: waiting, fileno=lambda: 0)
    connection._parser = SimpleNamespace(  # type: ignore[assignment]
        _reader=SimpleNamespace(has_data=lambda: False)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redis_connections, "has_news", lambda _: False)
        assert connection._is_silent() is (not waiting)
    assert ours is connection._sock
    connection._sock = None


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("redis://cache:6379/0", PlainConnection),
        ("rediss://cache:6379/0", TlsConnection),
        ("unix:///run/valkey.sock", LocalConnection),
        ("", PlainConnection),
    ],
)
def test_the_address_says_how_to_connect(url: str, kind: type) -> None:
    assert redis_connections.options(url)["connection_class"] is kind


def test_both_clients_look() -> None:
    for client in (state.client(), get_redis_connection("default")):
        pool = client.connection_pool
        assert issubclass(pool.connection_class, PlainConnection)
        assert not pool.maint_notifications_enabled()
