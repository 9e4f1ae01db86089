"""Blackouts: times at which a channel may not be shown to some or to all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from catalog.models.base import country_code
from channels.models.channels import Channel
from channels.querysets import BlackoutQuerySet
from streamapi.clients import FORM_FACTORS

LONGEST: Final = timedelta(days=366)
"""What is longer is a mistyped year, or a matter of the channel's territories."""


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

    def clean(self) -> None:
        found = {
            name: ValidationError(text, code) for name, code, text in self._wrong()
        }
        if found:
            raise ValidationError(found)

    def _wrong(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong with the fields together: the field, a stable code, words."""
        if self.starts_at and self.ends_at:
            if self.ends_at <= self.starts_at:
                yield "ends_at", "reversed_period", "It ends after it starts."
            if self.ends_at - self.starts_at > LONGEST:
                yield "ends_at", "period_too_long", "It lasts a year at most."
        if self.alternative is not None:
            if self.alternative_id == self.channel_id:
                text = "That is the channel that is blacked out."
                yield "alternative", "alternative_is_itself", text
            if not self.alternative.is_active:
                text = "That channel is not active."
                yield "alternative", "alternative_not_active", text
