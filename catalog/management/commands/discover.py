"""``manage.py discover``: charts and related titles, from content and real plays."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog import charts, related
from catalog.models import Title


class Command(BaseCommand):
    """Work out what is watched most, what is rising, and what goes well after what.

    manage.py discover                     run it every hour
    manage.py discover --explain dune-2021 says what is related and why, writes nothing
    """

    help = "Make charts and related titles anew."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--explain", metavar="SLUG", help="show the neighbours of one title"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if options["explain"]:
            self._explain(options["explain"])
            return
        now = timezone.now()
        places = charts.chart(now=now)
        titles = related.relate(now=now)
        self.stdout.write(f"{places} places in charts, {titles} titles related")

    def _explain(self, slug: str) -> None:
        title = Title.objects.filter(slug=slug).first()
        if title is None:
            raise CommandError(f"There is no title {slug}.")
        found = related.neighbours(title.pk, now=timezone.now())
        names = Title.objects.in_bulk([one.title for one in found])
        for one in found:
            reasons = ", ".join(one.reasons)
            self.stdout.write(f"{one.score:6.2f}  {names[one.title]}  ({reasons})")
