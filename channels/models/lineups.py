"""Regional line-ups: which channels there are in a region, and at which numbers."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models

from catalog.models.base import country_code
from channels.models.channels import Channel, number_text, sort_number


class Lineup(models.Model):
    """The channels of a region. Where there is none, all channels are shown."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    territories = ArrayField(
        models.CharField(max_length=2, validators=[country_code]),
        default=list,
        blank=True,
        help_text="Where this is the line-up shown when a device names none.",
    )
    channels: models.ManyToManyField[Channel, LineupEntry] = models.ManyToManyField(
        Channel, through="channels.LineupEntry", related_name="lineups"
    )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A territory has one line-up that is shown when a device names none."""
        others = Lineup.objects.exclude(pk=self.pk)
        rival = others.filter(territories__overlap=self.territories or []).first()
        if rival is not None:
            both = ", ".join(sorted({*self.territories} & {*rival.territories}))
            text = f"{rival} is the line-up of {both} already."
            error = ValidationError(text, code="territory_taken")
            raise ValidationError({"territories": error})


class LineupEntry(models.Model):
    """A channel's place in a line-up."""

    lineup = models.ForeignKey(Lineup, models.CASCADE, related_name="entries")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="lineup_entries")
    number_major = models.PositiveIntegerField("number")
    number_minor = models.PositiveIntegerField("decimal", null=True, blank=True)
    sort_number = sort_number()

    class Meta:
        verbose_name_plural = "line-up entries"
        constraints = [  # asked at the end: two channels may exchange their numbers
            models.UniqueConstraint(
                fields=["lineup", "channel"],
                name="lineup_channel_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                fields=["lineup", "number_major", "number_minor"],
                name="lineup_number_once",
                nulls_distinct=False,
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return number_text(self.number_major, self.number_minor) or ""
