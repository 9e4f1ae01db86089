"""The service as it runs: two web workers, a flusher, PostgreSQL, Valkey; all breakable."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import redis

from playback import shards
from streamapi import env
from streamapi.local import postgres, processes, valkey
from streamapi.local.processes import Command, wait_until
from streamapi.local.services import runtime_directory
from streamapi.local.valkey import free_port

ROOT = Path(__file__).resolve().parents[2]
FLUSH_S = 1.0
LEASE_S = 8


class Fleet:
    """Everything of one service; ``stop`` ends it."""

    def __init__(self) -> None:
        self.runtime = runtime_directory()
        cluster = postgres.throwaway(self.runtime)
        # A crash must lose nothing that was committed: this one writes in earnest.
        safe = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
        self.cluster = replace(cluster, settings={**cluster.settings, **safe})
        self.cluster.initialise(durable=False)
        self.server = valkey.prepare(self.runtime, self.runtime / "valkey.log")
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._commands: dict[str, Command] = {
            "postgresql": self.cluster.command(),
            "valkey": self.server.command(),
        }
        self.start("postgresql")
        self.start("valkey")
        self.cluster.create_database()
        self.port = free_port()
        self.variables = self._variables()
        self.manage("migrate", "--verbosity=0")

    def settle(self, households: int, screens: int, **more: int) -> dict[str, Any]:
        """Rows to play with."""
        words = "".join(f", {name}={value}" for name, value in more.items())
        program = (
            "from tests.household import people;"
            f" print(people.settle({households}, {screens}{words}))"
        )
        printed = self.manage("shell", "--verbosity=0", "--command", program)
        found: dict[str, Any] = json.loads(printed.splitlines()[-1])
        return found

    def serve(self, lease_s: int = LEASE_S) -> None:
        """Start the web server and the flusher; return when it answers."""
        self.variables["TEST_LEASE_S"] = str(lease_s)
        python = sys.executable
        web = (python, "-m", "gunicorn", "--config", "gunicorn.conf.py")
        # A test that has the machine to share may leave a connection alone for minutes.
        times = ("--graceful-timeout", "5", "--keep-alive", "600")
        argv = (*web, *times, "tests.household.wsgi:application")
        self._commands["web"] = self._command("web", argv)
        argv = (python, "manage.py", "flush_progress")
        self._commands["flusher"] = self._command("flusher", argv)
        self.start("web")
        self.start("flusher")

    # Breaking and mending

    def start(self, name: str) -> None:
        """Start one part; return when it is up."""
        self._running[name] = processes.start(self._commands[name])
        ready: dict[str, Callable[[], object]] = {
            "postgresql": self.cluster.wait_until_ready,
            "valkey": self.server.wait_until_ready,
            "web": lambda: wait_until(self._answers, 60),
        }
        ready.get(name, lambda: None)()

    def kill(self, name: str) -> None:
        """SIGKILL one part, its children with it."""
        process = self._running[name]
        if name == "postgresql":  # its children would keep the memory; as an OOM killer
            process.send_signal(signal.SIGQUIT)
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_a_worker(self) -> int:
        """SIGKILL one web worker; gunicorn starts another. The id it had."""
        parent = self._running["web"].pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGKILL)
        return int(children[0])

    def flush_valkey(self) -> None:
        """Empty the store, as an operator in error would."""
        self.store().flushall()

    def stop(self) -> None:
        """End everything, the last started first."""
        for name in reversed(list(self._running)):
            processes.stop(self._running[name], self._commands[name])
        shutil.rmtree(self.runtime, ignore_errors=True)

    # Looking inside

    def manage(self, *words: str) -> str:
        """What a management command printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=200,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What PostgreSQL answers."""
        with psycopg.connect(self.cluster.url, autocommit=True) as connection:
            return connection.execute(statement).fetchall()

    def store(self) -> redis.Redis:
        """The state database of Valkey."""
        return redis.Redis.from_url(f"{self.server.url}/1")

    def unsaved(self) -> int:
        """How many positions PostgreSQL has not seen."""
        with self.store() as store:
            names = [shards.unsaved(shards.tag(one)) for one in range(shards.COUNT)]
            return sum(int(store.zcard(name)) for name in names)

    def leases(self, account: str) -> int:
        """How many slots of a household are held now."""
        with self.store() as store:
            now_ms = time.time() * 1000
            return int(store.zcount(shards.Keys(account).all()[0], now_ms, "+inf"))

    def log(self) -> str:
        """What went wrong inside the web server, for people."""
        with suppress(FileNotFoundError):
            lines = (self.runtime / "web.log").read_text().splitlines()
            return "\n".join(line for line in lines if "unhandled" in line)[:8000]
        return ""

    def _command(self, name: str, argv: tuple[str, ...]) -> Command:
        return Command(
            name, argv, self.variables, ROOT, output=self.runtime / f"{name}.log"
        )

    def _variables(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in env.variables().items()
            if not name.startswith(("COV", "REDIS_", "PYTEST_"))
        }
        return inherited | {
            "DJANGO_SETTINGS_MODULE": "streamapi.settings.local",
            "DEBUG": "false",
            "DATABASE_URL": self.cluster.url,
            "REDIS_URL": self.server.url,
            "STATE_DIR": str(self.runtime / "state"),
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "2",
            "GUNICORN_LOG_LEVEL": "warning",
            "PLAYBACK_FLUSH_S": str(FLUSH_S),
        }

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()
