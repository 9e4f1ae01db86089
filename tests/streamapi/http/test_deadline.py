"""One clock for a request, wherever its time is spent."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import gevent
import pytest
from pytest_django import Settings

from streamapi.http import deadline
from streamapi.http.deadline import DeadlineExceeded, within


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> SimpleNamespace:
    """A server under gevent, where a request may take a minute; its time stands still."""
    settings.REQUEST_DEADLINE_S = 60.0
    now = SimpleNamespace(at=1000.0)
    monkeypatch.setattr(deadline.monkey, "is_module_patched", lambda _name: True)
    monkeypatch.setattr(deadline.time, "monotonic", lambda: now.at)
    return now


def test_what_was_spent_in_front_of_django_counts(clock: SimpleNamespace) -> None:
    environ: dict[str, Any] = {}
    with within(environ):
        gevent.sleep(0)
    clock.at += 61
    with pytest.raises(DeadlineExceeded), within(environ):
        gevent.sleep(60)


def test_each_request_has_a_clock_of_its_own(clock: SimpleNamespace) -> None:
    with within({}):
        clock.at += 61
    with within({}):
        gevent.sleep(0.01)


def test_nothing_ends_where_gevent_is_not_in_charge(settings: Settings) -> None:
    settings.REQUEST_DEADLINE_S = 0.0
    with within({}):
        gevent.sleep(0.01)
