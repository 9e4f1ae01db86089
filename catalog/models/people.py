"""People, and what they did in a title."""

from __future__ import annotations

from django.db import models

from catalog.models.base import ExternalIdBase, PublicIdField, Translation, words_of
from catalog.models.titles import Title
from streamapi.ids import new_id


def person_id() -> str:
    """A fresh public id of a person."""
    return new_id("pe")


class Person(models.Model):
    """Someone in front of or behind the camera."""

    public_id = PublicIdField(default=person_id)
    name = models.CharField(max_length=200, db_index=True)
    born_on = models.DateField(null=True, blank=True)
    died_on = models.DateField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "people"
        indexes = [words_of("name", "person_name_words")]

    def __str__(self) -> str:
        return self.name


class PersonTranslation(Translation):
    """A biography in one language."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="translations")
    biography = models.TextField(max_length=10_000)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "language"], name="person_language_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.language)


class PersonExternalId(ExternalIdBase):
    """A person in someone else's system."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="external_ids")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "value"], name="person_external_id_once"
            )
        ]
        indexes = [models.Index(fields=["value"], name="person_external_value")]


class Credit(models.Model):
    """A person's part in a title, in the order of the credits."""

    class Role(models.TextChoices):
        """What someone did; devices ignore roles that they do not know."""

        ACTOR = "actor"
        DIRECTOR = "director"
        WRITER = "writer"
        CREATOR = "creator"
        PRODUCER = "producer"
        COMPOSER = "composer"
        CINEMATOGRAPHER = "cinematographer"
        EDITOR = "editor"
        PRESENTER = "presenter"
        VOICE = "voice"

    title = models.ForeignKey(Title, models.CASCADE, related_name="credits")
    person = models.ForeignKey(Person, models.PROTECT, related_name="credits")
    role = models.CharField(max_length=20, choices=Role, default=Role.ACTOR)
    character = models.CharField(max_length=200, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["title", "person", "role", "character"], name="credit_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"
