"""What a profile has watched, goes on watching, keeps and likes."""

from __future__ import annotations

from django.db import models

from accounts.models import Profile
from catalog.models import Title
from playback.querysets import ContinueItemQuerySet, WatchProgressQuerySet
from streamapi.ids import MAX_LENGTH, PROGRAMME_ID_LENGTH


class WatchProgress(models.Model):
    """How far a profile is in a film, an episode or a programme; the newest event wins.

    ``event_at`` is when the player was there, not when we heard of it.
    """

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="progress")
    title = models.ForeignKey(
        Title,
        models.CASCADE,
        null=True,
        related_name="+",
        help_text="None for a programme of a channel.",
    )
    content_id = models.CharField(max_length=PROGRAMME_ID_LENGTH)
    position_ms = models.PositiveBigIntegerField()
    duration_ms = models.PositiveBigIntegerField()
    started = models.BooleanField()
    completed = models.BooleanField()
    session_id = models.CharField(max_length=MAX_LENGTH, blank=True)
    event_at = models.DateTimeField()
    seq = models.BigIntegerField(default=0)

    objects = WatchProgressQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "content_id"], name="progress_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["profile", "-event_at", "-id"], name="history_of_profile"
            ),
            models.Index(fields=["profile", "title"], name="progress_of_title"),
        ]

    def __str__(self) -> str:
        return f"{self.content_id} at {self.position_ms} ms"


class ContinueItem(models.Model):
    """What a profile plays next of a title: stored when it changes, not computed.

    A hidden row stays, so that an event that arrives late does not bring it back.
    """

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="continue_items")
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    content_id = models.CharField(max_length=MAX_LENGTH)
    position_ms = models.PositiveBigIntegerField()
    duration_ms = models.PositiveBigIntegerField()
    event_at = models.DateTimeField()
    visible = models.BooleanField(default=True)

    objects = ContinueItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "title"], name="continue_item_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["profile", "-event_at", "-id"],
                condition=models.Q(visible=True),
                name="continue_watching",
            )
        ]

    def __str__(self) -> str:
        return f"{self.content_id} from {self.position_ms} ms"


class WatchlistItem(models.Model):
    """A title that a profile keeps for later."""

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="watchlist")
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "title"], name="watchlist_item_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["profile", "-added_at", "-id"], name="watchlist_of_profile"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title_id} of {self.profile_id}"


class TitleRating(models.Model):
    """What a profile thinks of a title."""

    class Value(models.TextChoices):
        """How much it is liked."""

        DISLIKE = "dislike"
        LIKE = "like"
        LOVE = "love"

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="title_ratings")
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    value = models.CharField(max_length=10, choices=Value)
    rated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "title"], name="title_rating_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.value} of {self.title_id}"
