"""What people really watch: told by whoever knows, counted here for charts and taste."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple


class Play(NamedTuple):
    """That someone watched a title; ``viewer`` is a profile, or 0 for a stranger."""

    viewer: int
    title: int
    territory: str
    at: datetime


Source = Callable[[datetime, datetime], Iterable[Play]]
"""The plays of a period, in any order: from the first moment on, before the second."""

_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Let plays be counted; called once in ``ready()``."""
    _sources.append(source)


def between(start: datetime, end: datetime) -> Iterable[Play]:
    """The plays of all sources in a period."""
    for source in _sources:
        yield from source(start, end)
