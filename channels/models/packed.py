"""The guide of a channel as players read it, packed ahead of their asking."""

from __future__ import annotations

from django.db import models

from channels.models.channels import Channel


class PackedSchedule(models.Model):
    """Programmes of a channel for one age, as deflated XMLTV that can be put together.

    ``checksum`` and ``carry`` are for the CRC of what it becomes a part of.
    """

    channel = models.ForeignKey(
        Channel, models.CASCADE, related_name="packed_schedules"
    )
    age = models.PositiveSmallIntegerField()
    fingerprint = models.CharField(max_length=32)
    packed = models.BinaryField()
    size = models.PositiveIntegerField()
    checksum = models.BigIntegerField()
    carry = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "age"], name="packed_schedule_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} for {self.age}: {self.size} bytes"
