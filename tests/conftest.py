"""Fixtures that every test may use."""

import threading

import greenlet
import pytest

_kept = []
_run = threading.Thread.run


def _run_and_keep(thread):
    """Keep the greenlet of each thread.

    Coverage knows threads by it and runs Python when it is freed, in a callback of the
    interpreter. When a second thread ends in that very moment, CPython 3.11 with a trace
    function asks for ever whether there is something left to do.
    """
    _kept.append(greenlet.getcurrent())
    _run(thread)


threading.Thread.run = _run_and_keep


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter):
    """Say in the last lines that journeys were not taken, and how they would be."""
    yield
    missing = "no Chromium or Chrome is installed"
    skipped = terminalreporter.stats.get("skipped", [])
    count = sum(missing in str(report.longrepr) for report in skipped)
    if count:
        terminalreporter.write_line(
            f"{count} browser tests were skipped: {missing}"
            " (Debian: apt-get install chromium).",
            yellow=True,
        )
