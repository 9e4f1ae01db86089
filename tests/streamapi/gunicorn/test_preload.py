"""Loading the application before the fork must never mix up callers."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from streamapi.local.processes import wait_until

from .conftest import Server, StartServer

pytestmark = pytest.mark.fault
PRELOADED = ("--preload", "tests.streamapi.gunicorn.queried_wsgi:application")


def foreign_answers(server: Server, client: int) -> int:
    """How many of this client's requests were answered with another one's nonce."""
    connection = server.connect()
    foreign = 0
    for number in range(40):
        nonce = f"{client}-{number}"
        answer = server.get(f"/v1/probe/echo?nonce={nonce}", connection)
        assert answer.status == 200, answer.body
        foreign += answer.json()["nonce"] != nonce
    connection.close()
    return foreign


class TestPreload:
    def test_no_caller_gets_the_answer_of_another(
        self, start_server: StartServer
    ) -> None:
        server = start_server(*PRELOADED, WEB_CONCURRENCY="3", DATABASE_POOL_SIZE="4")

        with ThreadPoolExecutor(24) as clients:
            foreign = clients.map(lambda n: foreign_answers(server, n), range(24))

        assert sum(foreign) == 0
        backends = {
            answer.json()["backend"]
            for answer in server.get_all(["/v1/probe/echo?nonce=x"] * 24)
        }
        assert len(backends) > 4  # more than one pool answered

    def test_a_pool_from_before_the_fork_is_refused(
        self, start_server: StartServer
    ) -> None:
        server = start_server(
            "--config",
            "tests/streamapi/gunicorn/unguarded.py",
            *PRELOADED,
            wait=False,
            WEB_CONCURRENCY="1",
        )

        assert wait_until(lambda: server.process.poll() is not None, 60)
        assert server.process.returncode == 3
        assert "a database pool was opened before the fork" in server.log.read_text()
