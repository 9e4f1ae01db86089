"""What profiles keep about the guide: reminders, series they follow, channels they like."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models

from channels.models.channels import Channel


class Reminder(models.Model):
    """A profile wants to be told before a broadcast starts."""

    profile = models.ForeignKey(
        "accounts.Profile", models.CASCADE, related_name="reminders"
    )
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="reminders")
    starts_at = models.DateTimeField()
    title = models.CharField(max_length=500)
    lead_s = models.PositiveIntegerField(
        default=300, validators=[MaxValueValidator(24 * 3600)]
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "channel", "starts_at"], name="reminder_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} {self.title}"


class FollowedSeries(models.Model):
    """A profile wants to know of every broadcast of a series."""

    profile = models.ForeignKey(
        "accounts.Profile", models.CASCADE, related_name="followed_series"
    )
    series_key = models.CharField(max_length=120)
    title = models.CharField(max_length=500)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "followed series"
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "series_key"], name="followed_series_once"
            )
        ]

    def __str__(self) -> str:
        return self.title


class FavouriteChannel(models.Model):
    """A channel that a profile likes."""

    profile = models.ForeignKey(
        "accounts.Profile", models.CASCADE, related_name="favourite_channels"
    )
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="favourites")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "channel"], name="favourite_channel_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} of {self.profile_id}"
