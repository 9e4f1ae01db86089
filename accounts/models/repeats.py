"""Answers to commands that create, kept so that a repeated command creates nothing."""

from __future__ import annotations

from django.db import models


class KeptAnswer(models.Model):
    """The answer to one command with one Idempotency-Key, sealed with that key."""

    subject = models.CharField(max_length=64)
    command = models.CharField(max_length=120)
    key_hash = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "command", "key_hash"], name="kept_answer_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.command} {self.status}"
