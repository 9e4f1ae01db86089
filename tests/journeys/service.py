"""The product as it is run: its own database, seeded, served by gunicorn."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings

from streamapi import env

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_S = 60


@dataclass(frozen=True)
class Service:
    """Where the service is, and who may sign in."""

    url: str
    viewer: tuple[str, str]
    editor: tuple[str, str]
    variables: dict[str, str]

    def manage(self, *words: str) -> str:
        """Run a management command against the service's database."""
        return _manage(self.variables, *words)


@contextmanager
def running(folder: Path, *seed: str) -> Iterator[Service]:
    """A service that lives in ``folder`` and is gone afterwards."""
    with _database() as database:
        port = _free_port()
        variables = _variables(folder, database, port)
        _manage(variables, "migrate", "--verbosity=0")
        told = _manage(variables, "seed", *seed)
        (viewer,) = re.findall(r"Viewer +(\S+) +(\S+)", told)
        (editor,) = re.findall(r"Admin +(\S+) +(\S+)", told)
        with _gunicorn(variables, folder / "gunicorn.log", port) as url:
            yield Service(url, viewer, editor, variables)


@contextmanager
def _database() -> Iterator[str]:
    """An empty database beside that of the tests."""
    parts = urlsplit(settings.DATABASE_URL)
    name = f"journey_{os.getpid()}"
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    yield urlunsplit(parts._replace(path=f"/{name}"))
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _variables(folder: Path, database: str, port: int) -> dict[str, str]:
    return env.variables(
        DJANGO_SETTINGS_MODULE="streamapi.settings.local",
        DEBUG="false",
        DATABASE_URL=database,
        REDIS_CACHE_URL=f"{settings.REDIS_URL}/14",
        REDIS_STATE_URL=f"{settings.REDIS_URL}/15",
        STATE_DIR=str(folder),
        PORT=str(port),
        WEB_CONCURRENCY="1",
        PACKAGING_LADDER="144:80,240:280,360:750",
        PACKAGING_PRESET="ultrafast",
        GUNICORN_LOG_LEVEL="warning",
    )


def _manage(variables: dict[str, str], *words: str) -> str:
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


@contextmanager
def _gunicorn(variables: dict[str, str], log: Path, port: int) -> Iterator[str]:
    url = f"http://127.0.0.1:{port}"
    words = ["-m", "gunicorn", "-c", "gunicorn.conf.py", "streamapi.wsgi:application"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=variables,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_it_answers(url, process, log)
            yield url
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_it_answers(url: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{url}/livez", timeout=5):
            return
        time.sleep(0.1)
    raise AssertionError(f"gunicorn does not answer:\n{log.read_text()[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
