"""``manage.py export_titles``: titles in the layout of imports."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog import exporting
from catalog.models import Title
from catalog.progress import Progress


class Command(BaseCommand):
    """Write titles to a file that import_titles reads.

    manage.py export_titles titles.json
    manage.py export_titles films.csv --kind movie
    """

    help = "Export the editing side of titles as JSON or CSV."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="ends in .json or .csv")
        parser.add_argument("--kind", choices=["movie", "series"])

    def handle(self, *_: Any, **options: Any) -> None:
        path: Path = options["file"]
        if path.suffix not in {".json", ".csv"}:
            raise CommandError("The file ends in .json or .csv.")
        titles = Title.objects.order_by("pk")
        if options["kind"]:
            titles = titles.filter(kind=options["kind"])
        pks = list(titles.values_list("pk", flat=True))
        found = exporting.records(pks)
        lines = (
            exporting.as_json(found)
            if path.suffix == ".json"
            else exporting.as_csv(found, settings.CONTENT_LANGUAGES)
        )
        progress = Progress(self.stderr, path.name, len(pks))  # type: ignore[arg-type]
        with path.open("wb") as file:
            for number, line in enumerate(lines):
                file.write(line)
                progress.at(min(number, len(pks)))
        progress.end()
        self.stdout.write(f"{len(pks)} titles in {path}")
