"""The launcher as its user meets it: a program with signals, output and a status."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from streamapi import env

ROOT = Path(__file__).resolve().parents[3]
LAUNCHER = (sys.executable, "-m", "streamapi.local")


class Launcher:
    """One started launcher; reads what it prints as it comes."""

    def __init__(self, arguments: tuple[str, ...], variables: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            (*LAUNCHER, *arguments),
            cwd=ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def line(self, start: str) -> str:
        """The next printed line that begins with ``start``."""
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith(start):
                return line.strip()
        assert self.process.stderr
        raise AssertionError(f"no line {start!r}; {self.process.stderr.read()}")

    def end(self) -> tuple[int, str, str]:
        """Wait for the end; the status, the output and the complaints."""
        output, errors = self.process.communicate(timeout=60)
        return self.process.returncode, output, errors


def processes_of(mark: str) -> list[str]:
    """The command lines that run now and have ``mark`` in line or environment."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            line = (directory / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            environment = (directory / "environ").read_bytes().decode(errors="replace")
            if line and (mark in line or mark in environment):
                found.append(line)
    return found


def eventually(condition: Callable[[], bool], timeout_s: float = 15) -> bool:
    """Poll ``condition``; whether it came true in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


_CONFIGURED = ("DATABASE_", "REDIS_", "STATE_DIR", "PORT", "PYTEST_", "DJANGO_")
NO_SERVICES = {
    name: value
    for name, value in env.variables().items()
    if not name.startswith(_CONFIGURED)
}
"""The environment of a machine on which nothing is configured."""


@pytest.fixture
def launch() -> Iterator[Callable[..., Launcher]]:
    """Starts launchers and sees to it that none outlives the test."""
    started: list[Launcher] = []

    def start(*arguments: str, **variables: str) -> Launcher:
        launcher = Launcher(arguments, {**NO_SERVICES, **variables})
        started.append(launcher)
        return launcher

    yield start
    for launcher in started:
        if launcher.process.poll() is None:
            launcher.process.terminate()
        launcher.process.communicate(timeout=60)
