"""The steps of a seed, in their order: the place to name one more."""

from __future__ import annotations

from typing import Final

from streamapi.demo import (
    catalogue,
    cinema,
    groups,
    pages,
    people,
    synthetic,
    television,
)
from streamapi.demo.seeding import Step

STEPS: Final[tuple[Step, ...]] = (
    people.seed,
    catalogue.seed,
    synthetic.seed,
    television.seed,
    pages.seed,
    cinema.seed,
    groups.finish,
)
