"""Movies and series as editors write them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from catalog.models.base import (
    ExternalIdBase,
    LanguageField,
    PublicIdField,
    Translation,
    country_code,
    words_of,
)
from catalog.models.genres import Genre
from catalog.models.labels import Keyword, Studio
from catalog.querysets import TitleQuerySet
from streamapi.ids import new_id


def title_id() -> str:
    """A fresh public id of a title."""
    return new_id("ti")


class Kind(models.TextChoices):
    """What a title is; devices ignore kinds that they do not know."""

    MOVIE = "movie"
    SERIES = "series"


class Status(models.TextChoices):
    """Where a title is on its way to devices."""

    DRAFT = "draft"
    IN_REVIEW = "in_review", "in review"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    ARCHIVED = "archived"


class Title(models.Model):
    """A movie or a series. Devices see the snapshot last published, not this row."""

    public_id = PublicIdField(default=title_id)
    slug = models.SlugField(max_length=200, unique=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MOVIE)
    original_name = models.CharField(max_length=500)
    original_language = LanguageField(default="en")
    languages = ArrayField(
        LanguageField(),
        default=list,
        blank=True,
        help_text="Languages spoken in it, for titles whose video is not here yet.",
    )
    year = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1870), MaxValueValidator(2200)],
    )
    released_on = models.DateField(null=True, blank=True)
    runtime_s = models.PositiveIntegerField(
        null=True, blank=True, help_text="Announced running time, in seconds."
    )
    popularity = models.PositiveIntegerField(default=0, editable=False)
    genres = models.ManyToManyField(Genre, blank=True, related_name="titles")
    keywords = models.ManyToManyField(Keyword, blank=True, related_name="titles")
    studios = models.ManyToManyField(Studio, blank=True, related_name="titles")
    packages = models.ManyToManyField(
        "accounts.Package",
        blank=True,
        related_name="titles",
        help_text="Any one of them gives access; none means free for everyone.",
    )
    status = models.CharField(
        max_length=12, choices=Status, default=Status.DRAFT, editable=False
    )
    publish_at = models.DateTimeField(
        "publish by itself at",
        null=True,
        blank=True,
        db_index=True,
        help_text="As it stands at that moment. Empty: only when someone publishes it.",
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    first_published_at = models.DateTimeField(null=True, blank=True, editable=False)
    live_snapshot = models.ForeignKey(
        "catalog.Snapshot",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TitleQuerySet.as_manager()

    class Meta:
        permissions = [("publish_title", "Can change what devices see of a title")]
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="title_by_change"),
            models.Index(fields=["status", "-updated_at"], name="title_by_status"),
            models.Index(fields=["original_name"], name="title_by_original_name"),
            models.Index(fields=["year"], name="title_by_year"),
            words_of("original_name", "title_original_words"),
        ]

    def __str__(self) -> str:
        return (
            f"{self.original_name} ({self.year})" if self.year else self.original_name
        )

    @property
    def edited_since_publish(self) -> bool:
        """Whether devices see something older than what stands here."""
        return (
            self.status == Status.PUBLISHED
            and self.published_at is not None
            and self.updated_at > self.published_at
        )


class TitleTranslation(Translation):
    """The words of a title in one language."""

    title = models.ForeignKey(Title, models.CASCADE, related_name="translations")
    name = models.CharField(max_length=500)
    tagline = models.CharField(max_length=300, blank=True)
    synopsis = models.TextField(max_length=10_000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["title", "language"], name="title_language_once"
            )
        ]
        indexes = [words_of("name", "title_name_words")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class ExternalId(ExternalIdBase):
    """A title in someone else's system."""

    title = models.ForeignKey(Title, models.CASCADE, related_name="external_ids")
    fingerprint = models.CharField(
        max_length=32,
        blank=True,
        editable=False,
        help_text="Of the record last imported under this id.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "value"], name="title_external_id_once"
            )
        ]
        indexes = [models.Index(fields=["value"], name="title_external_value")]


class MaturityRating(models.Model):
    """What a board decided, compared by age and never by its letters."""

    title = models.ForeignKey(Title, models.CASCADE, related_name="ratings")
    system = models.SlugField(max_length=40, help_text="mpa, us-tv, bbfc, fsk, ...")
    value = models.CharField(max_length=20, help_text="As the board writes it: PG-13.")
    country = models.CharField(max_length=2, blank=True, validators=[country_code])
    min_age = models.PositiveSmallIntegerField(validators=[MaxValueValidator(21)])
    descriptors = ArrayField(models.CharField(max_length=60), default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["title", "system", "country"], name="rating_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.value} ({self.system})"
