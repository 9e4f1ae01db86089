"""`exec -- COMMAND`: services for one command, nothing left after it."""

import json
import re
import signal
import sys
from pathlib import Path

from .conftest import eventually, processes_of

USES_BOTH = """
import json, os, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    row = connection.execute("select current_database(), 'É' ilike 'é'").fetchone()
client = redis.Redis.from_url(os.environ["REDIS_URL"] + "/1")
client.set("k", "v")
print(json.dumps({"row": row, "value": client.get("k").decode(),
                  "state": os.environ["STATE_DIR"], "redis": os.environ["REDIS_URL"]}))
raise SystemExit(7)
"""
WAITS = (
    "import os, time; print('up', os.environ['STATE_DIR'], flush=True); time.sleep(60)"
)


def runtime_of(line: str) -> Path:
    """The runtime directory, from what :data:`WAITS` prints."""
    return Path(line.split()[1]).parent


class TestServices:
    def test_the_command_gets_both_and_its_status_is_ours(self, launch) -> None:
        status, output, errors = launch(
            "exec", "--", sys.executable, "-c", USES_BOTH
        ).end()

        assert status == 7, errors
        seen = json.loads(output.splitlines()[-1])
        assert seen["row"] == ["streamapi", True]
        assert seen["value"] == "v"
        assert not Path(seen["state"]).parent.exists()
        assert "PostgreSQL ..." in output
        assert "Valkey ..." in output

    def test_given_servers_are_used_and_none_is_started(self, launch) -> None:
        status, output, _ = launch(
            "exec",
            "--",
            sys.executable,
            "-c",
            "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'])",
            DATABASE_URL="postgresql://given/db",
            REDIS_URL="redis://given",
        ).end()

        assert status == 0
        assert output.splitlines() == [
            "  PostgreSQL from DATABASE_URL",
            "  Valkey from REDIS_URL",
            "postgresql://given/db redis://given",
        ]

    def test_one_given_server_leaves_the_other_to_us(self, launch) -> None:
        program = "import os; print(os.environ['REDIS_URL'])"
        status, output, _ = launch(
            "exec", "--", sys.executable, "-c", program, DATABASE_URL="postgresql://g/d"
        ).end()

        assert status == 0
        assert re.match(r"redis://:[0-9a-f]{32}@127\.0\.0\.1:\d+$", output.split()[-1])

    def test_a_command_that_does_not_exist_is_one_line(self, launch) -> None:
        status, _, errors = launch(
            "exec", "--", "/no/such/thing", DATABASE_URL="x", REDIS_URL="y"
        ).end()

        assert (status, errors) == (1, "/no/such/thing: No such file or directory\n")


class TestStopping:
    def test_sigterm_ends_the_command_and_the_services(self, launch) -> None:
        launcher = launch("exec", "--", sys.executable, "-c", WAITS)
        runtime = runtime_of(launcher.line("up"))

        launcher.process.terminate()

        assert launcher.end()[0] == 128 + signal.SIGTERM
        assert processes_of(runtime.name) == []
        assert not runtime.exists()

    def test_sigkill_leaves_nothing_behind(self, launch) -> None:
        launcher = launch("exec", "--", sys.executable, "-c", WAITS)
        runtime = runtime_of(launcher.line("up"))

        launcher.process.kill()

        assert eventually(lambda: not processes_of(runtime.name))
        assert eventually(lambda: not runtime.exists())

    def test_ctrl_c_reaches_the_command_as_it_would_without_us(self, launch) -> None:
        launcher = launch("exec", "--", sys.executable, "-c", WAITS)
        runtime = runtime_of(launcher.line("up"))

        launcher.process.send_signal(signal.SIGINT)

        status, _, errors = launcher.end()
        assert status == 128 + signal.SIGINT
        assert "KeyboardInterrupt" in errors
        assert not runtime.exists()

    def test_it_ends_with_the_process_that_it_belongs_to(self, launch) -> None:
        launcher = launch("--parent", "1", "exec", "--", sys.executable, "-c", WAITS)

        status, _, _ = launcher.end()

        assert status == 128 + signal.SIGTERM
