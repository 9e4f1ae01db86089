"""A model without a table: it gives the status page its place and its permissions."""

from __future__ import annotations

from django.db import models


class CachedAnswers(models.Model):
    """What the response cache holds."""

    class Meta:
        managed = False
        default_permissions = ("view",)
        permissions = (("purge_cachedanswers", "Can purge cached answers"),)
        verbose_name = "cached answers"
        verbose_name_plural = "cached answers"

    def __str__(self) -> str:
        return "cached answers"
