"""``manage.py missing_translations``: what has no words in a language yet."""

from __future__ import annotations

import argparse
import csv
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog import translations
from catalog.models.base import language_tag


class Command(BaseCommand):
    """Count, or list as CSV, what editors still have to translate.

    manage.py missing_translations                 counts, for each language
    manage.py missing_translations --list de > de.csv
    """

    help = "What has no text, or no synopsis, in the languages of the service."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--list", metavar="LANGUAGE", help="name them, as CSV")
        parser.add_argument(
            "--limit", type=int, default=10_000, help="of each kind at most"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if options["list"]:
            self._list(options["list"], options["limit"])
            return
        for language in settings.CONTENT_LANGUAGES:
            for count in translations.counts(language):
                self.stdout.write(
                    f"{language}  {count.kind:10}  {count.without_text} of {count.total}"
                    f" without text, {count.without_synopsis} without synopsis"
                )

    def _list(self, language: str, limit: int) -> None:
        if not language_tag.regex.match(language):  # type: ignore[union-attr]
            raise CommandError(f"{language} is no language tag: en, pt-BR.")
        rows = csv.writer(self.stdout)
        rows.writerow(["kind", "id", "name", "lacks"])
        for gap in translations.gaps(language, limit=limit):
            rows.writerow([gap.kind, gap.pk, gap.name, gap.lacks])
