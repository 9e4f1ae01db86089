"""Jobs start when they are due, never twice at a time, and end when they must."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from streamapi.periodic.jobs import Job
from streamapi.periodic.runner import STAGGER, Runner

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OFTEN = Job("often --now", MINUTE, "what is done often", limit=5 * MINUTE)
DAILY = Job("daily", timedelta(days=1), "what is done daily")


class FakeProcess:
    def __init__(self, argv, listens):
        self.argv, self.listens = argv, listens
        self.status = None

    def poll(self):
        return self.status

    def terminate(self):
        if self.listens:
            self.status = 143

    def kill(self):
        self.status = -9

    def wait(self, timeout=None):
        if self.status is None:
            raise subprocess.TimeoutExpired("job", timeout)
        return self.status


class Started:
    def __init__(self):
        self.all = []
        self.listens = True

    def __call__(self, argv):
        self.all.append(FakeProcess(argv, self.listens))
        return self.all[-1]

    @property
    def names(self):
        return [process.argv[0] for process in self.all]


@pytest.fixture
def started():
    return Started()


@pytest.fixture
def runner(started):
    return Runner([OFTEN, DAILY], started, NOON)


def test_each_runs_soon_after_the_start_and_then_by_its_interval(runner, started):
    runner.tick(NOON)
    assert [list(p.argv) for p in started.all] == [["often", "--now"]]
    runner.tick(NOON + STAGGER)
    assert started.names == ["often", "daily"]
    for process in started.all:
        process.status = 0
    runner.tick(NOON + MINUTE)
    assert started.names == ["often", "daily", "often"]
    runner.tick(NOON + DAILY.every + STAGGER)
    assert started.names[-1] == "daily"


def test_one_that_still_runs_is_not_started_again(runner, started):
    for minute in range(4):
        runner.tick(NOON + minute * MINUTE)
    assert started.names.count("often") == 1
    started.all[0].status = 0
    runner.tick(NOON + 4 * MINUTE)
    assert started.names.count("often") == 2  # what was missed runs once


def test_one_that_is_stuck_is_killed_and_comes_again(runner, started, caplog):
    runner.tick(NOON)
    runner.tick(NOON + 6 * MINUTE)
    assert started.all[0].status == -9
    runner.tick(NOON + 6 * MINUTE)
    assert started.names.count("often") == 2
    assert "stuck" in caplog.text


def test_a_failure_is_told(runner, started, caplog):
    runner.tick(NOON)
    started.all[0].status = 1
    runner.tick(NOON)
    [record] = [r for r in caplog.records if r.levelname == "WARNING"]
    assert (record.job, record.status) == ("often --now", 1)


@pytest.mark.parametrize(("listens", "status"), [(True, 143), (False, -9)])
def test_a_stop_ends_what_runs(runner, started, listens, status):
    started.listens = listens
    runner.tick(NOON)
    runner.stop(0.0)
    assert started.all[0].status == status
