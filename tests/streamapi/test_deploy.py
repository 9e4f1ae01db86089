"""``deploy/activate``: what runs makes way for the release that is current now."""

import subprocess
import tarfile
from pathlib import Path

import pytest

ACTIVATE = Path(__file__).parents[2] / "deploy" / "activate"
NAMES = ("gunicorn", "jobs", "progress", "periodic")
INSTALL = """#!/bin/sh
mkdir -p .venv/bin
printf '#!/bin/sh\\necho "$@" >>"$DID"\\n' >.venv/bin/python
chmod +x .venv/bin/python
"""


@pytest.fixture
def root(tmp_path):
    """A target with a release that writes down what it is asked to do."""
    release = tmp_path / "made" / "streamapi-2"
    (release / ".ci").mkdir(parents=True)
    (release / ".ci" / "install").write_text(INSTALL)
    (release / ".ci" / "install").chmod(0o755)
    root = tmp_path / "root"
    root.mkdir()
    (root / "production.env").write_text(f"DID={tmp_path}/did\n")
    with tarfile.open(root / "streamapi-2.tar.gz", "w:gz") as archive:
        archive.add(release, "streamapi-2")
    return root


def activate(root):
    words = ["sh", str(ACTIVATE), str(root), "streamapi-2"]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_every_process_is_ended_to_be_started_anew(root):
    running = {name: subprocess.Popen(["sleep", "60"]) for name in NAMES}
    try:
        for name, process in running.items():
            (root / f"{name}.pid").write_text(f"{process.pid}\n")
        done = activate(root)
        assert done.returncode == 0, done.stderr
        assert [process.wait(10) for process in running.values()] == [-15] * 4
    finally:
        for process in running.values():
            process.kill()
    assert (root / "current").resolve() == root / "releases" / "streamapi-2"
    did = (root.parent / "did").read_text().splitlines()
    assert [line.split()[1] for line in did] == [
        "migrate",
        "sync_roles",
        "collectstatic",
    ]


def test_a_process_that_is_gone_is_forgotten(root):
    gone = subprocess.Popen(["true"])
    gone.wait()
    (root / "jobs.pid").write_text(str(gone.pid))
    done = activate(root)
    assert done.returncode == 0, done.stderr
    assert not (root / "jobs.pid").exists()


def test_one_that_cannot_be_prepared_disturbs_nobody(root):
    with subprocess.Popen(["sleep", "60"]) as running:
        (root / "gunicorn.pid").write_text(str(running.pid))
        (root / "streamapi-2.tar.gz").write_bytes(b"half")
        assert activate(root).returncode != 0
        assert running.poll() is None
        running.kill()
    assert not (root / "current").exists()
