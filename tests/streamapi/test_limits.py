"""Limits hold exactly under threads, and a silent Redis is an error within its time."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_django import Settings

from streamapi import limits, state
from streamapi.errors import Unavailable
from streamapi.limits import Limit, Refused

TIGHT = Limit("tight", 5, 60)
LOOSE = Limit("loose", 50, 60)
_subjects = itertools.count()


@pytest.fixture
def subject() -> str:
    return f"test-{time.time_ns()}-{next(_subjects)}"


class TestSpend:
    def test_counts_down_and_then_says_when(self, subject: str) -> None:
        left = [limits.spend([(TIGHT, subject)])[0].remaining for _ in range(5)]
        assert left == [4, 3, 2, 1, 0]
        with pytest.raises(Refused) as refused:
            limits.spend([(TIGHT, subject)])
        assert 1 <= refused.value.extra["retry_after_s"] <= 12

    def test_admits_no_more_than_the_quota_under_threads(self, subject: str) -> None:
        def once(_: int) -> bool:
            try:
                limits.spend([(TIGHT, subject)])
            except Refused:
                return False
            return True

        with ThreadPoolExecutor(20) as pool:
            assert sum(pool.map(once, range(200))) == TIGHT.quota

    def test_a_refusal_by_one_limit_spends_none(self, subject: str) -> None:
        for _ in range(5):
            limits.spend([(TIGHT, subject)])
        with pytest.raises(Refused):
            limits.spend([(TIGHT, subject), (LOOSE, subject)])
        assert limits.spend([(LOOSE, subject)])[0].remaining == 49

    def test_forgetting_starts_anew(self, subject: str) -> None:
        for _ in range(5):
            limits.spend([(TIGHT, subject)])
        limits.forget([(TIGHT, subject)])
        assert limits.spend([(TIGHT, subject)])[0].remaining == 4

    def test_works_after_the_server_forgot_the_script(self, subject: str) -> None:
        state.client().script_flush()
        assert limits.spend([(TIGHT, subject)])[0].remaining == 4

    def test_a_dead_server_is_an_error_and_not_a_pass(
        self, settings: Settings, subject: str
    ) -> None:
        settings.REDIS_STATE_URL = "redis://127.0.0.1:1/0"
        state.client.cache_clear()
        try:
            with pytest.raises(Unavailable):
                limits.spend([(TIGHT, subject)])
        finally:
            state.client.cache_clear()


class TestHeaders:
    def test_follow_the_draft(self, subject: str) -> None:
        headers = limits.headers(limits.spend([(TIGHT, subject)]))
        assert headers == {
            "RateLimit-Policy": '"tight";q=5;w=60',
            "RateLimit": '"tight";r=4;t=12',
        }
