"""Pictures of titles, seasons, episodes and people."""

from __future__ import annotations

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from catalog.models.base import LanguageField, hex_colour
from catalog.models.collections import Collection
from catalog.models.people import Person
from catalog.models.series import Episode, Season
from catalog.models.titles import Title

OWNERS: Final = ("title", "season", "episode", "person", "collection")
_WITHIN_PICTURE: Final = (MinValueValidator(0.0), MaxValueValidator(1.0))


def _exactly_one_owner() -> Q:
    condition = Q()
    for owner in OWNERS:
        condition |= Q(**{f"{name}__isnull": name != owner for name in OWNERS})
    return condition


class Artwork(models.Model):
    """A picture with a role; it belongs to exactly one thing."""

    class Role(models.TextChoices):
        """What a picture is for; devices ignore roles that they do not know."""

        POSTER = "poster"
        BACKDROP = "backdrop"
        LOGO = "logo"
        STILL = "still"
        THUMBNAIL = "thumbnail"
        SQUARE = "square"
        TV_HERO = "tv_hero", "TV hero"
        PORTRAIT = "portrait"

    title = models.ForeignKey(
        Title, models.CASCADE, null=True, blank=True, related_name="artwork"
    )
    season = models.ForeignKey(
        Season, models.CASCADE, null=True, blank=True, related_name="artwork"
    )
    episode = models.ForeignKey(
        Episode, models.CASCADE, null=True, blank=True, related_name="artwork"
    )
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, related_name="artwork"
    )
    collection = models.ForeignKey(
        Collection, models.CASCADE, null=True, blank=True, related_name="artwork"
    )
    role = models.CharField(max_length=12, choices=Role)
    image = models.ImageField(upload_to="artwork/", max_length=200)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    language = LanguageField(
        blank=True, help_text="Of the words in the picture; empty when it has none."
    )
    alt = models.CharField("alternative text", max_length=300, blank=True)
    placeholder = models.CharField(
        max_length=7,
        blank=True,
        validators=[hex_colour],
        help_text="The colour to show while the picture loads.",
    )
    blurhash = models.CharField(max_length=60, blank=True, editable=False)
    focal_x = models.FloatField(default=0.5, validators=_WITHIN_PICTURE)
    focal_y = models.FloatField(default=0.5, validators=_WITHIN_PICTURE)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "artwork"
        constraints = [
            models.CheckConstraint(
                condition=_exactly_one_owner(), name="artwork_has_one_owner"
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.width}x{self.height}"


class RenderedPicture(models.Model):
    """The smaller versions of one file, made by a job: every width in every format.

    They belong to the file, not to one use of it; their names hold its hash and how
    they were made, so they may be cached for ever.
    """

    file = models.CharField(max_length=200, unique=True)
    folder = models.CharField(max_length=200, blank=True)
    widths = ArrayField(models.PositiveIntegerField(), default=list)
    formats = ArrayField(models.CharField(max_length=8), default=list)
    blurhash = models.CharField(max_length=60, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.file
