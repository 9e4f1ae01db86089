"""Runs everything that happens by the clock: ``manage.py run_periodic``."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from streamapi.periodic.jobs import JOBS
from streamapi.periodic.runner import Runner

_TICK_S: Final = 1.0
_PATIENCE_S: Final = 20.0


class Command(BaseCommand):
    """Start each job of ``streamapi.periodic.jobs`` at its interval, until stopped.

    One of these runs somewhere. Where another scheduler does the work, --list is what it
    has to start.
    """

    help = "Run the periodic jobs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--list", action="store_true", help="print the jobs and run none"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if options["list"]:
            for job in JOBS:
                self.stdout.write(f"{job.every}\t{job.command}\t{job.what}")
            return
        stopped = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda _number, _frame: stopped.set())
        runner = Runner(JOBS, _start, timezone.now())
        while not stopped.wait(_TICK_S):
            runner.tick(timezone.now())
        runner.stop(_PATIENCE_S)


def _start(argv: Sequence[str]) -> subprocess.Popen[bytes]:
    """A process of its own: what it uses is given back, and it can be ended."""
    manage = str(settings.BASE_DIR / "manage.py")
    argv = [sys.executable, manage, *argv]
    return subprocess.Popen(argv, cwd=settings.BASE_DIR)  # noqa: S603 the table of jobs
