"""A writer, its reader and the service on both, for each module of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.streamapi.replica.pair import Household, Pair, Service, paired, seeded


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A writer and a reader, empty."""
    with paired() as made:
        yield made


@pytest.fixture(scope="module")
def household(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Household:
    """Rows on both, and who may sign in."""
    return seeded(pair, tmp_path_factory.mktemp("pair"))


@pytest.fixture
def service(household: Household, tmp_path: Path) -> Iterator[Service]:
    """Two workers on the pair, someone signed in."""
    running = Service(household.variables, tmp_path)
    running.sign_in(household.email, household.password)
    yield running
    running.stop()
