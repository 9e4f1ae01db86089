"""Rows of the comparison, as a table for people and JSON for programs."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal

MARKS = {True: "yes", False: "NO", None: "-"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One comparison: our median, theirs, the ratio, and what it must be."""

    work: str
    against: str
    ratio: float
    goal: float | None
    met: bool | None
    ours: float
    theirs: float
    unit: str
    runs: int
    note: str = ""
    ours_runs: list[float] = field(default_factory=list)
    theirs_runs: list[float] = field(default_factory=list)
    details: dict[str, float] = field(default_factory=dict)


def compare(
    work: str,
    against: str,
    *,
    ours: Sequence[float],
    theirs: Sequence[float],
    unit: str,
    goal: float | None,
    sense: Literal["at least", "at most"] = "at least",
    note: str = "",
    details: Mapping[str, float] | None = None,
) -> Row:
    """The medians of both sides and their ratio, judged against the goal."""
    our_median, their_median = statistics.median(ours), statistics.median(theirs)
    ratio = our_median / their_median
    met = None
    if goal is not None:
        met = ratio >= goal if sense == "at least" else ratio <= goal
    return Row(
        work=work,
        against=against,
        ratio=round(ratio, 3),
        goal=goal,
        met=met,
        ours=round(our_median, 3),
        theirs=round(their_median, 3),
        unit=unit,
        runs=len(ours),
        note="; ".join(part for part in (_sense(goal, sense), note) if part),
        ours_runs=[round(value, 3) for value in ours],
        theirs_runs=[round(value, 3) for value in theirs],
        details={name: round(value, 3) for name, value in (details or {}).items()},
    )


def unjudged(row: Row) -> Row:
    """The same figures without a verdict: the run was too short for one."""
    return replace(row, met=None)


def _sense(goal: float | None, sense: str) -> str:
    return "" if goal is None or sense == "at least" else f"goal is {sense}"


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed."""
    ordered = sorted(values)
    index = max(0, -(-len(ordered) * share // 1) - 1)
    return ordered[int(index)]


def table(rows: Sequence[Row]) -> str:
    """Markdown, ratio columns first."""
    header = (
        *("ratio", "goal", "met", "work", "against"),
        *("ours", "theirs", "unit", "runs", "note"),
    )
    cells = [header, tuple("-" * len(name) for name in header)]
    cells += [_cells(row) for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(header))]
    return "\n".join(
        "| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |"
        for line in cells
    )


def _cells(row: Row) -> tuple[str, ...]:
    return (
        f"{row.ratio:.2f}",
        "-" if row.goal is None else f"{row.goal:g}",
        MARKS[row.met],
        row.work,
        row.against,
        _number(row.ours),
        _number(row.theirs),
        row.unit,
        str(row.runs),
        row.note,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def write(rows: Sequence[Row], path: Path) -> None:
    """The rows as a JSON list, for programs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
