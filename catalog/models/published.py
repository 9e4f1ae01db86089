"""What devices read: finished documents, and the columns that filter and sort them.

Only ``catalog.publishing`` writes here.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from catalog.models.base import LanguageField
from catalog.models.collections import Collection
from catalog.models.genres import Genre
from catalog.models.lexemes import Lexemes
from catalog.models.people import Person
from catalog.models.titles import Kind, Title
from catalog.querysets import (
    PublishedCollectionQuerySet,
    PublishedGenreQuerySet,
    PublishedSeasonQuerySet,
    PublishedTitleQuerySet,
)
from streamapi.ids import MAX_LENGTH


class Snapshot(models.Model):
    """A title as it was when someone published it, in all languages; never changed."""

    title = models.ForeignKey(Title, models.CASCADE, related_name="snapshots")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    fingerprint = models.CharField(max_length=32)
    findings = models.JSONField(default=list)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["title", "number"], name="snapshot_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.number}"


def _of_title(related_name: str, *, db_index: bool = False) -> Any:
    """The title that a row was made from.

    Rows are made by the thousand under a lock on the title, so the database need not
    look each one up again; deleting a title deletes them through Django.
    """
    return models.ForeignKey(
        Title,
        models.CASCADE,
        related_name=related_name,
        db_constraint=False,
        db_index=db_index,
    )


def _borrowed() -> Any:
    """Paths in the documents to what is not of their language: ``catalog.tellings``."""
    return ArrayField(models.TextField(), default=list)


class PublishedTitle(models.Model):
    """A title in one language, as devices get it.

    ``card`` and ``document`` are finished JSON texts: a list joins cards, it does not
    render them. The ``by_*`` columns are sort keys that end in the title's number, so
    each is unique within a language and a page boundary is one comparison on one index.
    """

    title = _of_title("published")
    language = LanguageField()
    public_id = models.CharField(max_length=MAX_LENGTH)
    slug = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=500)
    year = models.PositiveSmallIntegerField(null=True)
    min_age = models.PositiveSmallIntegerField()
    windowed = models.BooleanField()
    genres = ArrayField(models.CharField(max_length=60))
    languages = ArrayField(LanguageField())
    keywords = ArrayField(models.CharField(max_length=80), default=list)
    studios = ArrayField(models.CharField(max_length=80), default=list)
    packages = ArrayField(models.CharField(max_length=60))
    by_popularity = models.BigIntegerField()
    by_release = models.BigIntegerField()
    by_addition = models.BigIntegerField()
    by_name = models.CharField(max_length=120, db_collation="C")
    folded = models.TextField(db_collation="C")
    phrases = ArrayField(
        models.TextField(),
        default=list,
        help_text="Folded names of keywords and studios: found by, not called.",
    )
    borrowed = _borrowed()
    card = models.TextField()
    document = models.TextField()

    objects = PublishedTitleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["title", "language"], name="published_title_once"
            ),
            models.UniqueConstraint(
                fields=["public_id", "language"], name="published_id_once"
            ),
            models.UniqueConstraint(
                fields=["slug", "language"], name="published_slug_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["language", "-by_popularity"], name="published_by_popularity"
            ),
            models.Index(
                fields=["language", "-by_release"], name="published_by_release"
            ),
            models.Index(
                fields=["language", "-by_addition"], name="published_by_addition"
            ),
            models.Index(fields=["language", "by_name"], name="published_by_name"),
            models.Index(
                fields=["language", "kind", "-by_popularity"],
                name="published_kind_popularity",
            ),
            GinIndex(Lexemes("folded"), name="published_title_lexemes"),
            GinIndex(fields=["genres"], name="published_genres"),
            GinIndex(fields=["languages"], name="published_languages"),
            GinIndex(fields=["keywords"], name="published_keywords"),
            GinIndex(fields=["studios"], name="published_studios"),
            GinIndex(fields=["phrases"], name="published_phrases"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class PublishedSeason(models.Model):
    """A season in one language, with all its episodes."""

    title = _of_title("published_seasons")
    language = LanguageField()
    number = models.PositiveSmallIntegerField()
    borrowed = _borrowed()
    document = models.TextField()

    objects = PublishedSeasonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["title", "number", "language"], name="published_season_once"
            )
        ]

    def __str__(self) -> str:
        return f"season {self.number} ({self.language})"


class PublishedEpisode(models.Model):
    """That an episode is published, and where it belongs."""

    title = _of_title("published_episodes", db_index=True)
    public_id = models.CharField(max_length=MAX_LENGTH, unique=True)
    season_number = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return self.public_id


class PublishedEpisodeCard(models.Model):
    """An episode in one language, and its place in each order that there is."""

    title = _of_title("published_episode_cards")
    language = LanguageField()
    season_number = models.PositiveSmallIntegerField()
    by_season = models.PositiveIntegerField()
    by_watching = models.PositiveIntegerField()
    by_absolute = models.PositiveIntegerField()
    borrowed = _borrowed()
    document = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["title", "language", "by_season"], name="episode_card_once"
            )
        ]

    def __str__(self) -> str:
        return f"episode {self.by_season} ({self.language})"


class PublishedCredit(models.Model):
    """That a person has a part in a published title."""

    title = _of_title("published_credits", db_index=True)
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="published_credits", db_constraint=False
    )
    role = models.CharField(max_length=20)
    character = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"


class PublishedPerson(models.Model):
    """A person in one language, as devices get it."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="published")
    language = LanguageField()
    public_id = models.CharField(max_length=MAX_LENGTH)
    folded = models.TextField(db_collation="C")
    borrowed = _borrowed()
    card = models.TextField()
    document = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["public_id", "language"], name="published_person_once"
            )
        ]
        indexes = [GinIndex(Lexemes("folded"), name="published_person_lexemes")]

    def __str__(self) -> str:
        return f"{self.public_id} ({self.language})"


class PublishedGenre(models.Model):
    """A genre in one language, as devices get it."""

    genre = models.ForeignKey(Genre, models.CASCADE, related_name="published")
    language = LanguageField()
    slug = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    borrowed = _borrowed()
    position = models.PositiveIntegerField()

    objects = PublishedGenreQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["genre", "language"], name="published_genre_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class PublishedGenreItem(models.Model):
    """That a genre has a published title, and what decides whether it may be shown.

    Few genres have many titles: whether one has any to show is found at its first row,
    not by counting what the index of titles knows of it.
    """

    title = _of_title("published_genre_items", db_index=True)
    slug = models.CharField(max_length=60)
    min_age = models.PositiveSmallIntegerField()
    windowed = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(fields=["slug", "min_age"], name="published_genre_item_by_age")
        ]

    def __str__(self) -> str:
        return f"{self.slug}: {self.title_id}"


class PublishedCollection(models.Model):
    """A collection in one language, as devices get it."""

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="published")
    language = LanguageField()
    public_id = models.CharField(max_length=MAX_LENGTH)
    slug = models.CharField(max_length=120)
    by_name = models.CharField(max_length=120, db_collation="C")
    folded = models.TextField(db_collation="C")
    borrowed = _borrowed()
    card = models.TextField()
    document = models.TextField()

    objects = PublishedCollectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["public_id", "language"], name="published_collection_once"
            ),
            models.UniqueConstraint(
                fields=["slug", "language"], name="published_collection_slug_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["language", "by_name"], name="published_collection_by_name"
            ),
            GinIndex(Lexemes("folded"), name="published_collection_lexemes"),
        ]

    def __str__(self) -> str:
        return f"{self.slug} ({self.language})"


class PublishedCollectionItem(models.Model):
    """That a published collection has a title, and where."""

    collection = models.ForeignKey(
        Collection, models.CASCADE, related_name="published_items", db_constraint=False
    )
    title = _of_title("published_collection_items", db_index=True)
    position = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.position}: {self.title_id}"
