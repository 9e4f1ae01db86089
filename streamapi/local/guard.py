"""A small process that cleans up when the launcher itself is killed.

It holds one end of a pipe. When the other end closes, the launcher is gone, and whatever
it had not put away yet is ended and removed here. This works on every system and covers
whole process groups; the death signal of Linux covers only direct children.
"""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

from streamapi.local import processes


class Guard:
    """The launcher's side: says what to look after."""

    def __init__(self) -> None:
        reader, self._writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._writer)
            _keep_watch(reader)
            os._exit(0)
        os.close(reader)

    def watch(self, pid: int, signum: signal.Signals, *, group: bool) -> None:
        """End this process, or its whole group, should we be killed."""
        self._tell(f"watch {pid} {int(signum)} {int(group)}")

    def forget(self, pid: int) -> None:
        """The process has ended and was reaped."""
        self._tell(f"forget {pid} 0 0")

    def remove(self, directory: Path) -> None:
        """Delete this directory at the end, however the end comes."""
        self._tell(f"remove {directory}")

    def close(self) -> None:
        """Let the guard do what is left to do, and wait for it."""
        os.close(self._writer)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)

    def _tell(self, line: str) -> None:
        with suppress(BrokenPipeError):
            os.write(self._writer, f"{line}\n".encode())


def _keep_watch(reader: int) -> None:
    os.setsid()  # a signal to the launcher's group does not reach us
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    watched: dict[int, tuple[int, bool]] = {}
    directories: list[str] = []
    with os.fdopen(reader) as lines:
        for line in lines:
            verb, _, rest = line.rstrip("\n").partition(" ")
            if verb == "remove":
                directories.append(rest)
                continue
            pid, signum, group = (int(word) for word in rest.split())
            if verb == "watch":
                watched[pid] = (signum, bool(group))
            else:
                watched.pop(pid, None)
    _end(watched)
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)


def _end(watched: dict[int, tuple[int, bool]]) -> None:
    for pid, (signum, _) in reversed(watched.items()):
        with suppress(OSError):
            os.kill(pid, signum)
    processes.wait_until(lambda: not any(map(processes.is_alive, watched)), 10)
    for pid, (_, group) in watched.items():
        with suppress(OSError):
            (os.killpg if group else os.kill)(pid, signal.SIGKILL)
