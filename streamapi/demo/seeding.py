"""What every step of a seed is given, and what it leaves for the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from streamapi.demo.progress import Output, Progress


@dataclass(slots=True)
class Seeding:
    """One run of the seed.

    ``demo_titles`` is how many of the demo's own titles are wanted; ``None`` means all.
    ``channels`` and ``guide_days`` make the guide larger than the demo's, for measurements.
    ``notes`` are printed last: what the person at the terminal has to know.
    """

    now: datetime
    output: Output
    demo_titles: int | None = None
    synthetic_titles: int = 0
    random_seed: int = 1
    video: bool = True
    channels: int = 12
    guide_days: int = 10
    notes: list[str] = field(default_factory=list)

    def progress(self, name: str, total: int) -> Progress:
        """A line for a piece of work; call ``end`` when it is done."""
        progress = Progress(self.output, name, total)
        progress.at(0)
        return progress


Step = Callable[[Seeding], None]
"""Adds what is missing and nothing else, so it may run any number of times."""
