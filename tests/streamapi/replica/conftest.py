"""A writer, its reader and the service on both, for each module of its own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from streamapi.local.processes import wait_until
from streamapi.local.services import runtime_directory
from tests.streamapi.replica.pair import Pair, Service, manage, variables


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A writer and a reader, empty."""
    runtime = runtime_directory()
    made = Pair(runtime)
    yield made
    made.stop()
    shutil.rmtree(runtime)


@pytest.fixture(scope="module")
def accounts(
    pair: Pair, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, str], str, str]:
    """Rows on both, and who may sign in."""
    folder = tmp_path_factory.mktemp("pair")
    environment = variables(
        pair.writer_url, pair.reader.cluster.url, folder, settings.REDIS_URL
    )
    manage(environment, "migrate", "--verbosity=0")
    told = manage(environment, "seed", "--demo-titles=1", "--channels=0", "--no-video")
    ((email, password),) = re.findall(r"Viewer +(\S+) +(\S+)", told)
    assert wait_until(pair.in_step, 30)
    return environment, email, password


@pytest.fixture
def service(
    accounts: tuple[dict[str, str], str, str], tmp_path: Path
) -> Iterator[Service]:
    """Two workers on the pair, someone signed in."""
    environment, email, password = accounts
    running = Service(environment, tmp_path)
    running.sign_in(email, password)
    yield running
    running.stop()
