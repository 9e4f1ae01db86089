"""Keywords and studios: what titles are found and grouped by, beside genres."""

from __future__ import annotations

from django.db import models

from catalog.models.base import Translation, country_code


class Keyword(models.Model):
    """What a title is about: time-travel, based-on-a-novel."""

    slug = models.SlugField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.slug


class KeywordTranslation(Translation):
    """What a keyword is called in one language."""

    keyword = models.ForeignKey(Keyword, models.CASCADE, related_name="translations")
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["keyword", "language"], name="keyword_language_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class Studio(models.Model):
    """Who made a title: its name is the same in every language."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2, blank=True, validators=[country_code])

    def __str__(self) -> str:
        return self.name
