"""One PostgreSQL cluster: made when missing, served over a unix socket only."""

from __future__ import annotations

import locale
import os
import pwd
import signal
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import quote

from streamapi import env
from streamapi.local import binaries
from streamapi.local.binaries import PostgresPrograms
from streamapi.local.errors import CannotStart
from streamapi.local.processes import (
    Account,
    Command,
    is_alive,
    run,
    tail,
    unprivileged,
    wait_until,
)

DATABASE: Final = "streamapi"
_PORT: Final = "5432"  # names the socket file; nothing listens on TCP
_THROWAWAY: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "256MB",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data directory with the programs and the user that serve it."""

    programs: PostgresPrograms
    data: Path
    sockets: Path
    account: Account | None
    settings: Mapping[str, str]
    log: Path

    @property
    def url(self) -> str:
        """What DATABASE_URL is while this cluster runs."""
        host = quote(str(self.sockets), safe="")
        return f"postgresql://postgres@:{_PORT}/{DATABASE}?host={host}"

    def command(self) -> Command:
        """The server in the foreground; SIGINT is its fast, clean shutdown."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "port": _PORT,
            "max_connections": "200",
            **self.settings,
        }
        argv = [self.programs.path("postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        return Command(
            "PostgreSQL",
            argv,
            _clean_environment(),
            output=self.log,
            account=self.account,
            stop_signal=signal.SIGINT,
            patience_s=30.0,
        )

    def wait_until_ready(self) -> None:
        """Return when connections are accepted; say what the log says when never."""
        if not wait_until(lambda: _status(self.data)[1] == "ready", 30):
            raise CannotStart(f"PostgreSQL did not start:\n{tail(self.log)}")

    def create_database(self) -> None:
        """Create our database unless it exists."""
        status, printed = self._run(
            "createdb", "-h", str(self.sockets), "-p", _PORT, "-U", "postgres", DATABASE
        )
        if status and "already exists" not in printed:
            raise CannotStart(f"The database could not be created: {printed}")

    def initialise(self, *, durable: bool) -> bool:
        """Make the data directory unless it is there; whether it was made now.

        One that another major version made is refused.
        """
        made_by = _made_by(self.data)
        if made_by is None:
            self._initdb(durable=durable)
            return True
        if made_by != str(self.programs.version[0]):
            raise CannotStart(
                f"{self.data} was made by PostgreSQL {made_by}, but the one found here"
                f" is {self.programs.version[0]}; choose another STATE_DIR."
            )
        return False

    def _initdb(self, *, durable: bool) -> None:
        argv = ["-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        argv += [f"--locale={_utf8_locale()}"]
        if not durable:
            argv += ["--no-sync", "--wal-segsize=1"]
        status, printed = self._run("initdb", *argv, account=self.account)
        if status:
            raise CannotStart(f"PostgreSQL could not make {self.data}:\n{printed}")

    def _run(
        self, program: str, *argv: str, account: Account | None = None
    ) -> tuple[int, str]:
        path = self.programs.path(program)
        command = Command(program, (path, *argv), _clean_environment(), account=account)
        return run(command)


def throwaway(runtime: Path) -> Cluster:
    """A cluster for one run of the tests: quick, and safe against nothing."""
    account = _server_account()
    return Cluster(
        programs=binaries.postgres(account),
        data=_directory_for(account, runtime / "pg"),
        sockets=_directory_for(account, runtime / "s"),
        account=account,
        settings=_THROWAWAY,
        log=runtime / "postgres.log",
    )


def lasting(state: Path, runtime: Path) -> Cluster:
    """The cluster whose rows outlive every restart."""
    data, account = _lasting_data(state / "postgres")
    return Cluster(
        programs=binaries.postgres(account),
        data=data,
        sockets=_directory_for(account, runtime / "s"),
        account=account,
        settings={},
        log=state / "log" / "postgres.log",
    )


def already_running(cluster: Cluster) -> Cluster | None:
    """The same cluster as another process serves it, or ``None`` when none does.

    One that is just stopping (its launcher was killed) is given the time to finish.
    """
    settled = wait_until(lambda: _status(cluster.data)[1] in {"", "ready"}, 15)
    if not settled:
        pid = _status(cluster.data)[0]
        raise CannotStart(f"{cluster.data} is in use by process {pid}, which is busy.")
    lines = _pid_file(cluster.data)
    if not _status(cluster.data)[0]:
        return None
    return replace(cluster, sockets=Path(lines[4]))


def _status(data: Path) -> tuple[int, str]:
    """The living server's process id and status, (0, "") when there is none."""
    lines = _pid_file(data)
    if not lines or not is_alive(int(lines[0])):
        return 0, ""
    return int(lines[0]), lines[7].strip() if len(lines) > 7 else "starting"


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _lasting_data(wanted: Path) -> tuple[Path, Account | None]:
    """Where the rows live, and who serves them.

    As root the server runs as ``nobody``, which may not be able to enter the state
    directory; then the rows live below /var/tmp and a link leads there.
    """
    us = _server_account()
    data = wanted.resolve()
    if us is None:
        if data.exists() and data.stat().st_uid != os.geteuid():
            raise CannotStart(f"{wanted} belongs to another user; set STATE_DIR.")
        return _directory_for(None, data), None
    if data.exists():
        owner = data.stat()
        account = Account(owner.st_uid, owner.st_gid) if owner.st_uid else us
        if _may_enter(account, data):
            return data, account
        if _made_by(data) is not None:
            raise CannotStart(
                f"{wanted} holds rows that user {account.uid} cannot read."
            )
        data.rmdir()
    elif not wanted.is_symlink():
        if _may_enter(us, _directory_for(us, data)):
            return data, us
        data.rmdir()
    elsewhere = Path(tempfile.mkdtemp(prefix="streamapi-", dir=binaries.SHARED_TMP))
    elsewhere.chmod(0o711)
    wanted.unlink(missing_ok=True)
    wanted.symlink_to(elsewhere / "postgres")
    return _directory_for(us, elsewhere / "postgres"), us


def _server_account() -> Account | None:
    """Who serves: ``nobody`` when we are root, else we ourselves, if we have a name."""
    account = unprivileged()
    uid = account.uid if account else os.geteuid()
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise CannotStart(
            f"User {uid} has no entry in /etc/passwd, and PostgreSQL needs one;"
            " set DATABASE_URL to a server that you run."
        ) from None
    return account


def _directory_for(account: Account | None, path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account:
        os.chown(path, account.uid, account.gid)
    return path


def _may_enter(account: Account, directory: Path) -> bool:
    argv = ("/bin/sh", "-c", 'cd -- "$0"', str(directory))
    return run(Command("", argv, {}, account=account))[0] == 0


def _made_by(data: Path) -> str | None:
    try:
        return (data / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        return None


def _utf8_locale() -> str:
    """A locale that knows letters beyond ASCII, as far as the system has one."""
    current = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8"):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, current)


def _clean_environment() -> dict[str, str]:
    """Ours without PGHOST and its like, which would lead the programs elsewhere."""
    return {k: v for k, v in env.variables().items() if not k.startswith("PG")}
