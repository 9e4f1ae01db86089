"""``manage.py seed``: a whole demo service, or what is missing of it."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from streamapi.demo import cinema, workers
from streamapi.demo.cinema import NotPackaged, Standing
from streamapi.demo.seeding import Seeding
from streamapi.demo.steps import STEPS


class Command(BaseCommand):
    """Seed the demo; what is there already is left as it is.

    manage.py seed
    manage.py seed --titles 100000 --random-seed 7 --no-video
    manage.py seed --follow
    """

    help = "Titles with pictures and video, people and plans; safe to repeat."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--titles",
            type=_count,
            default=0,
            metavar="N",
            help="also add N synthetic titles, for measurements",
        )
        parser.add_argument(
            "--demo-titles",
            type=_count,
            metavar="N",
            help="only the first N of the demo's own titles",
        )
        parser.add_argument(
            "--channels",
            type=_count,
            default=12,
            metavar="N",
            help="TV channels; more than the demo's twelve are for measurements",
        )
        parser.add_argument(
            "--days",
            type=_count,
            default=10,
            metavar="N",
            help="days of guide, from two days ago on",
        )
        parser.add_argument(
            "--random-seed",
            type=int,
            default=1,
            help="the same number gives the same synthetic titles",
        )
        parser.add_argument(
            "--no-video", action="store_true", help="make no films, queue none"
        )
        parser.add_argument(
            "--follow",
            action="store_true",
            help="seed nothing; show how far the films are until all are done",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if options["follow"]:
            cinema.follow(self._tell)
            return
        seeding = Seeding(
            now=timezone.now(),
            output=self.stdout,
            demo_titles=options["demo_titles"],
            synthetic_titles=options["titles"],
            random_seed=options["random_seed"],
            video=not options["no_video"],
            channels=options["channels"],
            guide_days=max(1, options["days"]),
        )
        self.stdout.ending = ""
        workers.let_statements_run()
        try:
            for step in STEPS:
                step(seeding)
        except NotPackaged as problem:
            raise CommandError(
                f"The first film is not playable: {problem}"
            ) from problem
        self.stdout.write("".join(f"  {note}\n" for note in seeding.notes))

    def _tell(self, standing: Standing) -> None:
        percent = f" {standing.percent} %" if standing.state == "packaging" else ""
        self.stdout.write(f"  {standing.name}: {standing.state}{percent}")


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 1_000_000:
        raise argparse.ArgumentTypeError("from 0 to 1,000,000")
    return number
