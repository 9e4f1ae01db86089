"""Rows about cold reads: an answer that nobody has, beside the same SQL alone."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from contextlib import ExitStack

from bench.desk import desk
from bench.load import WrongAnswer
from bench.opponents import GUNICORN
from bench.plan import Plan
from bench.processes import Server, free_port
from bench.results import Row, compare
from bench.service import Service
from bench.site import ROOT

PATH = "/v1/titles?limit=240"
PLAIN = {"Accept-Language": "en"}
GZIPPED = {**PLAIN, "Accept-Encoding": "gzip"}
TAG = "titles"
HEARD_S = 0.05
"""After a purge, for it to have reached the server."""


class Reader:
    """One client on one open connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def read(self, path: str, headers: dict[str, str]) -> tuple[float, str, bytes]:
        """Milliseconds, what the cache says, and the body as sent."""
        started = time.perf_counter()
        self._connection.request("GET", path, headers=headers)
        response = self._connection.getresponse()
        body = response.read()
        took = (time.perf_counter() - started) * 1000
        if response.status != 200:
            raise WrongAnswer(f"{path}: status {response.status}")
        return took, response.headers.get("X-Cache", ""), body


def measure(
    few: Service, many: Service, plan: Plan, say: Callable[[str], None]
) -> list[Row]:
    """Cold lists with many titles: against the SQL alone, and against few titles."""
    times: dict[str, list[float]] = {"sql": [], "plain": [], "gzip": [], "few": []}
    with ExitStack() as running:
        editors = [running.enter_context(desk(each)) for each in (few, many)]
        bodies = [
            Reader(running.enter_context(each.server(name)).port)
            for each, name in ((few, "cold-few"), (many, "cold-many"))
        ]
        statements = editors[1].sql(PATH)
        peer = Reader(running.enter_context(_peer(many, statements)).port)
        for turn in range(plan.cold_reads + 5):
            for editor in editors:
                editor.purge(TAG)
            time.sleep(HEARD_S)
            alone, _, expected = peer.read("/", PLAIN)
            cold = _cold(bodies[1], PLAIN, expected)
            fewer = _cold(bodies[0], PLAIN, None)
            editors[1].purge(TAG)
            time.sleep(HEARD_S)
            zipped = _cold(bodies[1], GZIPPED, None)
            if turn >= 5:
                for name, value in zip(
                    ("sql", "plain", "few", "gzip"),
                    (alone, cold, fewer, zipped),
                    strict=True,
                ):
                    times[name].append(value)
    say(f"  {plan.cold_reads} cold lists; {len(statements)} statements for each")
    return _rows(times, plan)


def read_cold(
    reader: Reader, path: str, headers: dict[str, str]
) -> tuple[float, bytes]:
    """Milliseconds and body of an answer that had to be made."""
    took, state, body = reader.read(path, headers)
    if state != "MISS":
        raise WrongAnswer(f"a cold read was answered by the cache: {state}")
    return took, body


def _cold(reader: Reader, headers: dict[str, str], expected: bytes | None) -> float:
    took, body = read_cold(reader, PATH, headers)
    if expected is not None and _results(body) != _results(expected):
        raise WrongAnswer("the cold list and the same SQL give different cards")
    return took


def _results(body: bytes) -> object:
    return json.loads(body)["results"]


def _rows(times: dict[str, list[float]], plan: Plan) -> list[Row]:
    titles = f"{plan.many_titles:,} titles"
    return [
        compare(
            f"cold list of 240 cards, {titles}",
            "same SQL + orjson.dumps",
            ours=times["plain"],
            theirs=times["sql"],
            unit="ms",
            goal=1.5,
            sense="at most",
        ),
        compare(
            f"the same with gzip and br made, {titles}",
            "same SQL + orjson.dumps, plain",
            ours=times["gzip"],
            theirs=times["sql"],
            unit="ms",
            goal=None,
        ),
        compare(
            f"cold list of 240 cards, {titles}",
            f"{plan.few_titles:,} titles",
            ours=times["plain"],
            theirs=times["few"],
            unit="ms",
            goal=1.2,
            sense="at most",
        ),
    ]


def _peer(service: Service, statements: list[str]) -> Server:
    port = free_port()
    file = service.site.directory / "statements.json"
    file.write_text(json.dumps(statements))
    return Server(
        "same-sql",
        [*GUNICORN, "--bind", f"127.0.0.1:{port}", "bench.peers.same_sql:application"],
        core=service.site.cores.server,
        port=port,
        directory=service.site.directory,
        variables={
            "DATABASE_URL": service.database_url,
            "BENCH_STATEMENTS": str(file),
            "PYTHONPATH": str(ROOT),
        },
    )
