"""How far imports came."""

from __future__ import annotations

from django.db import models


class ImportRun(models.Model):
    """One reading of one file; an unfinished one is continued where it stopped."""

    path = models.CharField(max_length=1000)
    size = models.BigIntegerField()
    modified_ns = models.BigIntegerField()
    position = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["path"],
                condition=models.Q(finished_at=None),
                name="import_run_unfinished",
            )
        ]

    def __str__(self) -> str:
        return f"{self.path} to {self.position}"
