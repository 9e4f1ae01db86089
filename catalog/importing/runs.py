"""One reading of one file: batch by batch, each atomic, continued after a stop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction

from catalog.importing import readers, records
from catalog.importing.errors import FileUnreadable
from catalog.importing.intake import Intake, Result, in_batches
from catalog.importing.layouts import Layout
from catalog.importing.readers import Item, Tick
from catalog.importing.writing import Verdict
from catalog.models import ImportRun

BATCH: Final = 500


@dataclass(slots=True)
class Summary:
    """What became of the file."""

    path: Path
    counts: Counter[Verdict] = field(default_factory=Counter)
    resumed_after: int = 0
    failure: FileUnreadable | None = None


OnResult = Callable[[Result], None]


class Import:
    """Imports files; an id that any of them gives twice is refused."""

    def __init__(
        self,
        *,
        now: datetime,
        on_result: OnResult,
        layout: Layout | None = None,
        dry_run: bool = False,
        restart: bool = False,
        batch: int = BATCH,
    ) -> None:
        self._now = now
        self._on_result = on_result
        self._layout = layout
        self._dry_run = dry_run
        self._restart = restart
        self._batch = batch
        self._intake = Intake(self._translate, now=now)

    def file(self, path: Path, tick: Tick) -> Summary:
        """Import one file; a part that cannot be read ends it, and says so."""
        summary = Summary(path)
        try:
            run = self._begin(path)
        except FileUnreadable as error:
            summary.failure = error
            return summary
        summary.resumed_after = run.position
        try:
            for items in in_batches(readers.read(path, tick), self._batch):
                self._import(items, run, summary)
        except FileUnreadable as error:
            summary.failure = error
        if summary.failure is None:
            self._finish(run)
        return summary

    def _begin(self, path: Path) -> ImportRun:
        """The unfinished run of this very file, else a new one."""
        try:
            stat = path.stat()
        except OSError as error:
            raise FileUnreadable(f"{path}: {error.strerror}.") from error
        same = {
            "path": str(path.resolve())[-1000:],
            "size": stat.st_size,
            "modified_ns": stat.st_mtime_ns,
        }
        unfinished = ImportRun.objects.filter(**same, finished_at=None)
        run = None if self._restart or self._dry_run else unfinished.last()
        return run or ImportRun(**same, started_at=self._now)

    def _import(self, items: list[Item], run: ImportRun, summary: Summary) -> None:
        with transaction.atomic():
            results = self._intake.take(items, after=run.position)
            self._advance(run, items[-1].position, results)
            transaction.set_rollback(self._dry_run)
        for result in results:
            summary.counts[result.verdict] += 1
            self._on_result(result)

    def _translate(self, item: Item) -> object:
        raw = item.raw or {}
        if self._layout is not None:
            return self._layout.apply(raw)
        return records.from_cells(raw) if item.line is not None else raw

    def _advance(self, run: ImportRun, position: int, results: list[Result]) -> None:
        """Note how far the import came, in the transaction of the batch itself."""
        run.position = max(run.position, position)
        counts = Counter(one.verdict for one in results)
        for verdict in Verdict:
            name = verdict.value
            setattr(run, name, getattr(run, name) + counts[verdict])
        run.save()

    def _finish(self, run: ImportRun) -> None:
        if not self._dry_run:
            run.finished_at = self._now
            run.save()
