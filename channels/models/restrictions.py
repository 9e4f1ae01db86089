"""Blackouts: times at which a channel may not be shown to some or to all."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from catalog.models.base import country_code
from channels.models.channels import Channel
from channels.querysets import BlackoutQuerySet
from streamapi.clients import FORM_FACTORS


class Blackout(models.Model):
    """No playing of a channel within ``[starts_at, ends_at)``, live or afterwards."""

    class Reason(models.TextChoices):
        """Why; part of the refusal that a device receives."""

        RIGHTS = "rights"
        REGION = "region"
        DEVICE = "device"

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="blackouts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    territories = ArrayField(
        models.CharField(max_length=2, validators=[country_code]),
        default=list,
        blank=True,
        help_text="Where it holds; empty means everywhere.",
    )
    form_factors = ArrayField(
        models.CharField(max_length=10, choices=[(n, n) for n in FORM_FACTORS]),
        default=list,
        blank=True,
        help_text="The screens that it holds for; empty means all.",
    )
    reason = models.CharField(max_length=10, choices=Reason, default=Reason.RIGHTS)
    alternative = models.ForeignKey(
        Channel,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="What devices offer to switch to.",
    )

    objects = BlackoutQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["channel", "ends_at"], name="blackout_by_channel")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="blackout_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.starts_at:%Y-%m-%d %H:%M}"
