"""Prints whom to tell of what: ``manage.py due_reminders --minutes 1``."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from channels import reminders


class Command(BaseCommand):
    """One line of JSON for each reminder and each broadcast of a followed series.

    Runs whose times follow one another without a gap tell everything once: a job that
    pushes passes the ``--until`` of its last run as ``--after``.
    """

    help = "Print the reminders that came due, as lines of JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--minutes", type=int, default=1, help="back from --until")
        parser.add_argument("--after", type=_moment, help="instead of --minutes")
        parser.add_argument("--until", type=_moment, help="now without it")

    def handle(self, *_: Any, **options: Any) -> None:
        until = options["until"] or timezone.now()
        after = options["after"] or until - timedelta(minutes=options["minutes"])
        for told in reminders.due_between(after, until):
            self.stdout.write(orjson.dumps(told).decode())


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise CommandError(f"{text} has no zone.")
    return moment
