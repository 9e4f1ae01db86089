"""Server processes: started on one core, awaited, stopped, never left behind."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from bench.exchange import fetch

START_TIMEOUT_S = 60.0


class ServerFailed(Exception):
    """A server did not come up; the message ends with the last lines it wrote."""


def free_port() -> int:
    """A TCP port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tool(name: str) -> str | None:
    """The path of a program, also in the places that only root's PATH has."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def nginx_account() -> str:
    """Who its workers run as: ourselves, so that they can read what we wrote."""
    return pwd.getpwuid(os.geteuid()).pw_name if os.geteuid() == 0 else ""


class Server:
    """One process, pinned to a core, that ends when this one does."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        core: int,
        port: int,
        directory: Path,
        variables: Mapping[str, str] | None = None,
        ready: str = "/",
    ) -> None:
        self.name = name
        self.port = port
        self.log = directory / f"{name}.log"
        self._ready = ready
        self._command = [
            *("setpriv", "--pdeathsig", "TERM", "--"),
            *("taskset", "--cpu-list", str(core)),
            *("env", *(f"{key}={value}" for key, value in (variables or {}).items())),
            *command,
        ]

    def __enter__(self) -> Server:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        try:
            self._wait_until_ready()
        except BaseException:  # a signal too: the process must not stay behind
            self.stop()
            raise
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process itself: each wrapper before it replaces itself."""
        return self._process.pid

    def stop(self) -> None:
        """Ask for an orderly end, insist after ten seconds."""
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)

    def _wait_until_ready(self) -> None:
        ends = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < ends:
            if self._process.poll() is not None:
                raise ServerFailed(f"{self.name} ended at once:\n{self._last_lines()}")
            with suppress(OSError):
                if fetch(self.port, self._ready).status < 400:
                    return
            time.sleep(0.05)
        raise ServerFailed(f"{self.name} did not answer:\n{self._last_lines()}")

    def _last_lines(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
