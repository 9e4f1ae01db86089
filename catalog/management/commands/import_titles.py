"""``manage.py import_titles FILE...``: titles from JSON and CSV files."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import orjson
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.importing import layouts
from catalog.importing.errors import FileUnreadable, RecordInvalid, place
from catalog.importing.intake import Result
from catalog.importing.runs import Import, Summary
from catalog.importing.writing import Verdict
from catalog.progress import Progress


class Command(BaseCommand):
    """Import titles. Known external ids are updated, the rest is created.

    manage.py import_titles titles.json
    manage.py import_titles --mapping us-films movies-1980s.json movies-1990s.json
    manage.py import_titles --dry-run --report report.jsonl titles.csv
    """

    help = "Import titles from JSON and CSV files; see docs/catalogue-import.md."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--mapping", help="a bundled mapping, or a file with one")
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument(
            "--restart",
            action="store_true",
            help="do not continue an import that was interrupted",
        )
        parser.add_argument("--report", type=Path, help="one JSON line for each record")
        parser.add_argument("--batch", type=int, default=500, help="records at a time")

    def handle(self, *_: Any, **options: Any) -> None:
        with _report(options["report"]) as report:
            importing = Import(
                now=timezone.now(),
                on_result=lambda result: self._tell(result, report),
                layout=_layout(options["mapping"]),
                dry_run=options["dry_run"],
                restart=options["restart"],
                batch=options["batch"],
            )
            summaries = [self._file(importing, path) for path in options["files"]]
        for summary in summaries:
            self._sum_up(summary, dry_run=options["dry_run"])
        if any(summary.failure for summary in summaries):
            raise CommandError("Not every file could be read to its end.")

    def _file(self, importing: Import, path: Path) -> Summary:
        size = path.stat().st_size if path.exists() else 0
        progress = Progress(self.stderr, path.name, size)  # type: ignore[arg-type]
        summary = importing.file(path, progress.at)
        progress.end()
        return summary

    def _tell(self, result: Result, report: IO[bytes] | None) -> None:
        if report is not None:
            report.write(orjson.dumps(_as_json(result)) + b"\n")
        if result.verdict is Verdict.REJECTED and result.error is not None:
            where = place(result.position, result.line, result.error.pointer or "")
            self.stderr.write(
                f"record {result.position} ({where}): {result.error.code}: "
                f"{result.error.detail}"
            )

    def _sum_up(self, summary: Summary, *, dry_run: bool) -> None:
        counts = ", ".join(f"{summary.counts[one]} {one}" for one in Verdict)
        after = f" after record {summary.resumed_after}" * bool(summary.resumed_after)
        dry = " (dry run: nothing was written)" * dry_run
        self.stdout.write(f"{summary.path.name}{after}: {counts}{dry}")
        if summary.failure is not None:
            self.stderr.write(self.style.ERROR(summary.failure.detail))


def _layout(name: str | None) -> layouts.Layout | None:
    try:
        return layouts.load(name) if name else None
    except (FileUnreadable, RecordInvalid) as error:
        raise CommandError(error.detail) from error


@contextlib.contextmanager
def _report(path: Path | None) -> Iterator[IO[bytes] | None]:
    if path is None:
        yield None
        return
    with path.open("wb") as file:
        yield file


def _as_json(result: Result) -> dict[str, Any]:
    error = result.error
    return {
        "position": result.position,
        "line": result.line,
        "outcome": result.verdict,
        "title_id": result.title_id,
        "error": error
        and {"code": error.code, "pointer": error.pointer, "detail": error.detail},
    }
