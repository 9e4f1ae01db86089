"""What differs between two versions: of titles field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from catalog.models import PageVersion, Snapshot, Title

MANY: Final = 50
"""So many versions are shown."""


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs; None where it is absent."""

    pointer: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Version:
    """A version, whether devices see it, and what it changed."""

    row: Snapshot | PageVersion
    is_live: bool
    changes: Sequence[Change | str]


def versions(title: Title) -> list[Version]:
    """The latest snapshots, newest first, each compared with the one before it."""
    rows = title.snapshots.select_related("created_by").order_by("-number")
    return compared(list(rows[: MANY + 1]), title.live_snapshot_id, between)


def compared(
    found: Sequence[Any],
    live_pk: int | None,
    between: Callable[[Any, Any], Iterable[Change | str]],
) -> list[Version]:
    """Versions, newest first, each with what its content changes in the one before."""
    return [
        Version(
            newer,
            newer.pk == live_pk,
            list(between(older.content, newer.content)) if older else [],
        )
        for newer, older in pairwise([*found, None])
    ]


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
