"""Drops old days of the guide: ``manage.py prune_guide --keep-days 14``."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from channels import versions


class Command(BaseCommand):
    """Drop programmes that no catch-up window reaches any more."""

    help = "Drop programmes that ended more than --keep-days ago."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--keep-days", type=int, default=14)

    def handle(self, *_: Any, **options: Any) -> None:
        before = timezone.now() - timedelta(days=options["keep_days"])
        count = versions.prune(before=before)
        self.stdout.write(f"{count} programmes dropped.")
