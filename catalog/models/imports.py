"""How far imports came: of files, and of documents that programs sent."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.db import models

from streamapi.ids import MAX_LENGTH, new_id


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


class IngestDocument(models.Model):
    """Work on many titles that a program or an editor ordered, done in the background.

    ``payload`` holds, compressed, what ``kind`` says, until the work is done.
    """

    class Kind(models.TextChoices):
        """What is to be done, and what the payload is."""

        RECORDS = "records", "records from a program"
        FILE = "file", "import of a file"
        PUBLISH = "publish", "publishing"
        UNPUBLISH = "unpublish", "taking from devices"

    class State(models.TextChoices):
        """How far it is."""

        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    public_id = models.CharField(
        max_length=MAX_LENGTH,
        unique=True,
        editable=False,
        default=partial(new_id, "in"),
    )
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=32, editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.RECORDS)
    name = models.CharField(max_length=200, blank=True, help_text="Of the file.")
    mapping = models.CharField(max_length=100, blank=True)
    failure = models.TextField(blank=True, help_text="Why it could not go on.")
    publish = models.BooleanField(default=False)
    dry_run = models.BooleanField(default=False)
    payload = models.BinaryField(editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    total = models.PositiveIntegerField()
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sent_by", "key"], name="ingest_key_once")
        ]
        verbose_name = "bulk job"

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"


class IngestResult(models.Model):
    """What became of one record of a document."""

    document = models.ForeignKey(
        IngestDocument, models.CASCADE, related_name="results", db_index=False
    )
    position = models.PositiveIntegerField()
    line = models.PositiveIntegerField(
        null=True, help_text="Where its row begins in a CSV file."
    )
    outcome = models.CharField(max_length=10)
    title_id = models.CharField(max_length=MAX_LENGTH, blank=True)
    published = models.BooleanField(null=True)
    errors = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "position"], name="ingest_position_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.outcome}"
