"""What the media worker does: `manage.py db_worker --queue-name media`."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from playback import jobs
from playback.models import Asset, PackagingJob


@task(queue_name="media")
def package(job_pk: int) -> None:
    """Carry out one packaging job."""
    jobs.run(job_pk, clock=timezone.now)


def enqueue(asset: Asset, *, now: datetime) -> PackagingJob:
    """Queue a job that packages ``asset``; an unfinished job of it is returned as is."""
    job, new = jobs.create(asset, now=now)
    if new:
        transaction.on_commit(partial(package.enqueue, job.pk))
    return job


def requeue_lost(*, now: datetime) -> int:
    """Start again what a dead worker left behind; returns how many jobs that were."""
    found = jobs.lost(now=now)
    for job in found:
        jobs.fail(job, "the worker that ran it is gone; it was started again", now=now)
        enqueue(job.asset, now=now)
    return len(found)
