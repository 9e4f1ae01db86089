"""What is known of a series of broadcasts: how it is found, and what editors tied it to."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class SeriesName(models.Model):
    """The names of what is on, each once: search reads these, not the guide."""

    series_key = models.CharField(max_length=120, unique=True)
    title = models.CharField(max_length=500)
    folded = models.TextField(db_collation="C")

    class Meta:
        indexes = [
            GinIndex(
                fields=["folded"],
                name="series_name_folded",
                opclasses=["gin_trgm_ops"],
            )
        ]

    def __str__(self) -> str:
        return self.title


class LinkRule(models.Model):
    """What an editor says that the broadcasts of a series are in the catalogue.

    It holds for a whole series, or for one episode of it, whenever and wherever it runs:
    so a correction survives every import. Without a content nothing is linked.
    """

    series_key = models.CharField(max_length=120)
    season = models.PositiveIntegerField(null=True, blank=True)
    episode = models.PositiveIntegerField(null=True, blank=True)
    content_id = models.CharField(max_length=24, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series_key", "season", "episode"],
                name="link_rule_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.series_key} → {self.content_id or 'nothing'}"
