"""Rows about cold reads: an answer that nobody has, beside the same SQL alone."""

from __future__ import annotations

import http.client
import json
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench import cpu
from bench.desk import desk
from bench.load import WrongAnswer
from bench.opponents import GUNICORN
from bench.plan import Plan
from bench.processes import Server, free_port
from bench.results import Row, compare
from bench.service import Service
from bench.site import ROOT

PLAIN = {"Accept-Language": "en"}
GZIPPED = {**PLAIN, "Accept-Encoding": "gzip"}
TAG = "titles"
CARDS = 240
HEARD_S = 0.05
"""After a purge, for it to have reached the server."""
_WARM_UP = 8
"""The planner looks at the first five runs of a statement before it keeps a plan."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is read cold, and the peer that runs the same statements."""

    name: str
    path: str
    peer: str


PAGES = (
    Page("list", f"/v1/titles?limit={CARDS}", "same_sql"),
    Page("home", "/v1/pages/home", "raw_sql"),
)


class Reader:
    """One client on one open connection."""

    def __init__(self, server: Server) -> None:
        self._pid = server.pid
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", server.port, timeout=30
        )
        self.spent: list[float] = []
        """Milliseconds of processor time behind each answer."""

    def read(self, path: str, headers: dict[str, str]) -> tuple[float, str, bytes]:
        """Milliseconds, what the cache says, and the body as sent."""
        spent = cpu.answering(self._pid)
        started = time.perf_counter()
        self._connection.request("GET", path, headers=headers)
        response = self._connection.getresponse()
        body = response.read()
        took = (time.perf_counter() - started) * 1000
        self.spent.append(cpu.answering(self._pid) - spent)
        if response.status != 200:
            raise WrongAnswer(f"{path}: status {response.status}")
        return took, response.headers.get("X-Cache", ""), body


@dataclass(slots=True)
class Times:
    """Milliseconds of each read, and what the server's processor spent on it."""

    took: list[float] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)

    def add(self, took: float, spent: float) -> None:
        """One more read."""
        self.took.append(took)
        self.spent.append(spent)


def measure(
    few: Service, many: Service, plan: Plan, say: Callable[[str], None]
) -> list[Row]:
    """Cold pages with many titles: against the SQL alone, and against few titles."""
    rows: list[Row] = []
    with ExitStack() as running:
        editors = [running.enter_context(desk(each)) for each in (few, many)]
        readers = [
            Reader(running.enter_context(each.server(name)))
            for each, name in ((few, "cold-few"), (many, "cold-many"))
        ]

        def purge() -> None:
            for editor in editors:
                editor.purge(TAG)
            time.sleep(HEARD_S)

        for page in PAGES:
            statements = editors[1].sql(page.path)
            with peer(many, page.peer, statements) as server:
                times = _take_turns(page, readers, Reader(server), purge, plan)
            say(
                f"  {plan.cold_reads} cold reads of {page.name}:"
                f" {len(statements)} statements each"
            )
            rows += _rows(page, times, plan)
    return rows


def _take_turns(
    page: Page,
    readers: Sequence[Reader],
    alone: Reader,
    purge: Callable[[], None],
    plan: Plan,
) -> dict[str, Times]:
    few, many = readers
    times = {name: Times() for name in ("sql", "plain", "few", "gzip")}
    for turn in range(plan.cold_reads + _WARM_UP):
        purge()
        took, _, expected = alone.read("/", PLAIN)
        seen = {"sql": (took, alone.spent[-1])}
        took, body = read_cold(many, page.path, PLAIN)
        seen["plain"] = took, many.spent[-1]
        _check(page, body, expected)
        took, _ = read_cold(few, page.path, PLAIN)
        seen["few"] = took, few.spent[-1]
        purge()
        took, _ = read_cold(many, page.path, GZIPPED)
        seen["gzip"] = took, many.spent[-1]
        if turn >= _WARM_UP:
            for name, (milliseconds, spent) in seen.items():
                times[name].add(milliseconds, spent)
    return times


def read_cold(
    reader: Reader, path: str, headers: dict[str, str]
) -> tuple[float, bytes]:
    """Milliseconds and body of an answer that had to be made."""
    took, state, body = reader.read(path, headers)
    if state != "MISS":
        raise WrongAnswer(f"a cold read was answered by the cache: {state}")
    return took, body


def _check(page: Page, body: bytes, expected: bytes) -> None:
    """A list card by card as the SQL gives it; home with as many cards as it has."""
    answer = json.loads(body)
    if page.peer == "same_sql":
        same = answer["results"] == json.loads(expected)["results"]
    else:
        same = sum(len(rail["results"]) for rail in answer["rails"]) == CARDS
    if not same:
        raise WrongAnswer(f"the cold {page.name} and its SQL give different cards")


def _rows(page: Page, times: dict[str, Times], plan: Plan) -> list[Row]:
    titles = f"{plan.many_titles:,} titles"
    work = f"cold {page.name} of {CARDS} cards, {titles}"
    return [
        _compare(work, "same SQL + orjson.dumps", times["plain"], times["sql"], 1.5),
        _compare(
            f"the same with gzip and br made, {titles}",
            "same SQL + orjson.dumps, plain",
            times["gzip"],
            times["sql"],
            None,
        ),
        _compare(
            work, f"{plan.few_titles:,} titles", times["plain"], times["few"], 1.2
        ),
    ]


def _compare(
    work: str, against: str, ours: Times, theirs: Times, goal: float | None
) -> Row:
    spent = statistics.median(ours.spent), statistics.median(theirs.spent)
    return compare(
        work,
        against,
        ours=ours.took,
        theirs=theirs.took,
        unit="ms",
        goal=goal,
        sense="at most",
        note=f"{spent[0] / spent[1]:.2f} by processor time",
        details={"ours_cpu_ms": spent[0], "theirs_cpu_ms": spent[1]},
    )


def peer(service: Service, name: str, statements: list[str]) -> Server:
    """The statements of an answer alone, as a program of ``bench.peers`` runs them."""
    port = free_port()
    file = service.site.directory / f"{name}.json"
    file.write_text(json.dumps(statements))
    return Server(
        name,
        [*GUNICORN, "--bind", f"127.0.0.1:{port}", f"bench.peers.{name}:application"],
        core=service.site.cores.server,
        port=port,
        directory=service.site.directory,
        variables={
            "DATABASE_URL": service.database_url,
            "BENCH_STATEMENTS": str(file),
            "PYTHONPATH": str(ROOT),
        },
    )
