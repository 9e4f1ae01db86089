"""The writer dies; the reader serves, then becomes the writer: on real servers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from streamapi.local.processes import wait_until
from tests.streamapi.replica.pair import Household, Pair, Service, paired, seeded

pytestmark = pytest.mark.fault


@pytest.fixture
def pair() -> Iterator[Pair]:
    """For the test alone, which leaves it turned round: a second try needs another."""
    with paired() as made:
        yield made


@pytest.fixture
def household(pair: Pair, tmp_path: Path) -> Household:
    """Rows on both, and who may sign in."""
    return seeded(pair, tmp_path)


def test_reads_go_on_writes_wait_and_come_back_without_a_restart(
    pair: Pair, service: Service
) -> None:
    mine = service.mine
    assert service.takes_writes()
    assert wait_until(pair.in_step, 30)
    time.sleep(1)  # longer than the lag that is believed
    pair.writer.kill()
    pages = [
        service.ask("GET", f"/v1/titles?limit={limit}").status for limit in range(1, 13)
    ]
    assert pages == [200] * 12
    refused = service.ask("PUT", mine)
    assert (refused.status, refused.headers["Retry-After"]) == (503, "2")

    pair.lead_writes_to(pair.reader)
    pair.reader.ask("SELECT pg_promote(true, 60)")
    assert wait_until(service.takes_writes, 5)
    assert len(service.ask("GET", "/v1/me/watchlist").body["results"]) == 1
