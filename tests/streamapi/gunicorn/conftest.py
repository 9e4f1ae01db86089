"""A real gunicorn and a PostgreSQL of its own, which tests may stop."""

import http.client
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from streamapi import env
from streamapi.local import postgres, processes
from streamapi.local.postgres import Cluster
from streamapi.local.processes import Command
from streamapi.local.services import runtime_directory
from streamapi.local.valkey import free_port

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Answer:
    """What a client sees."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The decoded body."""
        return json.loads(self.body)


class Database:
    """A throwaway cluster that can be stopped and started."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.command = cluster.command()
        cluster.initialise(durable=False)
        self.start()
        cluster.create_database()

    def start(self) -> None:
        """Serve; return when connections are accepted."""
        self.process = processes.start(self.command)
        self.cluster.wait_until_ready()

    def stop(self) -> None:
        """Stop serving at once."""
        processes.stop(self.process, self.command)


class Server:
    """One running gunicorn."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
        self.port = port
        self.process = process
        self.log = log

    def get(
        self, path: str, connection: http.client.HTTPConnection | None = None
    ) -> Answer:
        """One request, on a connection of its own unless one is given."""
        own = connection or self.connect()
        own.request("GET", path)
        response = own.getresponse()
        answer = Answer(response.status, dict(response.headers), response.read())
        if connection is None:
            own.close()
        return answer

    def connect(self) -> http.client.HTTPConnection:
        """A connection that can be used for many requests."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def get_all(self, paths: list[str]) -> list[Answer]:
        """All requests at the same time."""
        with ThreadPoolExecutor(len(paths)) as clients:
            return list(clients.map(self.get, paths))

    def answers(self) -> bool:
        """Whether it is up."""
        try:
            return self.get("/livez").status == 200
        except OSError:
            return False


StartServer = Callable[..., Server]


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """A PostgreSQL for the tests of one module."""
    runtime = runtime_directory()
    running = Database(postgres.throwaway(runtime))
    yield running
    running.stop()
    subprocess.run(["rm", "-rf", str(runtime)], check=True)


@pytest.fixture(scope="module")
def start_server(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartServer]:
    """Starts servers and stops them when the module is done."""
    started: list[tuple[Server, Command]] = []
    directory = tmp_path_factory.mktemp("gunicorn")

    def start(*arguments: str, wait: bool = True, **variables: str) -> Server:
        port = free_port()
        argv = (sys.executable, "-m", "gunicorn", *arguments)
        inherited = {
            name: value
            for name, value in env.variables().items()
            if not name.startswith("COV")  # a traced server is too slow to time
        }
        settings = {
            "DJANGO_SETTINGS_MODULE": "tests.streamapi.gunicorn.settings",
            "DATABASE_URL": database.cluster.url,
            "PORT": str(port),
            "STATE_DIR": str(directory),
        }
        log = directory / f"{port}.log"
        command = Command(
            "gunicorn", argv, {**inherited, **settings, **variables}, ROOT, log
        )
        server = Server(port, processes.start(command), log)
        started.append((server, command))
        if wait:
            assert processes.wait_until(server.answers, 90), log.read_text()
        return server

    yield start
    for server, command in started:
        processes.stop(server.process, command)


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> Server:
    """One worker, so that nothing hides behind a second one."""
    return start_server(
        "streamapi.wsgi:application",
        WEB_CONCURRENCY="1",
        DATABASE_POOL_SIZE="10",
        REQUEST_DEADLINE_S="2",
    )
