"""Writes the guide as XMLTV: ``manage.py export_epg guide.xml.gz``."""

from __future__ import annotations

import gzip
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from channels.models import Channel
from channels.xmltv_export import export


class Command(BaseCommand):
    """Write the guide of the active channels; packed when the name ends in .gz."""

    help = "Export the guide as XMLTV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--days-back", type=int, default=0)
        parser.add_argument("--days", type=int, default=14)
        parser.add_argument("--channel", action="append", help="slug; may be repeated")

    def handle(self, *_: Any, **options: Any) -> None:
        start = timezone.now() - timedelta(days=options["days_back"])
        end = start + timedelta(days=options["days_back"] + options["days"])
        channels = Channel.objects.filter(is_active=True).order_by("sort_number", "pk")
        if options["channel"]:
            channels = channels.filter(slug__in=options["channel"])
        path: Path = options["path"]
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "wb") as file:
            for piece in export(channels, start=start, end=end):
                file.write(piece)
        self.stdout.write(f"{channels.count()} channels written to {path}.")
