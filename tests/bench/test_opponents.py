"""Every peer serves the sample's bytes, and nothing of it is left when it is stopped."""

from __future__ import annotations

import pytest

from bench import opponents
from bench.load import Target, WrongAnswer
from bench.processes import Server, ServerFailed, free_port, tool
from bench.sample import Sample
from bench.site import open_site

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(tool("taskset") is None, reason="taskset is not installed"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with open_site(tmp_path_factory.mktemp("bench")) as site:
        yield site


@pytest.fixture(scope="module")
def sample(site):
    return Sample.made_up(site.directory / "sample")


@pytest.mark.parametrize(
    "name", ["wsgi", "wsgi-redis", "drf", "fastapi", "nginx-static"]
)
def test_serves_the_same_bytes(site, sample, name):
    if opponents.missing(name):
        pytest.skip(f"{name}: {', '.join(opponents.missing(name))} not installed")
    with opponents.opponent(name, site, sample) as target:
        for _ in range(2):
            answer = target.check()
            assert answer.headers["content-encoding"] == "gzip"
            assert answer.headers["content-type"].startswith("application/json")
        port = target.port
    with pytest.raises(ConnectionError):
        Target(name, target.pid, port, target.path, sample.plain).check()


def test_other_bytes_are_a_wrong_answer(site, sample, tmp_path):
    other = Sample.made_up(tmp_path, titles=3)
    with opponents.opponent("wsgi", site, other) as target:
        wrong = Target("x", target.pid, target.port, "/", sample.plain)
        with pytest.raises(WrongAnswer, match="not the expected"):
            wrong.check()


def test_a_server_that_cannot_start_says_why(site, tmp_path):
    command = ["sh", "-c", "echo no such luck; exit 3"]
    server = Server(
        "x", command, core=site.cores.load, port=free_port(), directory=tmp_path
    )
    with pytest.raises(ServerFailed, match="no such luck"), server:
        pass
