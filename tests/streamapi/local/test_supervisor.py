"""Children: started in order, started again when they die, ended in reverse."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from streamapi.local import processes, supervisor
from streamapi.local.processes import Command
from streamapi.local.supervisor import Supervisor

from .conftest import eventually


class Guard:
    """Notes what it is told to look after."""

    def __init__(self) -> None:
        self.watched: set[int] = set()

    def watch(self, pid: int, _signum: int, *, group: bool) -> None:
        self.watched.add(pid)

    def forget(self, pid: int) -> None:
        self.watched.discard(pid)


@pytest.fixture
def guard() -> Guard:
    return Guard()


@pytest.fixture
def children(guard: Guard):
    made = Supervisor(guard)
    yield made
    made.stop_all()
    assert guard.watched == set()


def shell(text: str, output: Path | None = None) -> Command:
    variables = {"PATH": "/usr/bin:/bin"}
    return Command("The child", ("/bin/sh", "-c", text), variables, output=output)


def test_a_command_is_run_to_its_end_and_its_status_is_told(
    children: Supervisor, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    assert children.run(shell("echo said; exit 3", log)) == 3
    assert processes.tail(log) == "said"


def test_what_dies_is_started_again_after_a_growing_pause(
    children: Supervisor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(supervisor, "_FIRST_PAUSE_S", 0.01)
    log = tmp_path / "log"
    child = shell("echo started", log)
    children.start(child)

    def three_times() -> bool:
        return log.exists() and log.read_text().count("started") >= 3

    children.watch_while(lambda: not three_times())
    said = capsys.readouterr().out
    assert said.count("The child ended with status 0; starting it again in") >= 2
    pauses = [float(line.rpartition(" in ")[2][:-2]) for line in said.splitlines()]
    assert pauses[1] == 2 * pauses[0]


def test_one_that_ran_well_for_a_while_is_started_again_soon(
    children: Supervisor, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(supervisor.time, "monotonic", lambda: clock.now)
    children.start(shell("exit 1"))
    (child,) = children._children
    for _ in range(8):
        child.process.wait()
        children._look_after(child)  # it is seen to be down
        clock.now += 30
        children._look_after(child)  # and started again
    assert child.pause_s == 30.0
    clock.now += 31
    child.process.wait()
    children._look_after(child)
    assert capsys.readouterr().out.splitlines()[-1].endswith("in 0.5 s")


def test_the_last_started_ends_first(children: Supervisor, tmp_path: Path) -> None:
    log = tmp_path / "log"
    for name in ("first", "second"):
        text = f"trap 'echo {name} ended; exit' TERM; echo up; while :; do sleep 0.02; done"
        children.start(shell(text, log))
    assert eventually(lambda: log.exists() and log.read_text().count("up") == 2)
    children.stop_all()
    assert log.read_text().splitlines()[-2:] == ["second ended", "first ended"]


def test_one_that_does_not_listen_is_killed_with_all_of_its_group(
    guard: Guard, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    text = "trap '' TERM; sleep 600 & echo $!; while :; do sleep 0.05; done"
    deaf = Command(
        "deaf", ("/bin/sh", "-c", text), {"PATH": "/bin"}, output=log, patience_s=0.2
    )
    children = Supervisor(guard)
    children.start(deaf)
    assert eventually(lambda: log.exists() and log.read_text().strip() != "")
    grandchild = int(log.read_text())
    assert processes.is_alive(grandchild)
    children.stop_all()
    assert eventually(lambda: not alive(grandchild))


def alive(pid: int) -> bool:
    """Whether it runs; one that nobody has reaped yet does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


class TestProcesses:
    def test_a_quick_one_gives_its_status_and_what_it_printed(self) -> None:
        status, printed = processes.run(shell("echo out; echo err >&2; exit 4"))
        assert (status, printed.splitlines()) == (4, ["out", "err"])

    def test_an_interruption_ends_what_we_wait_for(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started = []

        def interrupted(process) -> None:
            started.append(process)
            raise KeyboardInterrupt

        monkeypatch.setattr(processes.subprocess.Popen, "communicate", interrupted)
        with pytest.raises(KeyboardInterrupt):
            processes.run(shell("sleep 600"))
        assert started[0].returncode is not None
        started[0].stdout.close()

    def test_the_end_of_a_log_and_of_none(self, tmp_path: Path) -> None:
        log = tmp_path / "log"
        log.write_text("".join(f"line {number}\n" for number in range(20)))
        assert processes.tail(log, 2) == "line 18\nline 19"
        assert processes.tail(None) == ""
        assert processes.tail(tmp_path / "none") == "(nothing was written)"

    def test_who_serves_when_we_are_root(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(processes.os, "geteuid", lambda: 0)
        found = processes.unprivileged()
        assert found is not None
        assert found.uid != 0

        def nobody(_name: str) -> None:
            raise KeyError

        monkeypatch.setattr(processes.pwd, "getpwnam", nobody)
        assert processes.unprivileged() == processes.Account(65534, 65534)
        monkeypatch.setattr(processes.os, "geteuid", lambda: 1000)
        assert processes.unprivileged() is None
