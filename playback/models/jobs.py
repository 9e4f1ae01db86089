"""Packaging jobs: what is being made, how far it is, what went wrong."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from playback.models.assets import Asset
from playback.querysets import PackagingJobQuerySet


class PackagingJob(models.Model):
    """One attempt to package an asset."""

    class State(models.TextChoices):
        """How far the attempt is."""

        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="jobs")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    step = models.CharField(max_length=20, blank=True)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Per cent.")
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = PackagingJobQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "updated_at"], name="job_by_state")]

    def __str__(self) -> str:
        return f"{self.asset} {self.state} {self.progress}%"
