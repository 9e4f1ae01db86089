"""`run`: what a person who starts, stops, kills and starts again meets."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from streamapi.local.valkey import free_port

from .conftest import NO_SERVICES, ROOT, Launcher, eventually, processes_of

pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A state directory with a seed that counts as planted, and a free port."""
    (tmp_path / "seeded").touch()
    yield {
        "STATE_DIR": str(tmp_path),
        "PORT": str(free_port()),
        "WEB_CONCURRENCY": "1",
    }
    rows = tmp_path / "postgres"
    if rows.is_symlink():  # as root they live below /var/tmp
        shutil.rmtree(rows.resolve().parent)


def wait_for(launcher: Launcher) -> None:
    """Return when the launcher has printed where things are."""
    launcher.line("Stop with Ctrl-C")


def database_of(state: str) -> str:
    """DATABASE_URL as the web server of this state directory has it."""
    pid = process_of(state, "gunicorn")
    variables = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
    found = re.search(r"DATABASE_URL=([^\0]+)", variables)
    assert found
    return found[1]


def process_of(state: str, program: str) -> int:
    """The id of the process of ``state`` with this word in its command line, or 0."""
    for directory in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            line = (directory / "cmdline").read_bytes().decode(errors="replace")
            variables = (directory / "environ").read_bytes()
            if program in line and f"STATE_DIR={state}".encode() in variables:
                return int(directory.name)
    return 0


def rows_kept_in(state: Path) -> str:
    """What the cluster of ``state`` holds, asked without starting the product."""
    program = """
import sys, pathlib, psycopg
from streamapi.local import services
with services.running(pathlib.Path(sys.argv[1])) as local:
    with psycopg.connect(local.variables["DATABASE_URL"]) as connection:
        print(connection.execute("select n from kept order by n").fetchall())
"""
    command = (sys.executable, "-c", program, str(state))
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env=NO_SERVICES
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def query(state: str, statement: str) -> list[tuple]:
    """Run one statement on the database of a running launcher."""
    with psycopg.connect(database_of(state), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


class TestServing:
    def test_rows_survive_every_end_and_nothing_stays_behind(
        self, launch, place
    ) -> None:
        state = place["STATE_DIR"]
        first = launch("run", **place)
        wait_for(first)
        base = f"http://127.0.0.1:{place['PORT']}"
        with urllib.request.urlopen(f"{base}/readyz", timeout=5) as answer:
            assert answer.status == 200
        query(state, "create table kept as select 1 as n")
        beside = subprocess.run(
            (sys.executable, "manage.py", "migrate", "--check"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            env=NO_SERVICES | {"STATE_DIR": state},
        )
        assert beside.returncode == 0, beside.stderr

        another = launch("run", **place)
        status, _, errors = another.end()
        assert status == 1
        assert errors.startswith(
            f"Already running on {base} with the state in {state};"
        )
        assert errors.count("\n") == 1

        assert eventually(lambda: process_of(state, "db_worker") != 0)
        worker = process_of(state, "db_worker")
        os.kill(worker, signal.SIGKILL)
        assert "The worker ended with status -9" in first.line("The worker ended")
        assert eventually(lambda: process_of(state, "db_worker") not in {0, worker})

        first.process.kill()
        assert eventually(lambda: not processes_of(state), 20)

        second = launch("run", **place)
        wait_for(second)
        query(state, "insert into kept values (2)")
        second.process.terminate()
        status, output, errors = second.end()
        assert (status, errors) == (0, "")
        assert "Migrations" not in output
        assert output.splitlines()[-1] == "Stopped."
        assert processes_of(state) == []
        assert rows_kept_in(Path(state)) == "[(1,), (2,)]"


class TestRefusals:
    def test_a_port_in_use_is_one_line(self, launch, place) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", int(place["PORT"])))
            other.listen()

            status, output, errors = launch("run", **place).end()

        assert (status, output) == (1, "")
        assert errors == (
            f"Port {place['PORT']} cannot be used (Address already in use);"
            " choose another, for example: PORT=8001 make run\n"
        )

    @pytest.mark.parametrize("port", ["0", "65536", "web", "-1"])
    def test_a_port_that_is_none(self, launch, place, port) -> None:
        status, _, errors = launch("run", **{**place, "PORT": port}).end()

        assert (status, errors) == (
            1,
            f"PORT must be a number from 1 to 65535, not {port!r}.\n",
        )

    def test_a_state_directory_that_cannot_be(self, launch, place) -> None:
        status, _, errors = launch("run", **{**place, "STATE_DIR": "/dev/null/x"}).end()

        assert (status, errors) == (1, "/dev/null/x cannot be used: Not a directory\n")

    def test_rows_of_another_major_version(self, launch, place) -> None:
        with tempfile.TemporaryDirectory(dir="/tmp") as state:
            Path(state).chmod(0o755)
            data = Path(state) / "postgres"
            data.mkdir()
            (data / "PG_VERSION").write_text("9\n")

            status, _, errors = launch("run", **{**place, "STATE_DIR": state}).end()

        assert status == 1
        assert "was made by PostgreSQL 9, but the one found here is" in errors
