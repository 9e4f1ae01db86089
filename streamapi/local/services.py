"""The services that a command needs, from the environment or started here."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from streamapi.env import Environment
from streamapi.local import postgres, valkey
from streamapi.local.guard import Guard
from streamapi.local.postgres import Cluster
from streamapi.local.supervisor import Supervisor
from streamapi.local.terminal import say, step

_SHORT_TMP: Final = Path("/tmp")  # noqa: S108 - a socket's path has 104 bytes on macOS


@dataclass(slots=True)
class Local:
    """A running set of services, and what supervises it."""

    supervisor: Supervisor
    guard: Guard
    runtime: Path
    variables: dict[str, str] = field(default_factory=dict)
    """DATABASE_URL and REDIS_URL for whoever uses the services."""
    database: Literal["given", "new", "known"] = "given"
    """Whether the database is ours, and whether it was made just now."""


@contextmanager
def running(state: Path | None) -> Iterator[Local]:
    """Provide PostgreSQL and Valkey; with ``state`` the rows are kept there."""
    guard = Guard()
    runtime = runtime_directory()
    guard.remove(runtime)
    supervisor = Supervisor(guard)
    local = Local(supervisor, guard, runtime)
    try:
        local.variables["DATABASE_URL"] = _database_url(local, state)
        local.variables["REDIS_URL"] = _redis_url(local, state)
        yield local
    finally:
        supervisor.stop_all()
        shutil.rmtree(runtime, ignore_errors=True)
        guard.close()


def _database_url(local: Local, state: Path | None) -> str:
    given = Environment().text("DATABASE_URL", "")
    if given:
        say("  PostgreSQL from DATABASE_URL")
        return given
    with step("PostgreSQL"):
        if state is None:
            cluster = postgres.throwaway(local.runtime)
        else:
            cluster = postgres.lasting(state, local.runtime)
        return _serve(local, cluster, durable=state is not None)


def _serve(local: Local, cluster: Cluster, *, durable: bool) -> str:
    made_now = cluster.initialise(durable=durable)
    local.database = "new" if made_now else "known"
    running_already = postgres.already_running(cluster)
    if running_already:
        running_already.create_database()
        return running_already.url
    local.supervisor.start(cluster.command())
    cluster.wait_until_ready()
    cluster.create_database()
    return cluster.url


def _redis_url(local: Local, state: Path | None) -> str:
    variables = Environment()
    given = variables.text("REDIS_URL", "")
    split = variables.text("REDIS_CACHE_URL", "") and variables.text(
        "REDIS_STATE_URL", ""
    )
    if given or split:
        say("  Valkey from REDIS_URL" if given else "  Valkey from REDIS_CACHE_URL")
        return given
    with step("Valkey"):
        log = (state / "log" if state else local.runtime) / "valkey.log"
        server = valkey.prepare(local.runtime, log)
        local.supervisor.start(server.command())
        server.wait_until_ready()
        return server.url


def runtime_directory() -> Path:
    """A fresh directory that the server's user may pass through but not list."""
    parent = _SHORT_TMP if _SHORT_TMP.is_dir() else Path(tempfile.gettempdir())
    runtime = Path(tempfile.mkdtemp(prefix="streamapi-", dir=parent))
    runtime.chmod(0o711)
    return runtime
