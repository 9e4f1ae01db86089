"""Guide feeds, the versions made of them, and which of their channels are ours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from catalog.models.base import LanguageField
from channels.models.channels import Channel

_SLACK: Final = timedelta(seconds=30)
"""By how much a source is due early: the clock itself is late by a moment."""


class EpgSource(models.Model):
    """A feed of programmes in XMLTV, and how much it is trusted."""

    class Overlaps(models.TextChoices):
        """What becomes of two programmes at the same time."""

        CUT_EARLIER = "cut_earlier", "the earlier one ends when the later one starts"
        CUT_LATER = "cut_later", "the later one starts when the earlier one ends"
        REJECT = "reject", "the later one is rejected"

    class Gaps(models.TextChoices):
        """What becomes of a time without a programme."""

        KEEP = "keep", "it stays empty"
        FILL = "fill", "a filler is put there"
        REJECT = "reject", "the channel keeps the guide it had"

    class UnknownChannels(models.TextChoices):
        """What becomes of a channel of the feed that nothing here resembles."""

        CREATE = "create", "it is created"
        PROPOSE = "propose", "it waits for an editor"

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    location = models.CharField(
        max_length=1000, unique=True, help_text="A path or an https address."
    )
    is_active = models.BooleanField(default=True)
    interval_min = models.PositiveSmallIntegerField(
        "minutes between checks",
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(7 * 24 * 60)],
        help_text="How often the clock asks whether the feed has changed.",
    )
    language = LanguageField(
        default="en", help_text="Of texts that do not name their language."
    )
    overlaps = models.CharField(
        max_length=12, choices=Overlaps, default=Overlaps.CUT_EARLIER
    )
    gaps = models.CharField(max_length=8, choices=Gaps, default=Gaps.KEEP)
    gap_min_s = models.PositiveIntegerField(
        "smallest gap", default=60, help_text="In seconds; a shorter one is no gap."
    )
    unknown_channels = models.CharField(
        max_length=8, choices=UnknownChannels, default=UnknownChannels.CREATE
    )
    max_shrink_pct = models.PositiveSmallIntegerField(
        default=50,
        validators=[MaxValueValidator(100)],
        help_text="A version with this much less than before is held for review.",
    )
    max_bad_pct = models.PositiveSmallIntegerField(
        default=5,
        validators=[MaxValueValidator(100)],
        help_text="A version with more unusable programmes is held for review.",
    )
    allow_private_addresses = models.BooleanField(
        default=False, help_text="The feed is served from our own network."
    )
    etag = models.CharField(max_length=200, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    content_digest = models.CharField(max_length=64, blank=True, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "EPG source"

    def __str__(self) -> str:
        return self.name

    @property
    def due_at(self) -> datetime | None:
        """When the clock checks it next; ``None`` before it ever was."""
        if self.checked_at is None:
            return None
        return self.checked_at + timedelta(minutes=self.interval_min)

    def is_due(self, now: datetime) -> bool:
        """Whether the clock is to check it now."""
        return self.due_at is None or self.due_at <= now + _SLACK


class ChannelMatch(models.Model):
    """A channel of a feed and the channel of ours that it describes."""

    class State(models.TextChoices):
        """Whether programmes are taken over."""

        MATCHED = "matched"
        PROPOSED = "proposed"
        IGNORED = "ignored"

    class Method(models.TextChoices):
        """How the match was found."""

        ID = "id"
        NAME = "name"
        FUZZY = "fuzzy", "resemblance"
        CREATED = "created"
        HAND = "hand", "by hand"
        NONE = "none"

    source = models.ForeignKey(EpgSource, models.CASCADE, related_name="matches")
    external_id = models.CharField(max_length=200)
    names = ArrayField(models.CharField(max_length=200), default=list)
    logo_url = models.CharField(max_length=1000, blank=True)
    channel = models.ForeignKey(
        Channel, models.SET_NULL, null=True, blank=True, related_name="matches"
    )
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    method = models.CharField(max_length=10, choices=Method, default=Method.NONE)
    confidence = models.PositiveSmallIntegerField(
        default=0, help_text="Per cent; 100 is certain."
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "channel matches"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="match_external_id_once"
            ),
            models.UniqueConstraint(
                fields=["channel"],
                condition=models.Q(state="matched"),
                name="match_one_feed_a_channel",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.external_id} → {self.channel or '?'}"


class GuideVersion(models.Model):
    """One import: what it would change, what it changed, and whether it is in force."""

    class State(models.TextChoices):
        """Where an import is."""

        RUNNING = "running"
        APPLIED = "applied"
        UNCHANGED = "unchanged"
        HELD = "held", "held for review"
        DRY_RUN = "dry_run", "tried only"
        FAILED = "failed"
        ROLLED_BACK = "rolled_back", "rolled back"

    source = models.ForeignKey(EpgSource, models.CASCADE, related_name="versions")
    state = models.CharField(max_length=12, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(
        null=True, blank=True, help_text="When it last changed what viewers see."
    )
    content_digest = models.CharField(max_length=64, blank=True)
    bytes_read = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    per_channel = models.JSONField(default=dict)
    holds = models.JSONField(default=list, help_text="Why it waits for review.")
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["source", "-started_at"], name="version_by_source"),
            models.Index(fields=["-changed_at"], name="version_by_change"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.started_at:%Y-%m-%d %H:%M} {self.state}"


class ImportIssue(models.Model):
    """A programme of a feed that was not stored as it stood, and why."""

    version = models.ForeignKey(GuideVersion, models.CASCADE, related_name="issues")
    line = models.PositiveIntegerField()
    external_id = models.CharField(max_length=200)
    start = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    code = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"line {self.line}: {self.code}"
