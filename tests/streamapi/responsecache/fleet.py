"""A real fleet: gunicorn workers, a PostgreSQL and a Valkey that tests may break."""

from __future__ import annotations

import http.client
import json
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from streamapi import env
from streamapi.local import processes, valkey
from streamapi.local.postgres import Cluster
from streamapi.local.processes import Command
from streamapi.local.valkey import free_port

ROOT = Path(__file__).resolve().parents[3]
TABLE = "CREATE TABLE auth_group (id serial PRIMARY KEY, name varchar(150) UNIQUE)"


@dataclass
class Reply:
    """What a client sees."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Database:
    """A throwaway cluster with the one table that the site reads."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.command = cluster.command()
        cluster.initialise(durable=False)
        self.start()
        cluster.create_database()
        self.execute(TABLE)

    def start(self) -> None:
        self.process = processes.start(self.command)
        self.cluster.wait_until_ready()

    def stop(self) -> None:
        processes.stop(self.process, self.command)

    def execute(self, text: str) -> list[Any]:
        with psycopg.connect(self.cluster.url, autocommit=True) as connection:
            cursor = connection.execute(text)
            return cursor.fetchall() if cursor.description else []

    def times_asked(self, name: str) -> int:
        pattern = f"asked:{name}:%"
        (row,) = self.execute(
            f"SELECT count(*) FROM auth_group WHERE name LIKE '{pattern}'"
        )
        return int(row[0])


class Store:
    """A Valkey that can be killed and started on the same port."""

    def __init__(self, directory: Path) -> None:
        self.server = valkey.prepare(directory, directory / "valkey.log")
        self.start()

    @property
    def url(self) -> str:
        return self.server.url

    def start(self) -> None:
        self.process = processes.start(self.server.command())
        self.server.wait_until_ready()

    def send(self, signum: int) -> None:
        self.process.send_signal(signum)

    def stop(self) -> None:
        processes.stop(self.process, self.server.command())


class Client:
    """One keep-alive connection; it stays with one worker."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection = self._fresh()

    def _fresh(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)

    def get(self, path: str, method: str = "GET", **headers: str) -> Reply:
        self.ask(path, method, **headers)
        return self.reply()

    def ask(self, path: str, method: str = "GET", **headers: str) -> None:
        self._began = time.monotonic()
        self._connection.request(method, path, headers=headers)

    def reply(self) -> Reply:
        response = self._connection.getresponse()
        body = response.read()
        seconds = time.monotonic() - self._began
        return Reply(response.status, dict(response.headers), body, seconds)

    def close(self) -> None:
        self._connection.close()

    def reconnect(self) -> None:
        self.close()
        self._connection = self._fresh()


@dataclass
class Load:
    """What a crowd of clients saw."""

    replies: list[Reply] = field(default_factory=list)
    broken: Counter[int] = field(default_factory=Counter)

    @property
    def statuses(self) -> set[int]:
        return {reply.status for reply in self.replies}

    def slowest(self) -> float:
        return max(reply.seconds for reply in self.replies)


class Fleet:
    """One gunicorn with several workers."""

    def __init__(
        self, database: Database, store: Store, directory: Path, workers: int
    ) -> None:
        self.port = free_port()
        self.log = directory / f"{self.port}.log"
        inherited = {
            name: value
            for name, value in env.variables().items()
            if not name.startswith("COV")  # a traced server is too slow to time
        }
        variables = {
            "DJANGO_SETTINGS_MODULE": "tests.streamapi.responsecache.service",
            "DATABASE_URL": database.cluster.url,
            "REDIS_URL": store.url,
            "PORT": str(self.port),
            "WEB_CONCURRENCY": str(workers),
            "STATE_DIR": str(directory),
        }
        argv = (sys.executable, "-m", "gunicorn", "streamapi.wsgi:application")
        self.workers = workers
        self._clients: list[Client] = []
        self.command = Command("gunicorn", argv, inherited | variables, ROOT, self.log)
        self.process: subprocess.Popen[bytes] = processes.start(self.command)
        assert processes.wait_until(self.is_up, 120), self.log.read_text()

    def is_up(self) -> bool:
        """Every worker answers and has reached the channel of purges."""
        try:
            for client in self.one_client_per_worker().values():
                client.get("/v1/titles")
                settled = client.get("/v1/titles").headers["X-Cache"] == "HIT"
                if not settled:
                    return False
        except (OSError, http.client.HTTPException):
            return False
        finally:
            self.hang_up()
        return True

    def client(self) -> Client:
        client = Client(self.port)
        self._clients.append(client)
        return client

    def hang_up(self) -> None:
        """Close every connection that a test has left open."""
        while self._clients:
            self._clients.pop().close()

    def one_client_per_worker(self) -> dict[int, Client]:
        """Connections to each worker, by process id."""
        found: dict[int, Client] = {}
        for _ in range(400):
            client = self.client()
            pid = client.get("/v1/me").json["worker"]
            if pid in found:
                client.close()
            else:
                found[pid] = client
            if len(found) == self.workers:
                return found
        raise OSError(f"only {len(found)} workers answer")

    def change(self, name: str, value: str) -> None:
        client = self.client()
        reply = client.get(f"/v1/rows/{name}?value={value}", "POST")
        client.close()
        assert reply.status == 201, f"{reply}\n{self.log.read_text()[-4000:]}"

    def stop(self) -> None:
        processes.stop(self.process, self.command)

    @contextmanager
    def under_load(self, *paths: str, clients: int = 8) -> Iterator[Load]:
        """Clients that ask again and again, until the block ends."""
        load, done = Load(), threading.Event()

        def run(number: int) -> None:
            client = self.client()
            while not done.wait(0.01):
                for path in paths:
                    try:
                        load.replies.append(client.get(path))
                    except (OSError, http.client.HTTPException):
                        load.broken[number] += 1
                        client.reconnect()
            client.close()

        threads = [threading.Thread(target=run, args=(n,)) for n in range(clients)]
        for thread in threads:
            thread.start()
        try:
            yield load
        finally:
            done.set()
            for thread in threads:
                thread.join()


def storm(port: int, path: str, clients: int) -> list[tuple[int, float]]:
    """The status and the seconds of each of many requests that come at once."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    waiting = selectors.DefaultSelector()
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(clients)]
    began = time.monotonic()
    for each in sockets:
        each.sendall(request.encode())
        waiting.register(each, selectors.EVENT_READ)
    found = []
    while len(found) < clients and time.monotonic() - began < 60:
        for key, _ in waiting.select(1):
            status = int(key.fileobj.recv(65536)[9:12])
            found.append((status, time.monotonic() - began))
            waiting.unregister(key.fileobj)
            key.fileobj.close()
    return found


def eventually(condition: Callable[[], bool], timeout_s: float = 10) -> bool:
    return processes.wait_until(condition, timeout_s)
