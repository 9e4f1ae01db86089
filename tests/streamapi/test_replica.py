"""When the reader is asked, and when it is left alone."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.db import NotSupportedError, OperationalError

from accounts.models import User
from catalog.models import PublishedTitle
from streamapi import replica
from streamapi.replica import ReplicaRouter, Standing


class Reader:
    """Answers how far behind it is, or fails."""

    def __init__(self) -> None:
        self.says: float | Exception = 0.0
        self.said_before: list[float] = []
        self.times_asked = 0

    @contextmanager
    def cursor(self):
        self.times_asked += 1
        if isinstance(self.says, Exception):
            raise self.says
        lag = self.said_before.pop() if self.said_before else self.says
        yield SimpleNamespace(execute=lambda _sql: None, fetchone=lambda: (lag,))


@pytest.fixture
def reader(settings, monkeypatch: pytest.MonkeyPatch) -> Reader:
    made = Reader()
    settings.READER_LAG_S = 2.0
    monkeypatch.setitem(settings.DATABASES, "reader", {"ATOMIC_REQUESTS": False})
    monkeypatch.setattr(replica, "connections", {"reader": made})
    return made


@pytest.fixture
def clock() -> SimpleNamespace:
    return SimpleNamespace(now=1000.0)


@pytest.fixture
def standing(clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Standing:
    made = Standing(lambda: clock.now)
    monkeypatch.setattr(replica, "standing", made)
    return made


class TestStanding:
    def test_without_a_reader_nobody_is_asked(self, standing: Standing) -> None:
        assert not standing.may_be_asked()

    def test_one_in_step_is_asked_and_looked_at_once_a_second(
        self, reader: Reader, standing: Standing, clock: SimpleNamespace
    ) -> None:
        assert all(standing.may_be_asked() for _ in range(5))
        assert reader.times_asked == 1
        clock.now += 1.1
        assert standing.may_be_asked()
        assert reader.times_asked == 2

    @pytest.mark.parametrize("says", [2.1, float("inf"), OperationalError("gone")])
    def test_one_that_lags_or_is_gone_rests_then_is_looked_at_again(
        self, reader: Reader, standing: Standing, clock: SimpleNamespace, says
    ) -> None:
        reader.says = says
        assert not any(standing.may_be_asked() for _ in range(5))
        assert reader.times_asked == (1 if isinstance(says, Exception) else 2)
        reader.says = 0.1
        clock.now += 4.9
        assert not standing.may_be_asked()
        clock.now += 0.2
        assert standing.may_be_asked()

    def test_one_that_is_just_replaying_is_asked(
        self, reader: Reader, standing: Standing
    ) -> None:
        reader.said_before = [3600.0]
        assert standing.may_be_asked()

    def test_one_that_cannot_tell_is_believed(
        self, reader: Reader, standing: Standing
    ) -> None:
        reader.says = NotSupportedError("not supported in Aurora")
        assert standing.may_be_asked()

    def test_after_a_change_the_writer_is_asked_for_as_long_as_a_reader_may_lag(
        self, reader: Reader, standing: Standing, clock: SimpleNamespace
    ) -> None:
        standing.something_changed()
        assert not standing.may_be_asked()
        clock.now += 2.1
        assert standing.may_be_asked()


class TestRouter:
    def test_only_what_is_read_for_everyone_comes_from_the_reader(
        self, reader: Reader, standing: Standing
    ) -> None:
        router = ReplicaRouter()
        assert router.db_for_read(PublishedTitle) == "default"
        assert replica.begin_shared()
        assert router.db_for_read(PublishedTitle) == "reader"
        assert router.db_for_write(PublishedTitle) == "default"
        replica.end_shared()
        assert router.db_for_read(PublishedTitle) == "default"

    @pytest.mark.django_db
    def test_a_shared_answer_of_the_service_asks_the_reader(
        self, reader: Reader, standing: Standing, client, monkeypatch
    ) -> None:
        asked: list[str] = []

        def note(_router: ReplicaRouter, _model: object, **_hints: object) -> str:
            asked.append(replica._alias.get())
            return "default"

        monkeypatch.setattr(ReplicaRouter, "db_for_read", note)
        client.get("/v1/genres")
        assert set(asked) == {"reader"}
        assert replica._alias.get() == "default"

    def test_both_hold_the_same_rows_and_only_one_is_migrated(self) -> None:
        router = ReplicaRouter()
        assert router.allow_relation(PublishedTitle(), User())
        assert router.allow_migrate("default", "catalog")
        assert not router.allow_migrate("reader", "catalog")
