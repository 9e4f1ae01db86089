"""Imports guide feeds: ``manage.py import_epg SOURCE...``."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.text import slugify

from channels import versions
from channels.models import EpgSource, GuideVersion
from streamapi.errors import DomainError

_HELD = "Held for review, the guide is as it was. Import with --accept to take it."


class Command(BaseCommand):
    """Import XMLTV from files or addresses, or from sources known by their slug.

    A file or address that is new becomes a source. Each import is a version that can be
    tried with --dry-run and undone with rollback_epg.
    """

    help = (
        "Import XMLTV guides (plain, gzip, xz) from files, addresses or known sources."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sources", nargs="*", metavar="SOURCE")
        parser.add_argument(
            "--dry-run", action="store_true", help="show the difference, change nothing"
        )
        parser.add_argument(
            "--accept", action="store_true", help="take what is held for review"
        )
        parser.add_argument(
            "--force", action="store_true", help="read a file that has not changed"
        )
        parser.add_argument(
            "--due",
            action="store_true",
            help="only those whose interval has passed",
        )
        parser.add_argument(
            "--issues", type=int, default=20, help="how many refusals to list"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        failed, now = False, timezone.now()
        sources = self._sources(options["sources"])
        if options["due"]:
            sources = [source for source in sources if source.is_due(now)]
        for source in sources:
            try:
                version = versions.run_import(
                    source,
                    now=timezone.now(),
                    dry_run=options["dry_run"],
                    accept=options["accept"],
                    force=options["force"],
                )
            except DomainError as error:
                self.stderr.write(f"{source}: {error.title}. {error.detail}")
                failed = True
                continue
            self._print(version, options["issues"])
            failed |= version.state == GuideVersion.State.HELD
        if failed:
            raise CommandError("Not every source was imported.")

    def _sources(self, names: list[str]) -> list[EpgSource]:
        if not names:
            return list(EpgSource.objects.filter(is_active=True).order_by("slug"))
        return [self._source(name) for name in names]

    def _source(self, name: str) -> EpgSource:
        known = EpgSource.objects.filter(slug=name).first()
        if known:
            return known
        location = name if "://" in name else str(Path(name).resolve())
        if "://" not in name and not Path(name).is_file():
            raise CommandError(
                f"{name} is neither a source, nor a file, nor an address."
            )
        slug, number = slugify(Path(location).stem)[:50] or "feed", 1
        while EpgSource.objects.filter(slug=slug).exclude(location=location).exists():
            number += 1
            slug = f"{slug.rpartition('-')[0] or slug}-{number}"
        source, _ = EpgSource.objects.get_or_create(
            location=location, defaults={"slug": slug, "name": slug}
        )
        return source

    def _print(self, version: GuideVersion, issues: int) -> None:
        write, counts = self.stdout.write, version.counts
        write(f"{version.source} (version {version.pk}): {version.get_state_display()}")
        if not counts:
            return
        rejected = sum(counts["rejected"].values())
        unmatched = sum(counts["unmatched"].values())
        write(
            f"  {counts['programmes']} programmes on {counts['channels']} channels:"
            f" {counts['stored']} in the guide, {rejected} rejected,"
            f" {unmatched} on unmatched channels"
        )
        write(
            f"  {counts['added']} added, {counts['changed']} changed,"
            f" {counts['removed']} removed, {counts['cut']} cut short,"
            f" {counts['filled']} gaps filled"
        )
        self._print_channels(version)
        for code, count in sorted(counts["rejected"].items()):
            write(f"  rejected, {code}: {count}")
        for issue in version.issues.order_by("pk")[:issues]:
            write(f"    {issue}: {issue.external_id} {issue.start} {issue.title}")
        for name, count in counts["unmatched"].items():
            write(f"  unmatched {name}: {count}")
        for hold in version.holds:
            write(f"  hold: {hold}")
        if version.state == GuideVersion.State.HELD:
            write(_HELD)

    def _print_channels(self, version: GuideVersion) -> None:
        for entry in version.per_channel.values():
            kinds = (f"{v} {k}" for k, v in entry.items() if k != "name")
            self.stdout.write(f"    {entry['name']}: {', '.join(kinds)}")
