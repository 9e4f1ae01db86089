"""How long and how often: the full run, and the short one that checks correctness."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The sizes of one run of the bench."""

    rounds: int
    seconds: int
    warm_up_s: int
    clients: int
    few_titles: int
    many_titles: int
    cold_reads: int
    crowd: int
    storms: int
    commits: int
    guide_channels: int
    guide_days: int
    feeds: int
    memory_days: int
    judged: bool


FULL = Plan(
    rounds=5,
    seconds=2,
    warm_up_s=1,
    clients=64,
    few_titles=1_000,
    many_titles=100_000,
    cold_reads=60,
    crowd=1_000,
    storms=5,
    commits=100,
    guide_channels=1_000,
    guide_days=14,
    feeds=4,
    memory_days=54,
    judged=True,
)
QUICK = Plan(
    rounds=1,
    seconds=1,
    warm_up_s=1,
    clients=64,
    few_titles=300,
    many_titles=600,
    cold_reads=5,
    crowd=100,
    storms=1,
    commits=5,
    guide_channels=60,
    guide_days=2,
    feeds=1,
    memory_days=2,
    judged=False,
)
"""Too short for figures: it shows that every part runs and that every byte is right."""
