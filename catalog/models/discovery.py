"""What jobs work out from content and plays, and the words that searches treat alike."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from catalog.models.titles import Title


class RelatedTitle(models.Model):
    """That one title goes well after another, how well and why. A job writes these."""

    title = models.ForeignKey(
        Title, models.CASCADE, related_name="related", db_constraint=False
    )
    other = models.ForeignKey(
        Title, models.CASCADE, related_name="+", db_constraint=False
    )
    position = models.PositiveSmallIntegerField()
    score = models.FloatField()
    reasons = ArrayField(models.CharField(max_length=20))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["title", "position"], name="related_once")
        ]

    def __str__(self) -> str:
        return f"{self.title_id} to {self.other_id}: {self.score:.2f}"


class ChartEntry(models.Model):
    """A place of a title in a chart of one territory. A job writes these."""

    class Chart(models.TextChoices):
        """Which chart: most watched in a week, or rising."""

        TOP = "top"
        TRENDING = "trending"

    chart = models.CharField(max_length=10, choices=Chart)
    territory = models.CharField(max_length=2)
    position = models.PositiveSmallIntegerField()
    title = models.ForeignKey(
        Title, models.CASCADE, related_name="+", db_constraint=False
    )
    score = models.FloatField()

    class Meta:
        verbose_name_plural = "chart entries"
        constraints = [
            models.UniqueConstraint(
                fields=["chart", "territory", "position"], name="chart_position_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.chart} {self.territory} {self.position}"


class Synonym(models.Model):
    """Words that a search treats alike: who types one finds the other."""

    term = models.CharField(
        max_length=60, unique=True, help_text="As people type it: sci-fi."
    )
    means = models.CharField(
        max_length=60, help_text="What to look for as well: science fiction."
    )

    def __str__(self) -> str:
        return f"{self.term}: {self.means}"


class KnownWord(models.Model):
    """A word of published names, for who misspells it. Publishing writes these.

    Two words that stand side by side are known as one, too: ``spiderman`` is said for
    spider man. Nothing waits for a word, so one may be here twice.
    """

    form = models.CharField(max_length=40, db_collation="C")
    words = models.CharField(max_length=81, db_collation="C")
    shortened = ArrayField(
        models.TextField(),
        help_text="The form, and what is left of it without any one letter.",
    )

    class Meta:
        indexes = [
            models.Index(fields=["form"], name="known_word_form"),
            GinIndex(fields=["shortened"], name="known_word_shortened"),
            GinIndex(
                fields=["form"], name="known_word_alike", opclasses=["gin_trgm_ops"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form}: {self.words}"
