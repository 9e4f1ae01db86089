"""Keeps a set of processes running and stops them in the reverse order."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from streamapi.local import processes
from streamapi.local.guard import Guard
from streamapi.local.processes import Command
from streamapi.local.terminal import say

_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 30.0
_SETTLED_AFTER_S: Final = 30.0


@dataclass(slots=True)
class _Child:
    command: Command
    process: subprocess.Popen[bytes]
    started: float = field(default_factory=time.monotonic)
    pause_s: float = _FIRST_PAUSE_S
    due: float | None = None  # when to start again, while it is down


class Supervisor:
    """Starts commands, restarts those that die, ends them all."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._children: list[_Child] = []

    def start(self, command: Command) -> subprocess.Popen[bytes]:
        """Start ``command`` now and keep it in the order of starting."""
        process = self._spawn(command)
        self._children.append(_Child(command, process))
        return process

    def run(self, command: Command) -> int:
        """Run ``command`` to its end; returns its exit status."""
        process = self._spawn(command)
        try:
            return process.wait()
        finally:
            processes.stop(process, command)
            self._guard.forget(process.pid)

    def watch_while(self, condition: Callable[[], bool]) -> None:
        """Restart what dies, with growing pauses, as long as ``condition`` holds."""
        while condition():
            for child in self._children:
                self._look_after(child)
            time.sleep(0.2)

    def stop_all(self) -> None:
        """End everything, the last started first."""
        while self._children:
            child = self._children[-1]
            processes.stop(child.process, child.command)
            self._guard.forget(child.process.pid)
            self._children.pop()

    def _look_after(self, child: _Child) -> None:
        now = time.monotonic()
        if child.due is not None:
            if now >= child.due:
                child.due, child.started = None, now
                child.process = self._spawn(child.command)
            return
        status = child.process.poll()
        if status is None:
            return
        self._guard.forget(child.process.pid)
        settled = now - child.started > _SETTLED_AFTER_S
        if settled:
            child.pause_s = _FIRST_PAUSE_S
        say(
            f"{child.command.name} ended with status {status};"
            f" starting it again in {child.pause_s:g} s"
        )
        child.due = now + child.pause_s
        child.pause_s = min(child.pause_s * 2, _LONGEST_PAUSE_S)

    def _spawn(self, command: Command) -> subprocess.Popen[bytes]:
        process = processes.start(command)
        self._guard.watch(process.pid, command.last_signal, group=command.own_group)
        return process
