"""``deploy/start`` and ``deploy/activate``: what runs makes way for the current release."""

from __future__ import annotations

import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from streamapi.local.processes import wait_until

REPOSITORY = Path(__file__).parents[2]
ACTIVATE = REPOSITORY / "deploy" / "activate"
NAMES = ("web", "jobs", "progress", "periodic")
INSTALL = """#!/bin/sh
mkdir -p .venv/bin
cp .ci/python .venv/bin/python
"""
NOTES_WHAT_IT_IS_ASKED = """#!/bin/sh
echo "$@" >>"$DID"
"""
SLEEPS = """#!/bin/sh
echo "$@" >>"$DID"
[ "$2" = migrate ] || [ "$2" = sync_roles ] || [ "$2" = collectstatic ] || exec sleep 60
"""
SERVES = f"""#!/bin/sh
[ "$1" = manage.py ] || exec {shlex.quote(sys.executable)} "$@"
"""


def pack(root: Path, name: str, python: str, *, whole: bool = False) -> None:
    """A release to activate whose Python is the script ``python``."""
    release = root.parent / "made" / name
    (release / ".ci").mkdir(parents=True)
    shutil.copytree(REPOSITORY / "deploy", release / "deploy")
    for file, script in (("install", INSTALL), ("python", python)):
        (release / ".ci" / file).write_text(script)
        (release / ".ci" / file).chmod(0o755)
    if whole:
        packages = ("streamapi", "accounts", "catalog", "channels", "playback")
        for part in (*packages, "templates", "gunicorn.conf.py"):
            (release / part).symlink_to(REPOSITORY / part)
    with tarfile.open(root / f"{name}.tar.gz", "w:gz") as archive:
        archive.add(release, name)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A target with a release that writes down what it is asked to do."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "production.env").write_text(f"DID={tmp_path}/did\n")
    pack(root, "streamapi-2", NOTES_WHAT_IT_IS_ASKED)
    return root


def activate(root: Path, name: str = "streamapi-2") -> subprocess.CompletedProcess[str]:
    words = ["sh", str(ACTIVATE), str(root), name]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def notes(root: Path) -> set[str]:
    return {note.name for note in (root / "pids").iterdir()}


@contextmanager
def started(root: Path, *names: str) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """These processes of the current release, once each is noted."""
    start = root / "current" / "deploy" / "start"
    running = {name: subprocess.Popen([str(start), name]) for name in names}
    noted = {f"{name}.{process.pid}" for name, process in running.items()}
    try:
        assert wait_until(lambda: (root / "pids").is_dir() and noted <= notes(root), 20)
        yield running
    finally:
        for process in running.values():
            process.kill()
            process.wait()


def test_a_release_is_prepared_before_it_is_current(root: Path) -> None:
    done = activate(root)
    assert done.returncode == 0, done.stderr
    assert (root / "current").resolve() == root / "releases" / "streamapi-2"
    did = (root.parent / "did").read_text().splitlines()
    assert [line.split()[1] for line in did] == [
        "migrate",
        "sync_roles",
        "collectstatic",
    ]


def test_every_process_is_ended_to_be_started_anew(root: Path) -> None:
    pack(root, "streamapi-1", SLEEPS)
    assert activate(root, "streamapi-1").returncode == 0
    with started(root, *NAMES) as running:
        done = activate(root)
        assert done.returncode == 0, done.stderr
        ended = [process.wait(10) for process in running.values()]
    assert ended == [-signal.SIGTERM] * 4


def test_the_note_of_a_process_that_is_gone_misleads_nobody(root: Path) -> None:
    pack(root, "streamapi-1", SLEEPS)
    assert activate(root, "streamapi-1").returncode == 0
    with started(root, "jobs") as first:
        first["jobs"].kill()
        first["jobs"].wait()
        with subprocess.Popen(["sleep", "60"]) as bystander:
            stale = f"progress.{bystander.pid}"  # the number is somebody else's now
            (root / "pids" / stale).touch()
            assert activate(root).returncode == 0
            assert bystander.poll() is None
            bystander.kill()
        (root / "current").unlink()
        assert activate(root, "streamapi-1").returncode == 0
        with started(root, "jobs", "periodic") as again:
            assert notes(root) == {f"{name}.{one.pid}" for name, one in again.items()}


def test_one_that_cannot_be_prepared_disturbs_nobody(root: Path) -> None:
    pack(root, "streamapi-1", SLEEPS)
    assert activate(root, "streamapi-1").returncode == 0
    with started(root, "web") as running:
        (root / "streamapi-2.tar.gz").write_bytes(b"half")
        assert activate(root).returncode != 0
        assert running["web"].poll() is None
    assert (root / "current").resolve() == root / "releases" / "streamapi-1"


def test_what_there_is_not_is_not_started(root: Path) -> None:
    assert activate(root).returncode == 0
    start = str(root / "current" / "deploy" / "start")
    done = subprocess.run([start, "cron"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "deploy/start web|jobs|progress|periodic\n",
    )


HAND_OVER = """
import os, sys
held, start = int(sys.argv[1]), sys.argv[2]
os.dup2(held, 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execv(start, [start, "web"])
"""


class Keeper(threading.Thread):
    """What systemd does: holds the socket, and starts the web process when it ended."""

    def __init__(self, root: Path, listener: socket.socket) -> None:
        super().__init__()
        self._start = str(root / "current" / "deploy" / "start")
        self._listener = listener
        self._unwanted = threading.Event()
        self.starts = 0

    def run(self) -> None:
        held = self._listener.fileno()
        argv = [sys.executable, "-c", HAND_OVER, str(held), self._start]
        while not self._unwanted.is_set():
            self.process = subprocess.Popen(argv, pass_fds=[held])
            self.starts += 1
            self.process.wait()
            self._unwanted.wait(0.5)

    def stop(self) -> None:
        self._unwanted.set()
        self.process.terminate()
        self.join()


class Viewer(threading.Thread):
    """Asks again and again, each time on a connection of its own."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._wanted = True
        self.seen: list[str] = []

    def run(self) -> None:
        while self._wanted:
            try:
                with urllib.request.urlopen(self._url, timeout=60) as answer:
                    self.seen.append(str(answer.status))
            except OSError as error:
                self.seen.append(repr(error))

    def stop(self) -> list[str]:
        self._wanted = False
        self.join()
        return self.seen


@pytest.mark.fault
def test_nobody_is_refused_while_a_release_takes_over(root: Path) -> None:
    variables = {
        "DJANGO_SETTINGS_MODULE": "streamapi.settings.local",
        "DATABASE_URL": settings.DATABASE_URL,
        "REDIS_URL": settings.REDIS_URL,
        "STATE_DIR": str(root / "state"),
        "WEB_CONCURRENCY": "1",
        "GUNICORN_LOG_LEVEL": "warning",
    }
    lines = (f"{name}={shlex.quote(value)}\n" for name, value in variables.items())
    (root / "production.env").write_text("".join(lines))
    for name in ("streamapi-3", "streamapi-4"):
        pack(root, name, SERVES, whole=True)
    assert activate(root, "streamapi-3").returncode == 0
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/livez"
        keeper, viewers = Keeper(root, listener), [Viewer(url) for _ in range(4)]
        keeper.start()
        try:
            for viewer in viewers:
                viewer.start()
            assert wait_until(lambda: all(viewer.seen for viewer in viewers), 60)
            assert activate(root, "streamapi-4").returncode == 0
            assert wait_until(lambda: keeper.starts == 2, 60)
            before = [len(viewer.seen) for viewer in viewers]
            asked = list(zip(viewers, before, strict=True))
            assert wait_until(lambda: all(len(v.seen) > n + 3 for v, n in asked), 60)
            release = Path(f"/proc/{keeper.process.pid}/cwd").readlink()
            assert release.name == "streamapi-4"
        finally:
            seen = [one for viewer in viewers for one in viewer.stop()]
            keeper.stop()
    assert set(seen) == {"200"}
