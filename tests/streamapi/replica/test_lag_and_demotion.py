"""A reader that lags, a writer that is demoted: on real servers."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from streamapi.local.processes import wait_until
from tests.streamapi.replica.pair import Answer, Pair, Service

pytestmark = pytest.mark.fault

RENAME = """
from django.utils import timezone
from catalog.models import Title
from catalog import publishing
title = Title.objects.get(slug="the-keepers-light")
title.translations.filter(language="en").update(name="{name}")
publishing.publish(title, by=None, now=timezone.now())
"""


class TestLag:
    """A reader that stands still: nobody sees their own writes disappear."""

    @pytest.fixture(autouse=True)
    def _standing_still(self, pair: Pair, service: Service) -> Iterator[None]:
        pair.reader.ask("SELECT pg_wal_replay_pause()")
        yield
        pair.reader.ask("SELECT pg_wal_replay_resume()")
        assert wait_until(pair.in_step, 30)

    def test_own_writes_are_read_back_at_once_and_stay(self, service: Service) -> None:
        mine = service.mine
        for wanted in (True, False, True):
            answer = service.ask("PUT" if wanted else "DELETE", mine)
            assert answer.status in {200, 201, 204}, answer.body
            seen = [
                bool(service.ask("GET", "/v1/me/watchlist").body["results"])
                for _ in range(12)
            ]
            assert seen == [wanted] * 12

    def test_what_is_published_is_seen_and_does_not_turn_back(
        self, service: Service
    ) -> None:
        service.manage("shell", "--command", RENAME.format(name="The Light That Moved"))
        end = time.monotonic() + 3  # far beyond the lag that is believed
        while time.monotonic() < end:
            for territory in ("US", "GB", "DE"):
                page = service.ask(
                    "GET", f"/v1/titles/the-keepers-light?territory={territory}"
                )
                assert page.body["name"] == "The Light That Moved"
            time.sleep(0.1)


class TestDemotedWriter:
    """The writer's name leads to a server that takes no writes: then it does again."""

    def test_a_refused_write_is_503_and_the_pool_is_left_behind(
        self, pair: Pair, service: Service
    ) -> None:
        mine = service.mine
        assert service.ask("PUT", mine).status < 300  # there is something to delete
        assert wait_until(pair.in_step, 30)
        pair.lead_writes_to(pair.reader)
        pair.writer.ask(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = 'streamapi' AND pid <> pg_backend_pid()"
        )
        refused: list[Answer] = []
        assert wait_until(lambda: _refused(service, mine, refused), 15)
        assert refused[-1].headers["Retry-After"] == "2"
        assert refused[-1].body["code"] == "unavailable"
        pair.lead_writes_to(pair.writer)
        # Each worker's open connections lead to the reader still, and are healthy: only
        # a refusal makes a worker leave them.
        assert wait_until(service.takes_writes, 5)


def _refused(service: Service, path: str, refused: list[Answer]) -> bool:
    """Whether the write was refused; the answer is kept."""
    refused.append(service.ask("DELETE", path))
    return refused[-1].status == 503
