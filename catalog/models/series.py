"""Seasons and episodes as editors write them."""

from __future__ import annotations

from django.db import models

from catalog.models.base import ExternalIdBase, PublicIdField, Translation, words_of
from catalog.models.titles import Title
from streamapi.ids import new_id


def episode_id() -> str:
    """A fresh public id of an episode."""
    return new_id("ep")


class Season(models.Model):
    """A season; number 0 holds the specials."""

    title = models.ForeignKey(Title, models.CASCADE, related_name="seasons")
    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["title", "number"], name="season_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"season {self.number}"


class SeasonTranslation(Translation):
    """The words of a season in one language."""

    season = models.ForeignKey(Season, models.CASCADE, related_name="translations")
    name = models.CharField(max_length=500)
    synopsis = models.TextField(max_length=10_000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["season", "language"], name="season_language_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class Episode(models.Model):
    """An episode of a season."""

    public_id = PublicIdField(default=episode_id)
    season = models.ForeignKey(Season, models.CASCADE, related_name="episodes")
    number = models.PositiveSmallIntegerField()
    absolute_number = models.PositiveIntegerField(null=True, blank=True)
    after_season = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Of a special: the season it is watched in."
    )
    after_episode = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Of a special: the episode it is watched after; 0 is before the first.",
    )
    released_on = models.DateField(null=True, blank=True)
    runtime_s = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["season", "number"],
                name="episode_number_once",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]

    def __str__(self) -> str:
        return f"episode {self.number}"


class EpisodeTranslation(Translation):
    """The words of an episode in one language."""

    episode = models.ForeignKey(Episode, models.CASCADE, related_name="translations")
    name = models.CharField(max_length=500)
    synopsis = models.TextField(max_length=10_000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["episode", "language"], name="episode_language_once"
            )
        ]
        indexes = [words_of("name", "episode_name_words")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class EpisodeExternalId(ExternalIdBase):
    """An episode in someone else's system."""

    episode = models.ForeignKey(Episode, models.CASCADE, related_name="external_ids")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "value"], name="episode_external_id_once"
            )
        ]
