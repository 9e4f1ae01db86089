"""`exec -- COMMAND`: run one command beside services that are thrown away after it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from streamapi import env
from streamapi.local import processes, services
from streamapi.local.errors import CannotStart
from streamapi.local.processes import Command


def execute(argv: Sequence[str], keep_on: Callable[[], bool]) -> int:
    """Run ``argv`` with DATABASE_URL and REDIS_URL set; returns its exit status."""
    with services.running(state=None) as local:
        throwaway = {"STATE_DIR": str(local.runtime / "state")}
        variables = {**throwaway, **env.variables(), **local.variables}
        # At a terminal the command keeps the keyboard; else it gets a group of its
        # own, so that its children can be ended together with it.
        alone = not os.isatty(sys.stdin.fileno())
        command = Command(argv[0], argv, variables, cwd=Path.cwd(), own_group=alone)
        return _run(command, local, keep_on)


def _run(command: Command, local: services.Local, keep_on: Callable[[], bool]) -> int:
    try:
        process = processes.start(command)
    except OSError as error:
        raise CannotStart(f"{command.argv[0]}: {error.strerror}") from error
    local.guard.watch(process.pid, signal.SIGTERM, group=command.own_group)

    def hand_on(signum: int, _frame: FrameType | None) -> None:
        # Ctrl-C at a terminal reached the command already.
        if command.own_group or signum != signal.SIGINT:
            process.send_signal(signum)

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, hand_on)
    while process.poll() is None and keep_on():
        time.sleep(0.05)
    processes.stop(process, command)
    local.guard.forget(process.pid)
    status = process.returncode
    return status if status >= 0 else 128 - status
