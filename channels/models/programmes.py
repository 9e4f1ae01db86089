"""Programmes: what is on a channel, when, and what it was before the last import."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    DateTimeRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.db import models
from django.db.models import F, Func, Q

from catalog.models.base import LanguageField
from channels.models.channels import Channel
from channels.models.imports import EpgSource, GuideVersion
from channels.querysets import ProgrammeQuerySet

MAX_DURATION: Final = timedelta(hours=24)
"""No programme is longer, so what runs at a moment began within a day before it."""

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def programme_id(channel_public_id: str, starts_at: datetime | int) -> str:
    """The id of a programme: its channel's token and its start, so that it is stable.

    The same broadcast has the same id after every re-import and rollback, no index is
    kept for it, and the ids of a guide page compress well.
    """
    seconds = starts_at if isinstance(starts_at, int) else int(starts_at.timestamp())
    return f"pg_{channel_public_id[3:]}{_base36(seconds)}"


@lru_cache(maxsize=65536)
def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits


class Period(Func):
    """``[starts_at, ends_at)`` as a range."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Broadcast(models.Model):
    """The columns of a programme, current or superseded."""

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    # What an import writes and compares.
    language = LanguageField(default="en")
    title = models.CharField(max_length=500)
    subtitle = models.CharField(max_length=500, blank=True)
    synopsis = models.TextField(blank=True)
    translations = models.JSONField(
        default=dict,
        blank=True,
        help_text='{"de": {"title": …, "subtitle": …, "synopsis": …}}',
    )
    series_key = models.CharField(max_length=120, blank=True, editable=False)
    season = models.PositiveIntegerField(null=True, blank=True)
    episode = models.PositiveIntegerField(null=True, blank=True)
    part = models.PositiveIntegerField(null=True, blank=True)
    categories = ArrayField(models.TextField(), default=list, blank=True)
    genres = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        help_text="Slugs of our genres.",
    )
    min_age = models.PositiveSmallIntegerField(null=True, blank=True)
    is_live = models.BooleanField(default=False)
    is_new = models.BooleanField(default=False)
    is_premiere = models.BooleanField(default=False)
    is_repeat = models.BooleanField(default=False)
    is_last_chance = models.BooleanField(default=False)
    is_filler = models.BooleanField(
        default=False, help_text="Stands for a gap in the feed."
    )
    details = models.JSONField(
        default=dict,
        blank=True,
        help_text="Credits, ratings, images, numbering and all else the feed says.",
    )
    digest = models.BigIntegerField(default=0, editable=False)

    # What editors and the matcher write; imports keep it.
    can_pause = models.BooleanField(null=True, blank=True)
    can_start_over = models.BooleanField(null=True, blank=True)
    can_catch_up = models.BooleanField(null=True, blank=True)
    can_record = models.BooleanField(null=True, blank=True)
    content_id = models.CharField(
        max_length=24, blank=True, help_text="The title or episode of the catalogue."
    )
    link_confidence = models.PositiveSmallIntegerField(null=True, blank=True)
    is_linked_by_hand = models.BooleanField(default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} {self.title}"


class Programme(Broadcast):
    """What is on a channel within ``[starts_at, ends_at)``; nothing overlaps."""

    # No constraints in the database: three look-ups for each row took as long as all
    # else that storing it takes. An import holds the channels it writes for, and
    # deleting one deletes its programmes through Django.
    channel = models.ForeignKey(
        Channel,
        models.CASCADE,
        related_name="programmes",
        db_index=False,
        db_constraint=False,
    )
    source = models.ForeignKey(
        EpgSource,
        models.SET_NULL,
        null=True,
        editable=False,
        db_index=False,
        db_constraint=False,
    )
    version = models.ForeignKey(
        GuideVersion,
        models.SET_NULL,
        null=True,
        editable=False,
        db_index=False,
        db_constraint=False,
        related_name="programmes",
    )

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["series_key", "starts_at"], name="programme_by_series"
            ),
            models.Index(
                fields=["content_id"],
                name="programme_by_content",
                condition=~Q(content_id=""),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "starts_at"], name="programme_start_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"))
                & Q(ends_at__lte=F("starts_at") + MAX_DURATION),
                name="programme_within_a_day",
            ),
            # Checked at the end of a statement; an import defers it to the end of its
            # transaction, so that neighbours may trade places.
            ExclusionConstraint(
                name="programme_no_overlap",
                expressions=[
                    ("channel", RangeOperators.EQUAL),
                    (
                        Period("starts_at", "ends_at", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                deferrable=models.Deferrable.IMMEDIATE,
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that devices know."""
        return programme_id(self.channel.public_id, self.starts_at)

    @property
    def duration(self) -> timedelta:
        """How long it runs."""
        return self.ends_at - self.starts_at


class SupersededProgramme(Broadcast):
    """A programme as it was before an import changed or removed it, for rollback."""

    programme_pk = models.BigIntegerField()
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    source = models.ForeignKey(EpgSource, models.SET_NULL, null=True, related_name="+")
    version = models.ForeignKey(
        GuideVersion, models.SET_NULL, null=True, related_name="+"
    )
    superseded_by = models.ForeignKey(
        GuideVersion, models.CASCADE, related_name="superseded"
    )
