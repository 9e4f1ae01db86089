"""Fixtures that every test may use."""

import base64
import json
import os

import pytest
from django.test import Client
from hypothesis import settings as hypothesis_settings

from tests.contract import Contract

# How long an example takes says more of what else the machine does than of the code.
hypothesis_settings.register_profile("unhurried", deadline=None)
hypothesis_settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def _programs_are_measured_by_greenlet():
    """Coverage follows the greenlets of the programs that tests start; here, threads alone.

    Where it follows greenlets, each thread gets one, and freeing it runs Python inside the
    interpreter's own callbacks: under CPython 3.11 two threads that ended in one moment
    hung a test run for ever, or crashed it.
    """
    inherited = os.environ  # noqa: TID251 what coverage hands to programs, no setting of ours
    config = inherited.get("COVERAGE_PROCESS_CONFIG")
    if config:
        measured = json.loads(base64.b64decode(config))
        measured["concurrency"] = ["thread", "gevent"]
        encoded = base64.b64encode(json.dumps(measured).encode())
        inherited["COVERAGE_PROCESS_CONFIG"] = encoded.decode()


@pytest.fixture(scope="session", autouse=True)
def _answers_keep_their_contract():
    """Whatever a test asks the API, the answer is what docs/openapi.json promises."""
    contract = Contract.committed()
    plain = Client.request

    def request(self, **asked):
        answer = plain(self, **asked)
        faults = contract.faults_of(asked, answer)
        assert not faults, "\n".join(("docs/openapi.json promises otherwise:", *faults))
        return answer

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Client, "request", request)
        yield


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
