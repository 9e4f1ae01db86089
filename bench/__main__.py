"""`python -m bench`: measure everything side by side, print and keep the table."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench import machine, opponents, results, throughput
from bench.load import WrongAnswer
from bench.plan import FULL, QUICK, Plan
from bench.processes import ServerFailed, tool
from bench.results import Row
from bench.sample import Sample
from bench.site import ROOT, Site, open_site
from bench.throughput import Comparison

TOOLS = ("wrk", "taskset", "setpriv")
COMPARISONS = [
    Comparison("one Redis GET", "bare WSGI", "wsgi-redis", "wsgi", None),
    Comparison("DRF cache_page + gzip", "bare WSGI", "drf", "wsgi", None),
    Comparison("FastAPI + redis", "bare WSGI", "fastapi", "wsgi", None),
    Comparison("Fastify + ioredis", "bare WSGI", "fastify", "wsgi", None),
    Comparison("nginx static file", "bare WSGI", "nginx-static", "wsgi", None),
]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench; the exit status is 1 when an answer was wrong."""
    options = _parser().parse_args(argv)
    lacking = [name for name in TOOLS if tool(name) is None]
    if lacking:
        say(f"The bench needs {', '.join(lacking)} (Debian: wrk, util-linux).")
        return 2
    try:
        rows = measure(QUICK if options.quick else FULL, options.output)
    except (WrongAnswer, ServerFailed) as problem:
        say(f"\n{problem}")
        return 1
    results.write(rows, options.output / "results.json")
    table = results.table(rows)
    (options.output / "table.md").write_text(table + "\n")
    say(f"\n{table}\n\n{options.output / 'results.json'}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="short runs: every part and every byte is checked, no figure is judged",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=ROOT / "var" / "bench",
        help="directory for results.json, table.md and the logs of the servers",
    )
    return parser


def measure(plan: Plan, output: Path) -> list[Row]:
    """All parts, one after the other."""
    started = time.monotonic()
    say(machine.describe())
    with open_site((output / "run").resolve()) as site:
        rows = _hot(site, plan)
    say(f"\nDone in {time.monotonic() - started:.0f} s. {machine.load()}")
    return rows


def _hot(site: Site, plan: Plan) -> list[Row]:
    say(f"\nHot reads, {plan.clients} connections, {plan.rounds} rounds")
    sample = Sample.made_up(site.directory / "sample")
    with ExitStack() as running:
        targets = []
        for name in opponents.STARTERS:
            lacking = opponents.missing(name)
            if lacking:
                say(f"  without {name}: {', '.join(lacking)} not installed")
                continue
            targets.append(
                running.enter_context(opponents.opponent(name, site, sample))
            )
        runs = throughput.take_turns(targets, site, plan, say)
    return throughput.rows(runs, COMPARISONS)


def say(line: str) -> None:
    """One line for the person who watches."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
