"""Our own service, under the product's settings and gunicorn configuration."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench.processes import Server, free_port
from bench.site import ROOT, Site

CACHE_WORKER = "streamapi.responsecache.worker.CacheWorker"
WSGI_WORKER = "gevent"
APPLICATION = "streamapi.wsgi:application"


@dataclass(frozen=True, slots=True)
class Service:
    """One database with titles, and how servers on it are started."""

    site: Site
    database_url: str
    release: str
    """Servers of one release share their answers in Redis."""

    def variables(self, **more: str) -> dict[str, str]:
        """The environment of a server as `make run` starts it, without debugging."""
        return {
            "DJANGO_SETTINGS_MODULE": "streamapi.settings.local",
            "DEBUG": "false",
            "DATABASE_URL": self.database_url,
            "REDIS_CACHE_URL": self.site.redis(0),
            "REDIS_STATE_URL": self.site.redis(1),
            "STATE_DIR": str(self.site.directory / "state"),
            "RELEASE": self.release,
            "PYTHONPATH": str(ROOT),
            **more,
        }

    def server(
        self,
        name: str,
        *,
        worker: str = CACHE_WORKER,
        application: str = APPLICATION,
        core: int | None = None,
        **variables: str,
    ) -> Server:
        """One gunicorn with one worker."""
        port = free_port()
        (self.site.directory / "state" / "static").mkdir(parents=True, exist_ok=True)
        return Server(
            name,
            [
                *(sys.executable, "-m", "gunicorn", "--chdir", str(ROOT)),
                *("--config", str(ROOT / "gunicorn.conf.py"), "--workers", "1"),
                *("--bind", f"127.0.0.1:{port}", application),
            ],
            core=self.site.cores.server if core is None else core,
            port=port,
            directory=self.site.directory,
            variables=self.variables(WORKER_CLASS=worker, **variables),
            ready="/livez",
        )

    def run(self, *command: str, **variables: str) -> str:
        """A command of the product to its end, on the core of the load."""
        done = subprocess.run(
            [*self.prefix(**variables), *command],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ServiceFailed(f"{' '.join(command)}:\n{done.stderr[-2000:]}")
        return done.stdout

    def prefix(self, **variables: str) -> list[str]:
        """What comes before a command: death with us, the core, the environment."""
        settings = self.variables(**variables).items()
        return [
            *("setpriv", "--pdeathsig", "TERM", "--"),
            *("taskset", "--cpu-list", str(self.site.cores.load)),
            *("env", *(f"{name}={value}" for name, value in settings)),
            sys.executable,
        ]


class ServiceFailed(Exception):
    """A command of the product did not end well."""


def _fresh_database(database_url: str, name: str) -> str:
    """An empty database beside the one that is given; only ours is dropped."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        target = sql.Identifier(name)
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target)
        )
        connection.execute(sql.SQL("CREATE DATABASE {}").format(target))
    parts = urlsplit(database_url)
    return urlunsplit(parts._replace(path=f"/{name}"))


@contextmanager
def titles(site: Site, database_url: str, count: int) -> Iterator[Service]:
    """A service on a database of its own with this many published titles."""
    url = _fresh_database(database_url, f"bench_{count}_{secrets.token_hex(2)}")
    service = Service(site, url, f"bench-{count}-{secrets.token_hex(4)}")
    try:
        service.run("manage.py", "migrate", "--verbosity", "0")
        # Many titles in one statement take longer than any request may.
        service.run("-m", "bench.catalogue", str(count), STATEMENT_TIMEOUT_MS="0")
        yield service
    finally:
        _drop(service, database_url)


def _drop(service: Service, database_url: str) -> None:
    """Remove the database of a service."""
    name = urlsplit(service.database_url).path.lstrip("/")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                sql.Identifier(name)
            )
        )
