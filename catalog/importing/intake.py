"""Records on their way in: parsed, repeated ids refused, written batch by batch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog.importing import records
from catalog.importing.errors import FileUnreadable, RecordInvalid
from catalog.importing.readers import Item
from catalog.importing.writing import Entry, Verdict, write

Translate = Callable[[Item], object]
"""From an item to an object in the documented layout."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one record."""

    position: int
    line: int | None
    verdict: Verdict
    title_id: str | None = None
    error: RecordInvalid | None = None
    title_pk: int | None = None


class Intake:
    """One stream of records; an id that was given before in it is refused."""

    def __init__(self, translate: Translate, *, now: datetime) -> None:
        self._translate = translate
        self._now = now
        self._seen: dict[bytes, int] = {}

    def take(self, items: Sequence[Item], *, after: int = 0) -> list[Result]:
        """Write the items behind position ``after``; the caller holds the transaction."""
        entries, results = [], []
        for item in items:
            try:
                entries.append(self._entry(item))
            except RecordInvalid as error:
                verdict = Verdict.REJECTED
                results.append(Result(item.position, item.line, verdict, error=error))
        entries = [one for one in entries if one.position > after]
        results = [one for one in results if one.position > after]
        write(entries, now=self._now)
        return sorted([*results, *map(_result, entries)], key=lambda one: one.position)

    def _entry(self, item: Item) -> Entry:
        if item.raw is None:
            raise item.error or RecordInvalid("The record is empty.")
        record = records.parse(self._translate(item))
        self._refuse_duplicate(record, item.position)
        return Entry(item.position, record, item.line)

    def _refuse_duplicate(self, record: records.Record, position: int) -> None:
        for system, value in record.external_ids.items():
            key = hashlib.blake2b(f"{system}\0{value}".encode(), digest_size=8).digest()
            first = self._seen.setdefault(key, position)
            if first != position:
                raise RecordInvalid(
                    f"The id {system}:{value[:100]} was given by record {first} already.",
                    code="duplicate_id",
                    pointer=f"/external_ids/{system}",
                )


def in_batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of at most ``size``; what was read before a failure is handed out too."""
    batch: list[Item] = []
    try:
        for item in items:
            batch.append(item)
            if len(batch) == size:
                yield batch
                batch = []
    except FileUnreadable:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _result(entry: Entry) -> Result:
    if entry.verdict is Verdict.REJECTED or entry.title is None:
        return Result(entry.position, entry.line, entry.verdict, error=entry.error)
    return Result(
        entry.position,
        entry.line,
        entry.verdict,
        title_id=entry.title.public_id,
        title_pk=entry.title.pk,
    )
