"""The Redis for state says why it does not serve."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from streamapi import state
from streamapi.errors import Unavailable


@pytest.fixture
def _gone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing listens where it should be."""
    monkeypatch.setattr(state, "_said_at", float("-inf"))
    settings.REDIS_STATE_URL = "redis://127.0.0.1:1/0"
    state.client.cache_clear()
    yield
    state.client.cache_clear()


@pytest.mark.usefixtures("_gone")
def test_one_line_in_ten_seconds_says_why(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = state.Script("return 1")
    for _ in range(3):
        with pytest.raises(Unavailable):
            script([], [])
    (line,) = caplog.records
    assert line.getMessage().startswith("Redis refuses or does not answer: Error 111")
    monkeypatch.setattr(state, "_said_at", state._said_at - state._SAY_AGAIN_S)
    with pytest.raises(Unavailable):
        script([], [])
    assert len(caplog.records) == 2
