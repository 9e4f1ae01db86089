"""Child processes that never outlive the launcher, and that stop when asked."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that a server runs as, when it is not ours."""

    uid: int
    gid: int


def unprivileged() -> Account | None:
    """``nobody`` when we are root, because PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Account(65534, 65534)
    return Account(nobody.pw_uid, nobody.pw_gid)


@dataclass(frozen=True, slots=True)
class Command:
    """One program as the launcher starts it."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path = Path("/")
    output: Path | None = None
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals | None = None  # when we are killed; else stop_signal
    patience_s: float = 10.0
    own_group: bool = True

    @property
    def last_signal(self) -> signal.Signals:
        """What the process gets when the launcher is killed."""
        return self.death_signal or self.stop_signal


def start(command: Command) -> subprocess.Popen[bytes]:
    """Start ``command`` so that it ends when the launcher does."""
    if command.output is None:
        return _open(command, None)
    with command.output.open("ab") as output:
        return _open(command, output)


def run(command: Command) -> tuple[int, str]:
    """Run a quick ``command`` to its end; returns its exit status and its output."""
    process = _open(command, subprocess.PIPE)
    try:
        printed, _ = process.communicate()
    except BaseException:  # a signal: what we wait for must not stay behind
        stop(process, command)
        raise
    return process.returncode, printed.decode(errors="replace").strip()


def stop(process: subprocess.Popen[bytes], command: Command) -> None:
    """Ask, wait as long as the command deserves, then insist."""
    if process.poll() is None:
        _signal(process, command.stop_signal, group=False)
        with suppress(subprocess.TimeoutExpired):
            process.wait(command.patience_s)
    _signal(process, signal.SIGKILL, group=command.own_group)
    process.wait()


def is_alive(pid: int) -> bool:
    """Whether a process with this id exists, ours or not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait_until(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Poll ``condition`` until it holds or the time is over."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _signal(
    process: subprocess.Popen[bytes], signum: signal.Signals, *, group: bool
) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if group:
            os.killpg(process.pid, signum)
        else:
            process.send_signal(signum)


def _open(command: Command, output: IO[bytes] | int | None) -> subprocess.Popen[bytes]:
    account = command.account
    return subprocess.Popen(
        command.argv,
        env=dict(command.env),
        cwd=command.cwd,
        stdin=subprocess.DEVNULL if command.own_group else None,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        process_group=0 if command.own_group else None,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        umask=0o077 if account else -1,
        # Safe: the launcher has a single thread. Nothing else runs after the change
        # of user, which would clear the death signal.
        preexec_fn=_prepare(command.last_signal),  # noqa: PLW1509
    )


def _prepare(death_signal: signal.Signals) -> Callable[[], None]:
    launcher = os.getpid()

    def in_child() -> None:
        # A shell without job control starts background jobs with SIGINT ignored.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if _LIBC is None:
            return  # the guard process covers every system; this is Linux's second net
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != launcher:
            os._exit(1)  # the launcher died before the signal was armed

    return in_child


def tail(log: Path | None, lines: int = 8) -> str:
    """The end of a log, for a message about what went wrong."""
    if log is None:
        return ""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return "(nothing was written)"
