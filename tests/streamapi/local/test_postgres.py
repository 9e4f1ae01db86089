"""Where the rows live, who serves them, and what is said when that cannot be."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from streamapi.local import binaries, postgres
from streamapi.local.errors import CannotStart
from streamapi.local.processes import Account
from streamapi.local.services import runtime_directory

OURSELVES = Account(os.geteuid(), os.getegid())


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """As if a user of its own served; the place for what it cannot reach."""
    monkeypatch.setattr(postgres, "_server_account", lambda: OURSELVES)
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setattr(binaries, "SHARED_TMP", shared)
    return shared


@pytest.fixture
def as_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_server_account", lambda: None)


class TestWhereRowsLive:
    def test_an_ordinary_user_keeps_them_in_the_state_directory(
        self, as_user: None, tmp_path: Path
    ) -> None:
        data, account = postgres._lasting_data(tmp_path / "postgres")
        assert (data, account) == (tmp_path / "postgres", None)
        assert data.stat().st_mode & 0o777 == 0o700
        assert postgres._lasting_data(tmp_path / "postgres")[0] == data

    def test_those_of_somebody_else_are_refused(
        self, as_user: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "postgres").mkdir()
        monkeypatch.setattr(postgres.os, "geteuid", lambda: OURSELVES.uid + 1)
        with pytest.raises(CannotStart, match="belongs to another user; set STATE_DIR"):
            postgres._lasting_data(tmp_path / "postgres")

    def test_root_keeps_them_there_if_the_server_may_enter(
        self, as_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres, "_may_enter", lambda _account, _path: True)
        for _ in range(2):
            found, _account = postgres._lasting_data(tmp_path / "postgres")
            assert found == tmp_path / "postgres"
        assert list(as_root.iterdir()) == []

    @pytest.mark.parametrize("there", [False, True])
    def test_else_they_live_elsewhere_and_a_link_leads_there(
        self, as_root: Path, tmp_path: Path, monkeypatch, there: bool
    ) -> None:
        wanted = tmp_path / "postgres"
        if there:
            wanted.mkdir()
        monkeypatch.setattr(
            postgres, "_may_enter", lambda _account, path: as_root in path.parents
        )
        data, _ = postgres._lasting_data(wanted)
        assert wanted.is_symlink()
        assert wanted.resolve() == data
        assert data.parent.parent == as_root
        assert data.stat().st_mode & 0o777 == 0o700
        assert postgres._lasting_data(wanted)[0] == data

    def test_a_link_into_nothing_is_replaced(
        self, as_root: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "postgres").symlink_to(tmp_path / "gone" / "postgres")
        data, _ = postgres._lasting_data(tmp_path / "postgres")
        assert data.exists()
        assert data.parent.parent == as_root

    def test_rows_that_the_server_cannot_read_are_not_thrown_away(
        self, as_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres, "_may_enter", lambda _account, _path: False)
        (tmp_path / "postgres").mkdir()
        (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
        with pytest.raises(CannotStart, match="holds rows that user"):
            postgres._lasting_data(tmp_path / "postgres")


class TestWhoServes:
    def test_a_user_without_a_name_is_told_so(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def nobody(_uid: int) -> None:
            raise KeyError

        monkeypatch.setattr(postgres.pwd, "getpwuid", nobody)
        with pytest.raises(CannotStart, match="has no entry in /etc/passwd"):
            postgres._server_account()


class TestOneThatRuns:
    @pytest.fixture
    def cluster(self, tmp_path: Path, as_user: None) -> postgres.Cluster:
        return postgres.lasting(tmp_path, tmp_path)

    def leave_note(self, cluster: postgres.Cluster, pid: int, status: str) -> None:
        lines = [str(pid), str(cluster.data), "0", "5432", "/sockets", "", "", status]
        (cluster.data / "postmaster.pid").write_text("\n".join(lines) + "\n")

    def test_is_used_where_it_is(self, cluster: postgres.Cluster) -> None:
        self.leave_note(cluster, os.getpid(), "ready   ")
        found = postgres.already_running(cluster)
        assert found == replace(cluster, sockets=Path("/sockets"))

    def test_a_note_of_one_that_died_means_nothing(
        self, cluster: postgres.Cluster
    ) -> None:
        self.leave_note(cluster, 2**22 - 1, "ready")
        assert postgres.already_running(cluster) is None

    def test_one_that_neither_comes_nor_goes_is_named(
        self, cluster: postgres.Cluster, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres, "wait_until", lambda check, _seconds: check())
        self.leave_note(cluster, os.getpid(), "stopping")
        with pytest.raises(CannotStart, match=f"by process {os.getpid()}, which is"):
            postgres.already_running(cluster)


class TestFailures:
    """What the programs say is passed on."""

    @pytest.fixture
    def cluster(self, tmp_path: Path) -> postgres.Cluster:
        made = postgres.throwaway(runtime_directory())
        bin_ = tmp_path / "bin"
        bin_.mkdir()
        for name in ("initdb", "createdb"):
            (bin_ / name).write_text(f"#!/bin/sh\necho {name} says no; exit 1\n")
            (bin_ / name).chmod(0o755)
        programs = replace(made.programs, directory=bin_)
        return replace(made, programs=programs, account=None, log=tmp_path / "log")

    def test_of_making_the_data_directory(self, cluster: postgres.Cluster) -> None:
        with pytest.raises(CannotStart, match=r"could not make .*\ninitdb says no"):
            cluster.initialise(durable=True)

    def test_of_creating_the_database(self, cluster: postgres.Cluster) -> None:
        with pytest.raises(CannotStart, match="not be created: createdb says no"):
            cluster.create_database()

    def test_of_starting(
        self, cluster: postgres.Cluster, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cluster.log.write_text("FATAL: no room\n")
        monkeypatch.setattr(postgres, "wait_until", lambda check, _seconds: check())
        with pytest.raises(CannotStart, match="did not start:\nFATAL: no room"):
            cluster.wait_until_ready()


def test_a_system_without_utf8_locales_still_gets_a_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def only_c(_category: int, name: str | None = None) -> str:
        if name in {"C.UTF-8", "en_US.UTF-8"}:
            raise postgres.locale.Error
        return "C"

    monkeypatch.setattr(postgres.locale, "setlocale", only_c)
    assert postgres._utf8_locale() == "C"
