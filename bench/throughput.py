"""Hot reads: everyone serves the same bytes, in turns, on the same core."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench import load
from bench.load import Load, Target
from bench.plan import Plan
from bench.results import Row, compare
from bench.site import Site

Runs = Mapping[str, list[Load]]
UNIT = "requests/s"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which two runs make a row, and the ratio that must come out."""

    work: str
    against: str
    ours: str
    theirs: str
    goal: float | None


def take_turns(
    targets: Sequence[Target], site: Site, plan: Plan, say: Callable[[str], None]
) -> Runs:
    """Load each target in each round, every other round in reverse order."""
    runs: dict[str, list[Load]] = {target.name: [] for target in targets}
    for target in targets:
        load.run(target, site.cores, seconds=plan.warm_up_s, clients=plan.clients)
    for turn in range(plan.rounds):
        order = list(targets) if turn % 2 == 0 else list(reversed(targets))
        for target in order:
            seen = load.run(
                target, site.cores, seconds=plan.seconds, clients=plan.clients
            )
            runs[target.name].append(seen)
        say(f"  round {turn + 1} of {plan.rounds}: {_line(runs)}")
    return runs


def _line(runs: Runs) -> str:
    return ", ".join(
        f"{name} {seen[-1].per_second:,.0f}" for name, seen in runs.items()
    )


def rows(runs: Runs, comparisons: Sequence[Comparison]) -> list[Row]:
    """The comparisons of which both sides ran."""
    return [
        _row(runs[each.ours], runs[each.theirs], each)
        for each in comparisons
        if each.ours in runs and each.theirs in runs
    ]


def _row(ours: Sequence[Load], theirs: Sequence[Load], comparison: Comparison) -> Row:
    our_cpu = statistics.median(each.per_cpu_second for each in ours)
    their_cpu = statistics.median(each.per_cpu_second for each in theirs)
    return compare(
        comparison.work,
        comparison.against,
        ours=[each.per_second for each in ours],
        theirs=[each.per_second for each in theirs],
        unit=UNIT,
        goal=comparison.goal,
        note=f"{our_cpu / their_cpu:.2f} by processor time",
        details={
            "ours_per_cpu_s": our_cpu,
            "theirs_per_cpu_s": their_cpu,
            "ours_p99_ms": statistics.median(each.p99_ms for each in ours),
            "theirs_p99_ms": statistics.median(each.p99_ms for each in theirs),
            "ours_core_busy": statistics.median(each.server_busy for each in ours),
            "theirs_core_busy": statistics.median(each.server_busy for each in theirs),
        },
    )
