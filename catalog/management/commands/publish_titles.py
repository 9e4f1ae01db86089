"""``manage.py publish_titles``: shows many titles at once."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import F, Q
from django.utils import timezone

from catalog import publishing
from catalog.models import Title
from catalog.models.titles import Status
from catalog.progress import Progress


class Command(BaseCommand):
    """Publish titles by id or slug, or all that have something new to show.

    manage.py publish_titles --all
    manage.py publish_titles the-matrix-1999 ti_4m0x2k9c7q1zt8wb
    manage.py publish_titles --rebuild      after a language was added to the service
    """

    help = "Publish titles: some, all with changes, or rebuild what is published."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("titles", nargs="*", metavar="ID_OR_SLUG")
        parser.add_argument(
            "--all", action="store_true", help="drafts and titles edited since"
        )
        parser.add_argument(
            "--rebuild",
            action="store_true",
            help="make the documents of what is published anew; publishes no edit",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if bool(options["titles"]) + options["all"] + options["rebuild"] != 1:
            raise CommandError("Name titles, or say --all or --rebuild.")
        if options["rebuild"]:
            self._rebuild()
        else:
            self._publish(_changed() if options["all"] else _named(options["titles"]))

    def _publish(self, pks: list[int]) -> None:
        progress = Progress(self.stderr, "publishing", len(pks))  # type: ignore[arg-type]
        counts: Counter[bool] = Counter()
        for outcome in publishing.publish_many(pks, by=None, now=timezone.now()):
            counts[outcome.published] += 1
            progress.at(counts.total())
            if not outcome.published:
                self._explain(outcome)
        progress.end()
        self.stdout.write(f"{counts[True]} published, {counts[False]} refused")

    def _explain(self, outcome: publishing.Outcome) -> None:
        reasons = "; ".join(
            f"{one.code} at {one.pointer}"
            for one in outcome.findings
            if one.severity == "error"
        )
        title = Title.objects.get(pk=outcome.title_pk)
        self.stderr.write(f"{title.public_id} {title}: {reasons}")

    def _rebuild(self) -> None:
        live = Title.objects.exclude(live_snapshot=None).order_by("pk")
        pks = list(live.values_list("pk", flat=True))
        progress = Progress(self.stderr, "rebuilding", len(pks))  # type: ignore[arg-type]
        done = 0
        for start in range(0, len(pks), publishing.BATCH):
            batch = pks[start : start + publishing.BATCH]
            done += publishing.refresh(batch, now=timezone.now())
            progress.at(done)
        progress.end()
        self.stdout.write(f"{done} rebuilt")


def _changed() -> list[int]:
    fresh = Q(published_at=None, status=Status.DRAFT)
    edited = Q(status=Status.PUBLISHED, updated_at__gt=F("published_at"))
    titles = Title.objects.filter(fresh | edited).order_by("pk")
    return list(titles.values_list("pk", flat=True))


def _named(names: list[str]) -> list[int]:
    found = Title.objects.filter(Q(public_id__in=names) | Q(slug__in=names))
    known = {name for title in found for name in (title.public_id, title.slug)}
    missing = [name for name in names if name not in known]
    if missing:
        raise CommandError(f"There is no title {', '.join(missing)}.")
    return [title.pk for title in found]
