"""Cold reads beside the raw statements behind them: the guide and the search."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from bench.cold import HEARD_S, PLAIN, Reader, peer, read_cold
from bench.desk import desk
from bench.load import WrongAnswer
from bench.plan import Plan
from bench.results import Row, compare
from bench.service import Service

SEARCHED = "/v1/search?q=golden%20harbor"
"""A typo in the second word."""
HEAVIEST_BYTES = 50_000
_WARM_UP = 5


def television(service: Service, plan: Plan, say: Callable[[str], None]) -> list[Row]:
    """Importing a guide, and reading a page of it that nobody has."""
    directory = service.site.directory / "feeds"
    directory.mkdir(exist_ok=True)
    size = (plan.guide_channels, plan.guide_days, plan.feeds)
    said = service.run(
        *("-m", "bench.television", *map(str, size), str(directory)),
        STATEMENT_TIMEOUT_MS="0",
    )
    made = json.loads(said.splitlines()[-1])
    runs = made["runs"]
    if {run["state"] for run in runs} != {"applied"}:
        raise WrongAnswer(f"a feed was not imported: {runs}")
    say(f"  {sum(run['rows'] for run in runs):,} programmes in {len(runs)} feeds")
    imports = [
        _import(runs, "of the feed", "listed", 0.5),
        _import(runs, "that the import chose", "stored", None),
    ]
    return [*imports, *_guide(service, plan, made["day"])]


def _import(
    runs: Sequence[Mapping[str, Any]], order: str, copied: str, goal: float | None
) -> Row:
    theirs, ours = (
        sum(run[what]["processor"] for run in runs) for what in (copied, "import")
    )
    return compare(
        "XMLTV import",
        f"psycopg COPY of the same rows, in the order {order}",
        ours=[run["rows"] / run["import"]["seconds"] for run in runs],
        theirs=[run["rows"] / run[copied]["seconds"] for run in runs],
        unit="rows/s",
        goal=goal,
        note=f"by processor time {theirs / ours:.2f}",
    )


def memory(service: Service, plan: Plan, say: Callable[[str], None]) -> list[Row]:
    """The peak memory of importing a small feed and a large one."""
    directory = service.site.directory / "feeds"
    directory.mkdir(exist_ok=True)
    small, large = (
        json.loads(
            service.run(
                *("-m", "bench.memory", str(days), str(directory)),
                STATEMENT_TIMEOUT_MS="0",
            ).splitlines()[-1]
        )
        for days in (1, plan.memory_days)
    )
    if {small["state"], large["state"]} != {"applied"}:
        raise WrongAnswer(f"a feed was not imported: {small}, {large}")
    say(f"  {large['rows']:,} programmes in the larger feed")
    row = compare(
        f"peak memory of an import, {large['megabytes']:.0f} MB",
        f"{small['megabytes']:.0f} MB",
        ours=[large["peak_mb"]],
        theirs=[small["peak_mb"]],
        unit="MB",
        goal=1.2,
        sense="at most",
        note=f"{large['rows']:,} programmes",
    )
    return [row]


def _guide(service: Service, plan: Plan, day: str) -> list[Row]:
    path = f"/v1/guide?from={day}T17:00:00Z&to={day}T23:00:00Z&limit=50"
    ours, theirs, body, rows = beside_raw_sql(service, path, "channels", plan, _shown)
    shown = _shown(body)
    if shown != max(map(len, json.loads(rows)["results"])):
        raise WrongAnswer(f"{path}: {shown} programmes are not those of the SQL")
    size = f"{plan.guide_channels:,} channels, {plan.guide_days} days"
    weight = len(gzip.compress(body, 6))
    return [
        compare(
            f"cold guide page of 50 channels, {size}",
            "raw SQL + orjson.dumps",
            ours=ours,
            theirs=theirs,
            unit="ms",
            goal=1.5,
            sense="at most",
            note=f"{shown} programmes",
        ),
        compare(
            "the same, gzipped",
            f"{HEAVIEST_BYTES // 1000} kB",
            ours=[weight],
            theirs=[HEAVIEST_BYTES],
            unit="bytes",
            goal=1.0,
            sense="at most",
        ),
    ]


def _shown(body: bytes) -> int:
    """How many programmes a page of the guide has; some of their flags follow the clock."""
    return sum(len(one["programmes"]) for one in json.loads(body)["results"])


def search(service: Service, plan: Plan) -> list[Row]:
    """Searching with a typo, an answer that nobody has."""
    ours, theirs, body, _rows = beside_raw_sql(
        service, SEARCHED, "titles", plan, json.loads
    )
    found = json.loads(body)["groups"]
    if not found:
        raise WrongAnswer(f"{SEARCHED} finds nothing")
    return [
        compare(
            f"search with a typo, cold, {plan.many_titles:,} titles",
            "the raw indexed SQL + orjson.dumps",
            ours=ours,
            theirs=theirs,
            unit="ms",
            goal=1.3,
            sense="at most",
        )
    ]


def beside_raw_sql(
    service: Service,
    path: str,
    tag: str,
    plan: Plan,
    steady: Callable[[bytes], object],
) -> tuple[list[float], list[float], bytes, bytes]:
    """Milliseconds of each cold read and of its statements alone, and both answers.

    ``steady`` is what must be the same in each of ours.
    """
    ours: list[float] = []
    theirs: list[float] = []
    with ExitStack() as running:
        editor = running.enter_context(desk(service))
        reader = Reader(running.enter_context(service.server("reads")))
        statements = [text for text in editor.sql(path) if _reads(text)]
        alone = Reader(running.enter_context(peer(service, "raw_sql", statements)))
        seen: list[object] = []
        for turn in range(plan.cold_reads + _WARM_UP):
            editor.purge(tag)
            time.sleep(HEARD_S)
            took_alone, _, rows = alone.read("/", PLAIN)
            took, body = read_cold(reader, path, PLAIN)
            seen.append(steady(body))
            if turn >= _WARM_UP:
                ours.append(took)
                theirs.append(took_alone)
    if any(each != seen[0] for each in seen):
        raise WrongAnswer(f"{path} is answered differently")
    return ours, theirs, body, rows


def _reads(text: str) -> bool:
    return text.lstrip(" (\n").startswith(("SELECT", "WITH"))
