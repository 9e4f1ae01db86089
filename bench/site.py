"""Where one run of the bench takes place: cores, directory, own Valkey."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from bench.cores import Cores
from streamapi.local import valkey

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Site:
    """What every server of the run is told."""

    cores: Cores
    directory: Path
    redis_url: str

    def redis(self, database: int) -> str:
        """The URL of one numbered database of the run's own Valkey."""
        return f"{self.redis_url}/{database}"


@contextmanager
def open_site(directory: Path) -> Iterator[Site]:
    """Make the directory and start a Valkey of our own on the core of the load."""
    directory.mkdir(parents=True, exist_ok=True)
    cores = Cores.of_this_machine()
    server = valkey.prepare(directory, directory / "valkey.log")
    pinned = ("setpriv", "--pdeathsig", "TERM", "--", "taskset", "--cpu-list")
    with server.log.open("wb") as log:
        process = subprocess.Popen(
            [*pinned, str(cores.load), *server.command().argv], stdout=log, stderr=log
        )
    try:
        _wait_for(server.url)
        yield Site(cores, directory, server.url)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(url: str) -> None:
    retry = Retry(ConstantBackoff(0.05), 200)
    with redis.Redis.from_url(url, retry=retry, socket_timeout=1) as client:
        client.ping()
