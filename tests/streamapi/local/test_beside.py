"""Commands beside a running service find what it runs on, and nothing after its end."""

import shutil

import pytest

from streamapi.env import Environment
from streamapi.local import beside

URLS = {"DATABASE_URL": "postgresql://here/streamapi", "REDIS_URL": "redis://here"}


@pytest.fixture
def places(tmp_path):
    state, runtime = tmp_path / "state", tmp_path / "runtime"
    state.mkdir()
    runtime.mkdir()
    return state, runtime


def found(state, **variables):
    return beside.variables(Environment({"STATE_DIR": str(state)} | variables))


def test_what_runs_is_found_until_its_runtime_directory_is_gone(places):
    state, runtime = places
    assert found(state) == {}
    for port in ("8000", "8001"):
        beside.note(state, runtime, URLS | {"PORT": port})
        assert found(state) == URLS | {"PORT": port}
    shutil.rmtree(runtime)
    assert found(state) == {}


def test_only_its_owner_may_read_it(places):
    beside.note(*places, URLS)
    assert (places[0] / "services.json").stat().st_mode & 0o077 == 0


def test_services_that_were_named_come_first(places):
    beside.note(*places, URLS)
    assert found(places[0], DATABASE_URL="postgresql://there/streamapi") == {}
