"""What differs between two snapshots of a title, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from catalog.models import Snapshot, Title

_MANY: Final = 50


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs; None where it is absent."""

    pointer: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Version:
    """A snapshot, whether devices see it, and what it changed."""

    snapshot: Snapshot
    is_live: bool
    changes: list[Change]


def versions(title: Title) -> Iterator[Version]:
    """The latest snapshots, newest first, each compared with the one before it."""
    rows = title.snapshots.select_related("created_by").order_by("-number")
    found: list[Snapshot | None] = [*rows[: _MANY + 1]]
    for newer, older in pairwise([*found, None]):
        if newer is not None:
            changes = between(older.content, newer.content) if older else []
            yield Version(newer, newer.pk == title.live_snapshot_id, changes)


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The fields that differ, by JSON pointer."""
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    return [
        Change(pointer, old.get(pointer), new.get(pointer))
        for pointer in sorted({*old, *new})
        if old.get(pointer) != new.get(pointer)
    ]


def _leaves(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for name, nested in value.items():
            yield from _leaves(nested, f"{pointer}/{name}")
    elif isinstance(value, list) and value:
        for index, nested in enumerate(value):
            yield from _leaves(nested, f"{pointer}/{index}")
    else:
        yield pointer, value
