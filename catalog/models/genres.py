"""Genres, in the order in which devices offer them."""

from __future__ import annotations

from django.db import models

from catalog.models.base import Translation


class Genre(models.Model):
    """A genre; the slug is what devices filter by."""

    slug = models.SlugField(max_length=60, unique=True)
    position = models.PositiveIntegerField(default=0, db_index=True)

    def __str__(self) -> str:
        return self.slug


class GenreTranslation(Translation):
    """What a genre is called in one language."""

    genre = models.ForeignKey(Genre, models.CASCADE, related_name="translations")
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["genre", "language"], name="genre_language_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
