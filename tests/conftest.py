"""Fixtures that every test may use."""

import pytest


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
