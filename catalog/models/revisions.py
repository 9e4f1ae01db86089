"""How a title stood each time that somebody saved it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from catalog.models.titles import Title


class Revision(models.Model):
    """The editing rows of a title, all parts, at one of its versions.

    ``rows`` holds a list of rows for each part: see ``catalog.revisions``.
    """

    title = models.ForeignKey(
        Title, models.CASCADE, related_name="revisions", db_index=False
    )
    number = models.PositiveIntegerField(help_text="The version of the title.")
    rows = models.JSONField()
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["title", "number"], name="revision_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.number}"
