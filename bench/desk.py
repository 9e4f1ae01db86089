"""Our side of the editor's process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.service import Service, ServiceFailed
from bench.site import ROOT


class Desk:
    """Sends one line, waits for its answer."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def purge(self, tag: str) -> float:
        """End all answers with this tag; the moment, on the monotonic clock."""
        moment: float = self._ask(f"purge {tag}")["at"]
        return moment

    def edit(self, public_id: str, tagline: str) -> float:
        """Change a title and publish it; the moment of the commit."""
        moment: float = self._ask(f"edit {public_id} {tagline}")["at"]
        return moment

    def sql(self, path: str) -> list[str]:
        """The statements that Django runs for an answer."""
        statements: list[str] = self._ask(f"sql {path}")["sql"]
        return statements

    def _ask(self, line: str) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise ServiceFailed("the editor's process has no pipes")
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline()
        if not said:
            raise ServiceFailed("the editor's process ended; see editor.log")
        answer: dict[str, Any] = json.loads(said)
        return answer


@contextmanager
def desk(service: Service) -> Iterator[Desk]:
    """An editor's process for one service."""
    with (service.site.directory / "editor.log").open("a") as log:
        process = subprocess.Popen(
            [*service.prefix(), "-m", "bench.editor"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        yield Desk(process)
    finally:
        process.kill()
        process.communicate()
