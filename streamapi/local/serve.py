"""`run`: the whole product on this machine, kept running until it is told to stop."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import sys
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from streamapi import env
from streamapi.env import Environment
from streamapi.local import beside, services
from streamapi.local.errors import CannotStart, Interrupted
from streamapi.local.processes import Command, tail, wait_until
from streamapi.local.statelock import only_one
from streamapi.local.terminal import say, step

ROOT: Final = Path(__file__).resolve().parent.parent.parent
_SEED: Final = ROOT / "streamapi" / "demo" / "management" / "commands" / "seed.py"

_MIGRATED: Final = "migrated"
_SEEDED: Final = "seeded"


def serve(keep_on: Callable[[], bool]) -> int:
    """Start everything, say where it is, watch over it; returns the exit status."""
    port = _port()
    state = _state_directory()
    with only_one(state, port) as holder:
        _require_free(port)
        say(f"Starting on http://127.0.0.1:{port} with the state in {_short(state)}")
        with services.running(state) as local, holder.stopping_afterwards():
            _start_product(local, state, port)
            say(_where_things_are(state, port))
            _until_told_to_stop(local, keep_on)
    say("Stopped.")
    return 0


def _until_told_to_stop(local: services.Local, keep_on: Callable[[], bool]) -> None:
    with suppress(Interrupted):
        local.supervisor.watch_while(keep_on)
    say("Stopping ...")


def _start_product(local: services.Local, state: Path, port: int) -> None:
    variables = env.variables(
        DJANGO_SETTINGS_MODULE=Environment().text(
            "DJANGO_SETTINGS_MODULE", "streamapi.settings.local"
        ),
        STATE_DIR=str(state),
        PORT=str(port),
        GUNICORN_LOG_LEVEL=Environment().text("GUNICORN_LOG_LEVEL", "warning"),
        **local.variables,
    )
    beside.note(state, local.runtime, {**local.variables, "PORT": str(port)})
    _forget_marks_of_another_database(local, state)
    _migrate(local, variables, state)
    _seed_once(local, variables, state)
    with step("Web server"):
        command = _web(variables, state)
        web = local.supervisor.start(command)
        wait_until(lambda: _answers(port) or web.poll() is not None, 60)
        if not _answers(port):
            raise CannotStart(
                f"The web server does not answer:\n{tail(command.output)}"
            )
    local.supervisor.start(_worker(variables, state))
    local.supervisor.start(_flusher(variables, state))
    local.supervisor.start(_clock(variables, state))


def _forget_marks_of_another_database(local: services.Local, state: Path) -> None:
    """What was noted holds for the cluster in the state directory alone."""
    if local.database != "known":
        (state / _MIGRATED).unlink(missing_ok=True)
    if local.database == "new":
        (state / _SEEDED).unlink(missing_ok=True)


def _migrate(local: services.Local, variables: dict[str, str], state: Path) -> None:
    """Bring the schema up to date; a second start with the same files need not ask."""
    mark = state / _MIGRATED
    wanted = _digest_of_migrations()
    if mark.exists() and mark.read_text() == wanted:
        return
    with step("Migrations"):
        _manage(local, variables, "migrate", "--no-input", log=_log(state, "migrate"))
    mark.write_text(wanted)


def _digest_of_migrations() -> str:
    digest = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    for path in sorted(ROOT.glob("*/**/migrations/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _seed_once(local: services.Local, variables: dict[str, str], state: Path) -> None:
    mark = state / _SEEDED
    if mark.exists() or not _SEED.exists():
        return
    say("  Demo catalogue, on the first start only:")
    _manage(local, variables, "seed")
    mark.touch()


def _manage(
    local: services.Local,
    variables: dict[str, str],
    *words: str,
    log: Path | None = None,
) -> None:
    argv = (sys.executable, "manage.py", *words)
    name = f"manage.py {words[0]}"
    status = local.supervisor.run(Command(name, argv, variables, cwd=ROOT, output=log))
    if status:
        printed = f":\n{tail(log)}" if log else "."
        raise CannotStart(f"`{name}` failed with status {status}{printed}")


def _worker(variables: dict[str, str], state: Path) -> Command:
    """The only worker there is: what was running before it started is put back."""
    argv = ("/bin/sh", "-c", '"$0" manage.py resume_jobs && exec "$0" manage.py "$@"')
    worker = ("db_worker", "--no-reload", "--queue-name", "default,media")
    return Command(
        "The worker",
        (*argv, sys.executable, *worker),
        variables,
        cwd=ROOT,
        output=_log(state, "worker"),
        death_signal=signal.SIGKILL,  # a second SIGTERM would mark its job as failed
    )


def _flusher(variables: dict[str, str], state: Path) -> Command:
    argv = (sys.executable, "manage.py", "flush_progress")
    return Command(
        "The progress flusher",
        argv,
        variables,
        cwd=ROOT,
        output=_log(state, "flusher"),
    )


def _clock(variables: dict[str, str], state: Path) -> Command:
    argv = (sys.executable, "manage.py", "run_periodic")
    return Command(
        "The periodic jobs",
        argv,
        variables,
        cwd=ROOT,
        output=_log(state, "periodic"),
    )


def _web(variables: dict[str, str], state: Path) -> Command:
    argv = (sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py")
    return Command(
        "The web server",
        (*argv, "--graceful-timeout", "5", "streamapi.wsgi:application"),
        variables,
        cwd=ROOT,
        output=_log(state, "web"),
    )


def _log(state: Path, name: str) -> Path:
    return state / "log" / f"{name}.log"


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5):
            return True
    except OSError:
        return False


def _where_things_are(state: Path, port: int) -> str:
    base = f"http://127.0.0.1:{port}"
    return (
        f"\n  Web player   {base}/"
        f"\n  Admin        {base}/admin/"
        f"\n  API docs     {base}/v1/docs"
        f"\n  Logs         {_short(state)}/log/\n"
        f"{_logins(state)}"
        "\nStop with Ctrl-C; the next start finds everything as it was."
    )


def _logins(state: Path) -> str:
    """The demo's people, from the file that the seed wrote for us alone."""
    try:
        lines = (state / "demo-accounts.txt").read_text().splitlines()
    except FileNotFoundError:
        return ""
    return "\n  Sign in as\n" + "".join(f"  {line}\n" for line in lines)


def _port() -> int:
    raw = Environment().text("PORT", "8000")
    if not (raw.isascii() and raw.isdigit() and 0 < int(raw) < 65536):
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {raw!r}.")
    return int(raw)


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} cannot be used ({os.strerror(error.errno or 0)});"
                " choose another, for example: PORT=8001 make run"
            ) from error


def _state_directory() -> Path:
    state = Path(Environment().text("STATE_DIR", str(ROOT / "var"))).absolute()
    try:
        (state / "log").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"{state} cannot be used: {error.strerror}") from error
    return state


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
