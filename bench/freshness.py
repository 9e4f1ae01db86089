"""From an editor's commit until the last of several servers answers the new text."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from bench.cold import Reader
from bench.desk import desk
from bench.load import WrongAnswer
from bench.plan import Plan
from bench.results import Row, compare, quantile
from bench.service import Service

SERVERS = 4
GOAL_MS = 250.0
PATIENCE_S = 5.0
HEADERS = {"Accept-Language": "en"}


def measure(service: Service, plan: Plan, say: Callable[[str], None]) -> list[Row]:
    """The delay of each of many commits, while an unrelated title stays where it is."""
    delays: list[float] = []
    with ExitStack() as running:
        editor = running.enter_context(desk(service))
        servers = [
            running.enter_context(service.server(f"worker-{number}"))
            for number in range(SERVERS)
        ]
        readers = [Reader(server) for server in servers]
        edited, unrelated = _two_titles(readers[0])
        for path in (_path(edited), _path(unrelated)):
            _warm(readers, path)
        for number in range(plan.commits):
            tagline = f"Edition {number} of {time.time_ns()}"
            committed = editor.edit(edited, tagline)
            delays.append(_until_all_show(readers, _path(edited), tagline, committed))
            _check_kept(readers, _path(unrelated))
            _warm(readers, _path(edited))
    say(
        f"  {len(delays)} commits: median {quantile(delays, 0.5):.1f} ms,"
        f" slowest {max(delays):.1f} ms"
    )
    return [_row(delays)]


def _row(delays: Sequence[float]) -> Row:
    p99 = quantile(delays, 0.99)
    return compare(
        f"commit until the last of {SERVERS} workers answers new, p99",
        f"{GOAL_MS:.0f} ms",
        ours=[p99],
        theirs=[GOAL_MS],
        unit="ms",
        goal=1.0,
        sense="at most",
        note=f"{len(delays)} commits, median {quantile(delays, 0.5):.1f} ms,"
        f" slowest {max(delays):.1f} ms; an unrelated title was a hit each time",
    )


def _path(public_id: str) -> str:
    return f"/v1/titles/{public_id}"


def _two_titles(reader: Reader) -> tuple[str, str]:
    _, _, body = reader.read("/v1/titles?limit=2", HEADERS)
    first, second = (card["id"] for card in json.loads(body)["results"])
    return first, second


def _warm(readers: Sequence[Reader], path: str) -> None:
    """Ask until each server answers from what it has."""
    ends = time.monotonic() + PATIENCE_S
    for reader in readers:
        while reader.read(path, HEADERS)[1] != "HIT":
            if time.monotonic() > ends:
                raise WrongAnswer(f"{path} is never answered from the cache")
            time.sleep(0.001)


def _until_all_show(
    readers: Sequence[Reader], path: str, tagline: str, committed: float
) -> float:
    """Milliseconds since the commit at which the last server gave the new text."""
    waiting = list(readers)
    while waiting:
        waiting = [
            reader
            for reader in waiting
            if json.loads(reader.read(path, HEADERS)[2])["tagline"] != tagline
        ]
        passed = time.monotonic() - committed
        if passed > PATIENCE_S:
            raise WrongAnswer(f"{len(waiting)} workers still answer the old text")
    return passed * 1000


def _check_kept(readers: Sequence[Reader], path: str) -> None:
    states = {reader.read(path, HEADERS)[1] for reader in readers}
    if states != {"HIT"}:
        raise WrongAnswer(f"an unrelated title was answered by {sorted(states)}")
