"""One fleet for each module: what breaks it is over when the module is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.household.fleet import Fleet


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    """A service without a viewer; nothing is served yet."""
    made = Fleet()
    yield made
    print(made.log())  # noqa: T201 shown when a test fails
    made.stop()
