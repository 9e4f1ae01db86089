"""Queue the packaging of assets, start lost jobs again, or show how far they are."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from playback import tasks
from playback.models import Asset, PackagingJob

_POLL_S = 1.0


class Command(BaseCommand):
    """``package as_...`` queues, ``package --lost`` repairs, ``package --wait`` watches."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("asset", nargs="*", help="Public ids of assets.")
        parser.add_argument(
            "--lost",
            action="store_true",
            help="Start again the jobs whose worker is gone.",
        )
        parser.add_argument(
            "--wait", action="store_true", help="Show progress until no job is open."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        now = timezone.now()
        if options["lost"]:
            count = tasks.requeue_lost(now=now)
            self.stdout.write(f"{count} lost jobs started again")
        for public_id in options["asset"]:
            asset = Asset.objects.filter(public_id=public_id).first()
            if asset is None:
                raise CommandError(f"there is no asset {public_id}")
            job = tasks.enqueue(asset, now=now)
            self.stdout.write(f"{asset}: job {job.pk} {job.state}")
        if options["wait"]:
            self._watch()

    def _watch(self) -> None:
        """One line whenever a job has moved."""
        seen: dict[int, str] = {}
        while True:
            open_jobs = PackagingJob.objects.open().select_related("asset")
            moving = {job.pk: f"{job} {job.step}" for job in open_jobs}
            for pk, line in moving.items():
                if seen.get(pk) != line:
                    self.stdout.write(line)
            seen = moving
            if not moving:
                return
            time.sleep(_POLL_S)
