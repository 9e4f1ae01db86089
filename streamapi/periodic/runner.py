"""Starts jobs when they are due, each in a process of its own, none twice at a time."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from streamapi.periodic.jobs import Job

_log = logging.getLogger(__name__)

STAGGER: Final = timedelta(seconds=2)
"""Between the first runs, so that a start does not begin everything at once."""


class Process(Protocol):
    """A job at work; what ``subprocess.Popen`` offers."""

    def poll(self) -> int | None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


Start = Callable[[Sequence[str]], Process]


@dataclass(slots=True)
class _Entry:
    job: Job
    due: datetime
    began: datetime | None = None
    process: Process | None = None


class Runner:
    """Looks after the jobs; every one runs soon after the start, then by its interval.

    What was due while nobody looked runs once, not as often as it was missed. A second
    runner on another machine does no harm: every job may run beside itself.
    """

    def __init__(self, jobs: Iterable[Job], start: Start, now: datetime) -> None:
        self._start = start
        self._entries = [
            _Entry(job, now + place * STAGGER) for place, job in enumerate(jobs)
        ]

    def tick(self, now: datetime) -> None:
        """Note what has ended, end what is stuck, start what is due."""
        for entry in self._entries:
            if entry.process is not None:
                self._look_after(entry, entry.process, now)
            if entry.process is None and entry.due <= now:
                entry.began, entry.due = now, now + entry.job.every
                entry.process = self._start(entry.job.argv)

    def stop(self, patience_s: float) -> None:
        """Ask all that run to end; what does not listen is killed."""
        running = [entry.process for entry in self._entries if entry.process]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(patience_s)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @staticmethod
    def _look_after(entry: _Entry, process: Process, now: datetime) -> None:
        took = now - (entry.began or now)
        status = process.poll()
        facts = {"job": entry.job.command, "s": round(took.total_seconds(), 1)}
        if status is not None:
            entry.process = None
            level = logging.WARNING if status else logging.INFO
            _log.log(level, "periodic job ended", extra={**facts, "status": status})
        elif took > entry.job.limit:
            _log.error("periodic job is stuck and killed", extra=facts)
            process.kill()
