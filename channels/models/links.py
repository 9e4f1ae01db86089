"""Links that let a player without an account read the line-up and play from it."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from catalog.models.base import PublicIdField
from streamapi.ids import new_id


def link_id() -> str:
    """A fresh public id of a link."""
    return new_id("pl")


class PlaylistLink(models.Model):
    """What one device was given for Kodi, VLC and the like: no credentials, an end.

    It watches as the profile that asked for it, and ends with its device.
    """

    public_id = PublicIdField(default=link_id)
    device = models.ForeignKey(
        "accounts.Device", models.CASCADE, related_name="playlist_links"
    )
    profile = models.ForeignKey(
        "accounts.Profile", models.CASCADE, related_name="playlist_links"
    )
    name = models.CharField(max_length=60, blank=True)
    lineup_slug = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], name="playlist_link_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.public_id} until {self.expires_at:%Y-%m-%d}"

    def is_open(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return now < self.expires_at and self.device.revoked_at is None
