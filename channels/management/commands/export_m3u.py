"""Writes the streams of all channels as M3U: ``manage.py export_m3u channels.m3u``."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from channels import m3u_export
from channels.stream_lines import stream_lines


class Command(BaseCommand):
    """For operators: the addresses of the origins themselves, for import elsewhere.

    Viewers get links of their own (``POST /v1/me/playlist-links``), never this.
    """

    help = "Export the streams of the active channels as an M3U playlist."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *_: Any, **options: Any) -> None:
        lines = list(stream_lines())
        path: Path = options["path"]
        path.write_text("".join(m3u_export.export(lines)), encoding="utf-8")
        self.stdout.write(f"{len(lines)} streams written to {path}.")
