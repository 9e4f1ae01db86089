"""`python -m bench`: measure everything side by side, print and keep the table."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import (
    cold,
    freshness,
    hot,
    machine,
    reads,
    results,
    service,
    stampede,
    viewing,
)
from bench.load import WrongAnswer
from bench.plan import FULL, QUICK, Plan
from bench.processes import ServerFailed, tool
from bench.results import Row
from bench.service import Service, ServiceFailed
from bench.site import ROOT, open_site
from streamapi.env import Environment

TOOLS = ("wrk", "taskset", "setpriv")
_PARTS: Mapping[str, Callable[[Service, Plan, Callable[[str], None]], list[Row]]] = {
    "hot": hot.measure,
    "stampede": stampede.measure,
    "freshness": freshness.measure,
    "viewing": viewing.measure,
    "television": reads.television,
    "memory": reads.memory,
}
PARTS = (*_PARTS, "cold")
_FAILURES = (
    WrongAnswer,
    ServerFailed,
    ServiceFailed,
    OSError,
    subprocess.CalledProcessError,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench; the exit status is 1 when an answer was wrong."""
    options = _parser().parse_args(argv)
    lacking = [name for name in TOOLS if tool(name) is None]
    database_url = Environment().text("DATABASE_URL", "")
    if lacking or not database_url:
        say("The bench needs wrk, taskset and setpriv (Debian: wrk, util-linux) and a")
        say("PostgreSQL in DATABASE_URL, which `make bench` provides.")
        return 2
    plan = QUICK if options.quick else FULL
    rows, failed = measure(plan, options.output, database_url, options.only or PARTS)
    results.write(rows, options.output / "results.json")
    table = results.table(rows)
    (options.output / "table.md").write_text(table + "\n")
    say(f"\n{table}\n\n{options.output / 'results.json'}")
    if failed:
        say(f"Without rows, because something went wrong: {', '.join(failed)}")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="short runs: every part and every byte is checked, no figure is judged",
    )
    parser.add_argument(
        "--only", action="append", choices=PARTS, help="one part; repeat for several"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=ROOT / "var" / "bench",
        help="directory for results.json, table.md and the logs of the servers",
    )
    return parser


def measure(
    plan: Plan, output: Path, database_url: str, parts: Sequence[str]
) -> tuple[list[Row], list[str]]:
    """The parts, each beside its peers, and those that gave a wrong answer or none."""
    started = time.monotonic()
    say(machine.describe())
    rows: list[Row] = []
    failed: list[str] = []
    with (
        open_site((output / "run").resolve()) as site,
        service.titles(site, database_url, plan.few_titles) as few,
    ):
        for name, part in _PARTS.items():
            if name in parts:
                say(f"{name}:")
                with _without(name, failed):
                    rows += part(few, plan, say)
        if "cold" in parts:
            say(f"cold: {plan.many_titles:,} titles are made")
            with (
                _without("cold", failed),
                service.titles(site, database_url, plan.many_titles) as many,
            ):
                rows += cold.measure(few, many, plan, say)
                rows += reads.search(many, plan)
    say(f"Done in {time.monotonic() - started:.0f} s. {machine.load()}")
    judged = rows if plan.judged else [results.unjudged(row) for row in rows]
    return judged, failed


@contextmanager
def _without(name: str, failed: list[str]) -> Iterator[None]:
    """A part that fails has no rows; the others keep theirs."""
    try:
        yield
    except _FAILURES as problem:
        say(f"  {problem}")
        failed.append(name)


def say(line: str) -> None:
    """One line for the person who watches."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
