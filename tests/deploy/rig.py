"""Starts and stops the real things: gunicorn, and Debian's nginx before it."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from django.core.management import call_command

from bench.exchange import Answer, fetch
from bench.processes import free_port, tool
from streamapi import env

ROOT = Path(__file__).resolve().parents[2]


def wait_until(condition, what: str, timeout_s: float = 20.0) -> None:
    ends = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > ends:
            raise AssertionError(f"{what} did not happen in {timeout_s} s")
        time.sleep(0.02)


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


class Process:
    """A child that is gone when the test is."""

    def __init__(self, command, log: Path, port: int, variables=None) -> None:
        self._command, self._log, self.port = command, log, port
        self._variables = env.variables(**(variables or {}))
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                self._command, stdout=log, stderr=log, cwd=ROOT, env=self._variables
            )
        wait_until(
            lambda: listens(self.port) or self._child.poll() is not None, "start"
        )
        assert self._child.poll() is None, self._log.read_text()[-3000:]

    def stop(self) -> None:
        self._child.terminate()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait(10)


class Origin(Process):
    """The service under gunicorn, told by files what its test views do."""

    def __init__(
        self, directory: Path, settings_module: str = "tests.deploy.settings"
    ) -> None:
        directory.mkdir()
        self.directory = directory
        port = free_port()
        self.variables = {
            "DJANGO_SETTINGS_MODULE": settings_module,
            "STATE_DIR": str(directory),
            "RELEASE": f"edge-{port}",
        }
        super().__init__(
            [
                *(sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"),
                *("--workers", "1", "--graceful-timeout", "1"),
                *("--bind", f"127.0.0.1:{port}", "tests.deploy.origin:application"),
            ],
            directory / "gunicorn.log",
            port,
            self.variables,
        )

    def tell(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text)

    @property
    def requests(self) -> list[dict[str, object]]:
        file = self.directory / "requests"
        return [json.loads(line) for line in file.read_text().splitlines()]

    def forget(self) -> None:
        self.tell("requests", "")


class Edge(Process):
    """nginx with the configuration that the command writes."""

    FRESH_S, STALE_S = 1, 2
    """Instead of five seconds each; nginx counts whole seconds."""

    def __init__(self, directory: Path, origin_port: int, **options) -> None:
        directory.mkdir()
        (directory / "state").mkdir()
        # The workers are another account when nginx is started by root.
        for path in (directory, directory / "state"):
            path.chmod(0o755)
        self.directory = directory
        port = free_port()
        call_command(
            "nginx_config",
            str(directory),
            origin=[f"127.0.0.1:{origin_port}"],
            listen=f"127.0.0.1:{port}",
            inner_port=free_port(),
            state=directory / "state",
            logs=directory,
            pid=directory / "nginx.pid",
            workers="1",
            stdout=io.StringIO(),
            **options,
        )
        lifetimes = directory / "lifetimes.conf"
        text = lifetimes.read_text()
        assert text.count("default 5;") == 2
        for seconds in (self.FRESH_S, self.STALE_S):
            text = text.replace("default 5;", f"default {seconds};", 1)
        lifetimes.write_text(text)
        super().__init__(
            [tool("nginx"), "-c", str(directory / "nginx.conf"), "-g", "daemon off;"],
            directory / "nginx.log",
            port,
        )

    def get(self, path: str, headers=None, *, method: str = "GET") -> Answer:
        return fetch(self.port, path, headers, method=method)
