"""An answer that has just ended, and a thousand clients that want it at once."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench import storm
from bench.cold import HEARD_S, TAG, Reader
from bench.desk import Desk, desk
from bench.load import WrongAnswer
from bench.plan import Plan
from bench.processes import Server
from bench.results import Row, compare
from bench.service import Service

PATH = "/v1/titles?limit=24"
REBUILD_S = 0.5
"""What a rebuild takes here at least: the database is busy, that is when storms come."""
GZIPPED = {"Accept-Encoding": "gzip"}
REQUEST = (
    f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n"
).encode()


def measure(service: Service, plan: Plan, say: Callable[[str], None]) -> list[Row]:
    """How often the answer is made, and how long the last client waits."""
    counter = service.site.directory / "rebuilds"
    rebuilds: list[float] = []
    slowest: list[float] = []
    alone: list[float] = []
    with ExitStack() as running:
        editor = running.enter_context(desk(service))
        server = running.enter_context(_server(service, counter))
        reader = Reader(server)
        reader.read(PATH, GZIPPED)
        for _ in range(plan.storms):
            alone.append(_rebuild(editor, reader))
            _end(editor)
            before = counter.stat().st_size
            slowest.append(_storm(server, plan.crowd))
            rebuilds.append(counter.stat().st_size - before)
    say(f"  rebuilds in each storm of {plan.crowd:,} clients: {rebuilds}")
    return _rows(rebuilds, slowest, alone, plan)


def _rebuild(editor: Desk, reader: Reader) -> float:
    """Milliseconds that one client waits for an answer that has ended."""
    for _ in range(10):
        _end(editor)
        took, state, _body = reader.read(PATH, GZIPPED)
        if state == "MISS":
            return took
    raise WrongAnswer("an ended answer is still served from the cache")


def _server(service: Service, counter: Path) -> Server:
    counter.write_bytes(b"")
    return service.server(
        "stampede",
        application="bench.counted:application",
        BENCH_REBUILDS=str(counter),
        BENCH_REBUILD_S=str(REBUILD_S),
    )


def _end(editor: Desk) -> None:
    editor.purge(TAG)
    time.sleep(HEARD_S)


def _storm(server: Server, crowd: int) -> float:
    """Milliseconds until the last of the crowd has its answer."""
    seen = storm.ask_all(server.port, REQUEST, crowd)
    if seen.statuses != {200: crowd} or seen.bodies != 1:
        raise WrongAnswer(f"storm: {seen.statuses}, {seen.bodies} different bodies")
    return seen.slowest_s * 1000


def _rows(
    rebuilds: list[float], slowest: list[float], alone: list[float], plan: Plan
) -> list[Row]:
    work = f"ended answer, {plan.crowd:,} clients at once"
    return [
        compare(
            work,
            "one rebuild",
            ours=rebuilds,
            theirs=[1.0] * len(rebuilds),
            unit="rebuilds",
            goal=1.0,
            sense="at most",
            note=f"most in a storm: {max(rebuilds):.0f}",
        ),
        compare(
            f"{work}: slowest answer",
            f"one rebuild of {statistics.median(alone):.0f} ms",
            ours=slowest,
            theirs=alone,
            unit="ms",
            goal=2.0,
            sense="at most",
        ),
    ]
