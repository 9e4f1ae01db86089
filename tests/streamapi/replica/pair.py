"""Two real servers, one following the other, and the service that reads from both."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from streamapi import env
from streamapi.local import postgres, processes
from streamapi.local.postgres import Cluster
from streamapi.local.processes import Command, wait_until
from streamapi.local.services import runtime_directory
from streamapi.local.valkey import free_port

ROOT = Path(__file__).resolve().parents[3]


class Node:
    """One server of the pair."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.command = cluster.command()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve; return when connections are accepted."""
        self.process = processes.start(self.command)
        self.cluster.wait_until_ready()

    def kill(self) -> None:
        """End it as a lost machine would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it in good order, if it runs."""
        if self.process is not None:
            processes.stop(self.process, self.command)

    def ask(self, statement: str) -> Any:
        """The first value that it answers."""
        with psycopg.connect(self.cluster.url, autocommit=True) as connection:
            row = connection.execute(statement).fetchone()
        return row[0] if row else None


class Pair:
    """A writer and the reader that follows it.

    ``addresses/writer`` is where the service looks for the writer: a link, which a
    failover turns round as it does with a host name.
    """

    def __init__(self, runtime: Path) -> None:
        first = postgres.throwaway(runtime)
        first.initialise(durable=False)
        self.writer = Node(first)
        self.writer.start()
        first.create_database()
        self.reader = Node(_copy_of(first, runtime))
        self.reader.start()
        self.address = runtime / "writer"
        self.address.symlink_to(first.sockets)

    def lead_writes_to(self, node: Node) -> None:
        """Let the writer's name mean this server, for connections from now on."""
        self.address.unlink()
        self.address.symlink_to(node.cluster.sockets)

    @property
    def writer_url(self) -> str:
        """Where the writer is by name."""
        cluster = replace(self.writer.cluster, sockets=self.address)
        return cluster.url

    def in_step(self) -> bool:
        """Whether the reader has all that the writer has."""
        position = self.writer.ask("SELECT pg_current_wal_lsn()")
        there = self.reader.ask(f"SELECT pg_last_wal_replay_lsn() >= '{position}'")
        return bool(there)

    def stop(self) -> None:
        """End both."""
        self.reader.stop()
        self.writer.stop()


def _copy_of(first: Cluster, runtime: Path) -> Cluster:
    """A base backup that will follow its source; as in production."""
    if not Path(first.programs.path("pg_basebackup")).exists():
        pytest.skip("this PostgreSQL comes without pg_basebackup (postgresql-client)")
    second = replace(
        first,
        data=postgres._directory_for(first.account, runtime / "pg2"),
        sockets=postgres._directory_for(first.account, runtime / "s2"),
        log=runtime / "reader.log",
    )
    argv = ["-h", str(first.sockets), "-U", "postgres", "-D", str(second.data)]
    argv += ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast"]
    status, printed = first._run("pg_basebackup", *argv, account=first.account)
    assert status == 0, printed
    return second


@contextmanager
def paired() -> Iterator[Pair]:
    """A writer and a reader, empty, and gone afterwards."""
    runtime = runtime_directory()
    made = Pair(runtime)
    yield made
    made.stop()
    shutil.rmtree(runtime)


@dataclass(frozen=True)
class Household:
    """Where the rows are, and who may sign in."""

    variables: dict[str, str]
    email: str
    password: str


def seeded(pair: Pair, folder: Path) -> Household:
    """A film and a household on both."""
    environment = variables(
        pair.writer_url, pair.reader.cluster.url, folder, settings.REDIS_URL
    )
    manage(environment, "migrate", "--verbosity=0")
    told = manage(environment, "seed", "--demo-titles=1", "--channels=0", "--no-video")
    ((email, password),) = re.findall(r"Viewer +(\S+) +(\S+)", told)
    assert wait_until(pair.in_step, 30)
    return Household(environment, email, password)


@dataclass
class Answer:
    """What a client sees."""

    status: int
    headers: dict[str, str]
    body: Any


class Service:
    """gunicorn with two workers on the pair."""

    def __init__(self, variables: dict[str, str], folder: Path) -> None:
        self.port = free_port()
        self.variables = {**variables, "PORT": str(self.port)}
        self.token = ""
        self._log = folder / f"{self.port}.log"
        argv = (sys.executable, "-m", "gunicorn", "streamapi.wsgi:application")
        self._command = Command("gunicorn", argv, self.variables, ROOT, self._log)
        self._process = processes.start(self._command)
        assert wait_until(self._answers, 60), self._log.read_text()

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """One request on a connection of its own, so that any worker may get it."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, headers)
        response = connection.getresponse()
        raw = response.read()
        connection.close()
        return Answer(
            response.status, dict(response.headers), json.loads(raw) if raw else None
        )

    def sign_in(self, email: str, password: str) -> None:
        """As the household's first profile."""
        device = {"id": "tablet-of-the-test", "platform": "web", "name": "Test"}
        answer = self.ask(
            "POST",
            "/v1/auth/sign-in",
            {
                "email": email,
                "password": password,
                "client_id": "stream-web",
                "device": device,
            },
        )
        assert answer.status == 200, answer.body
        self.token = answer.body["access_token"]

    @property
    def mine(self) -> str:
        """A path to write to: the demo's first film on somebody's own list."""
        page = self.ask("GET", "/v1/titles/the-keepers-light")
        return f"/v1/me/watchlist/{page.body['id']}"

    def takes_writes(self, times: int = 12) -> bool:
        """Whether every worker writes; as many connections as ``times``."""
        mine = self.mine
        return all(self.ask("PUT", mine).status < 300 for _ in range(times))

    def manage(self, *words: str) -> str:
        """Run a management command as an operator would."""
        return manage(self.variables, *words)

    def stop(self) -> None:
        """End it; what it logged goes to the test's report."""
        processes.stop(self._process, self._command)
        print(self._log.read_text()[-5000:])  # noqa: T201 shown when a test fails

    def _answers(self) -> bool:
        try:
            return self.ask("GET", "/livez").status == 200
        except OSError:
            return False


def manage(variables: dict[str, str], *words: str) -> str:
    """What a management command printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def variables(writer: str, reader: str, folder: Path, redis: str) -> dict[str, str]:
    """The environment of the service; short times, so that tests are too."""
    return env.variables(
        DJANGO_SETTINGS_MODULE="streamapi.settings.local",
        DEBUG="false",
        DATABASE_URL=writer,
        DATABASE_READER_URL=reader,
        READER_LAG_S="0.5",
        REDIS_CACHE_URL=f"{redis}/12",
        REDIS_STATE_URL=f"{redis}/13",
        STATE_DIR=str(folder),
        WEB_CONCURRENCY="2",
        GUNICORN_LOG_LEVEL="warning",
    )
