"""Content keys: what the tracks of a package are encrypted with, sealed at rest."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from playback.models.assets import Asset


class ContentKey(models.Model):
    """The key of one kind of track of one package. What it opens never leaves a licence."""

    class Track(models.TextChoices):
        """What is encrypted with it: a device may be trusted with one and not another."""

        AUDIO = "audio"
        SD = "sd"
        HD = "hd"
        UHD = "uhd"

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="content_keys")
    folder = models.CharField(max_length=80)
    track = models.CharField(max_length=5, choices=Track)
    kid = models.UUIDField(unique=True)
    sealed = models.BinaryField()
    sealed_with = models.CharField(max_length=40, db_index=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["folder", "track"], name="key_of_track")
        ]

    def __str__(self) -> str:
        return f"{self.track} {self.kid}"
