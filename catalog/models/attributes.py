"""Facts that an operator defines: a row for each attribute, no migration."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models

from catalog.models.titles import Kind, Title


class AttributeDefinition(models.Model):
    """What an attribute is called, and which values it takes."""

    class Type(models.TextChoices):
        """What a value is."""

        TEXT = "text"
        NUMBER = "number"
        BOOLEAN = "boolean", "yes or no"
        DATE = "date"
        CHOICE = "choice"

    code = models.SlugField(
        max_length=60, unique=True, help_text="What devices know it by; keep it."
    )
    name = models.CharField(max_length=100)
    type = models.CharField(max_length=10, choices=Type)
    choices = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        help_text="The values of a choice, separated by commas.",
    )
    kind = models.CharField(
        max_length=10,
        choices=Kind,
        blank=True,
        help_text="Only titles of this kind have it; empty: all.",
    )
    required = models.BooleanField(
        default=False, help_text="A title without it is not published."
    )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A choice needs values, and nothing else has any."""
        if (self.type == self.Type.CHOICE) != bool(self.choices):
            raise ValidationError(
                {"choices": "A choice has values; no other type has any."}
            )


class AttributeValue(models.Model):
    """The value of an attribute of a title: text, number, boolean, or a date as text."""

    title = models.ForeignKey(Title, models.CASCADE, related_name="attributes")
    definition = models.ForeignKey(
        AttributeDefinition, models.PROTECT, related_name="values"
    )
    value = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["title", "definition"], name="attribute_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.definition_id}: {self.value}"
