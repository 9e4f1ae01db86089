"""``manage.py render_pictures``: smaller versions of pictures that have none yet."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from catalog import tasks
from catalog.models import RenderedPicture


class Command(BaseCommand):
    """Render what is missing, here and now.

    manage.py render_pictures
    manage.py render_pictures --again      also what could not be read before
    """

    help = "Make smaller versions of pictures; the worker does it after each upload."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--again",
            action="store_true",
            help="also try the pictures that could not be read",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if options["again"]:
            RenderedPicture.objects.exclude(problem="").delete()
        before = RenderedPicture.objects.count()
        tasks.render_pictures.call()
        made = RenderedPicture.objects.count() - before
        for row in RenderedPicture.objects.exclude(problem="").order_by("file"):
            self.stderr.write(f"{row.file}: {row.problem}")
        self.stdout.write(f"{made} rendered")
