"""Puts back what a worker was doing when it was stopped."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from playback import jobs


class Command(BaseCommand):
    """Run it only where no worker runs: what is running would be done twice."""

    help = "Queue again the jobs that were running when the last worker ended."

    @transaction.atomic
    def handle(self, *_args: Any, **_options: Any) -> None:
        jobs.put_back(now=timezone.now())
        count = DBTaskResult.objects.running().update(
            status=TaskResultStatus.READY, started_at=None
        )
        self.stdout.write(f"{count} interrupted jobs queued again")
