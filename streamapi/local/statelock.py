"""One launcher for one state directory; the kernel lets go of it if we are killed."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from streamapi.local.errors import CannotStart
from streamapi.local.processes import wait_until

_LONGEST_STOP_S: Final = 45.0


class Holder:
    """The one that holds the directory, and what it lets others know."""

    def __init__(self, file: IO[str], port: int) -> None:
        self._file = file
        self._note: dict[str, Any] = {"pid": os.getpid(), "port": port}
        self._write()

    @contextmanager
    def stopping_afterwards(self) -> Iterator[None]:
        """When the block ends, tell a newcomer that it is worth waiting."""
        try:
            yield
        finally:
            self._note["stopping"] = True
            self._write()

    def _write(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps(self._note))
        self._file.flush()


@contextmanager
def only_one(state: Path, port: int) -> Iterator[Holder]:
    """Hold ``state`` for the block; wait for one that is just stopping."""
    path = state / "run.lock"
    with path.open("a+") as file:
        wait_until(
            lambda: _take(file) or not _note(path).get("stopping"), _LONGEST_STOP_S
        )
        if not _take(file):
            raise CannotStart(_already_running(state, _note(path)))
        yield Holder(file, port)


def _take(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _note(path: Path) -> dict[str, Any]:
    try:
        note: dict[str, Any] = json.loads(path.read_text())
    except ValueError:
        return {}
    return note


def _already_running(state: Path, note: dict[str, Any]) -> str:
    where = f" on http://127.0.0.1:{note['port']}" if "port" in note else ""
    return (
        f"Already running{where} with the state in {state};"
        " STATE_DIR=... PORT=... make run starts a second one."
    )
