"""Parts of a record that other apps own: trailers and extras, for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog.importing.errors import RecordInvalid
from catalog.importing.fields import Fields
from catalog.models import Title

Refused = tuple[int, RecordInvalid]
"""Which of the given records, and why."""


@dataclass(frozen=True, slots=True)
class Part:
    """A member of a record, and what its owner does with it.

    ``read`` checks it by itself, and is given only records that have it. ``check`` looks
    at those of a whole batch and yields the place of each that cannot be written, and
    why. ``save`` writes them, ``export`` reads them back as they were given.
    """

    name: str
    read: Callable[[Fields], Any]
    check: Callable[
        [Sequence[tuple[Title | None, Any]]], Iterable[tuple[int, RecordInvalid]]
    ]
    save: Callable[[Sequence[tuple[Title, Any]], datetime], None]
    export: Callable[[Sequence[int]], Mapping[int, Any]]


registered: dict[str, Part] = {}


def register(part: Part) -> None:
    """Let records have a part; called once in ``ready()``."""
    registered[part.name] = part


def read(fields: Fields) -> dict[str, Any]:
    """The parts that a record gives, checked; raises RecordInvalid."""
    given = [one for one in fields.names() if one in registered]
    return {name: registered[name].read(fields) for name in given}
