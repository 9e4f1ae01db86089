"""When and where titles may be shown: periods are half-open, [starts_at, ends_at)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from catalog.models.base import country_code
from catalog.querysets import WindowQuerySet


class Window(models.Model):
    """A period in some territories; an empty bound is open, no territory means all."""

    territories = ArrayField(
        models.CharField(max_length=2, validators=[country_code]),
        default=list,
        blank=True,
        help_text="Two-letter codes, separated by commas. Empty means everywhere.",
    )
    excluded = models.BooleanField(
        "everywhere but there",
        default=False,
        help_text="The territories are those that it does not hold in.",
    )
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.starts_at or '...'} to {self.ends_at or '...'}"


class AvailabilityWindow(Window):
    """When and where a title may be shown; a title without windows may be always."""

    title = models.ForeignKey("catalog.Title", models.CASCADE, related_name="windows")
    packages = models.ManyToManyField(
        "accounts.Package",
        blank=True,
        related_name="+",
        help_text="What gives access in this window; none means those of the title.",
    )
    free = models.BooleanField(
        "free for everyone",
        default=False,
        help_text="In this window no package is needed, whatever the title says.",
    )
    announced_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="From when it is shown as coming soon; empty: not before it starts.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None)
                | Q(ends_at=None)
                | Q(starts_at__lt=F("ends_at")),
                name="window_ends_after_it_starts",
                violation_error_message="A window ends after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(announced_at=None)
                | Q(starts_at__isnull=False, announced_at__lt=F("starts_at")),
                name="window_announced_before_it_starts",
                violation_error_message="A window is announced before it starts.",
            ),
        ]


class PublishedWindow(Window):
    """A window of a published title. Only publishing writes here."""

    title = models.ForeignKey(
        "catalog.Title",
        models.CASCADE,
        related_name="published_windows",
        db_constraint=False,
    )
    packages = ArrayField(models.CharField(max_length=64), default=list)
    free = models.BooleanField(default=False)
    announced_at = models.DateTimeField(null=True)

    objects = WindowQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["starts_at"], name="window_by_start"),
            models.Index(fields=["ends_at"], name="window_by_end"),
            models.Index(fields=["announced_at"], name="window_by_announcement"),
        ]
