"""The process that runs them, with a real job."""

from __future__ import annotations

import os
import signal
from io import StringIO

import pytest
from django.core.management import call_command

from streamapi.periodic.jobs import JOBS, Job
from streamapi.periodic.management.commands import run_periodic


def test_the_list_for_another_scheduler():
    out = StringIO()
    call_command("run_periodic", list=True, stdout=out)
    lines = [line.split("\t") for line in out.getvalue().splitlines()]
    assert [line[1] for line in lines] == [job.command for job in JOBS]
    assert lines[0] == ["0:01:00", "publish_due", JOBS[0].what]


@pytest.fixture
def signals():
    kept = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    yield
    for name, handler in kept.items():
        signal.signal(name, handler)


@pytest.mark.usefixtures("signals")
def test_runs_jobs_until_it_is_stopped(monkeypatch):
    ended = []
    start = run_periodic._start

    def start_and_stop(argv):
        process = start(argv)
        ended.append(process)
        os.kill(os.getpid(), signal.SIGTERM)
        return process

    monkeypatch.setattr(run_periodic, "_start", start_and_stop)
    monkeypatch.setattr(run_periodic, "_TICK_S", 0.01)
    monkeypatch.setattr(run_periodic, "JOBS", [Job("version", JOBS[0].every, "x")])
    call_command("run_periodic")
    [process] = ended
    assert list(process.args[1:]) == [process.args[1], "version"]
    assert process.poll() is not None
