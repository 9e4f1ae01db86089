"""Imports an M3U playlist: ``manage.py import_m3u channels.m3u``."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify

from channels import playlist_import
from channels.decompression import FeedReader, Limits
from channels.fetching import FetchRules, fetch
from channels.playlist_import import Report
from streamapi.errors import DomainError

_MAX_BYTES = 64 * 1024 * 1024


class Command(BaseCommand):
    """Take channels and streams over from a file or an https address.

    The playlist is known by ``--origin``, else by its file name: imported again, it
    replaces its own streams and leaves all others alone.
    """

    help = "Import channels and streams from an M3U playlist."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("playlist", help="a file, or an https address")
        parser.add_argument("--origin", default="", help="the playlist's own name")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change"
        )
        parser.add_argument(
            "--no-create", action="store_true", help="only channels that are known"
        )
        parser.add_argument(
            "--allow-private",
            action="store_true",
            help="the address is one of our own network",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        place: str = options["playlist"]
        origin = options["origin"] or slugify(Path(place.partition("?")[0]).stem)
        try:
            with _opened(place, allow_private=options["allow_private"]) as file:
                report = playlist_import.run(
                    FeedReader(file, Limits(_MAX_BYTES, _MAX_BYTES)),
                    origin=origin[:60] or "playlist",
                    create=not options["no_create"],
                    dry_run=options["dry_run"],
                )
        except DomainError as error:
            raise CommandError(f"{error.title}. {error.detail}") from error
        self._print(report, dry_run=options["dry_run"])

    def _print(self, report: Report, *, dry_run: bool) -> None:
        write = self.stdout.write
        streams = ", ".join(f"{n} {what}" for what, n in sorted(report.streams.items()))
        if dry_run:
            write("Tried only, nothing is changed.")
        write(
            f"{report.entries} entries: {len(report.created)} channels created,"
            f" {len(report.changed)} changed; streams: {streams or 'as they were'}"
        )
        for code, count in sorted(report.refused.items()):
            write(f"  refused, {code}: {count}")
        for issue in report.issues[:20]:
            write(f"    line {issue.line}: {issue.code} {issue.name}")
        for name in report.unknown[:20]:
            write(f"  unknown: {name}")
        for url in report.guide_urls:
            write(f"  its guide: {url}")


@contextmanager
def _opened(place: str, *, allow_private: bool) -> Iterator[IO[bytes]]:
    if place.startswith(("https://", "http://")):
        rules = FetchRules(
            max_bytes=_MAX_BYTES,
            total_s=settings.EPG_FETCH_TIMEOUT_S,
            allow_private=allow_private,
        )
        with tempfile.TemporaryFile() as file:
            fetch(place, file, rules)
            file.seek(0)
            yield file
        return
    if not Path(place).is_file():
        raise CommandError(f"{place} is neither a file nor an address.")
    with Path(place).open("rb") as file:
        yield file
