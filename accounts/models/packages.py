"""What is sold: a package is a bundle of content that content itself points to."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.querysets import PackageQuerySet


class Package(models.Model):
    """A name for a set of content; content that is in no package is free for all.

    So the last package of something cannot be deleted, here or in a set.
    """

    code = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)

    objects = PackageQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        """Delete it; raises ``ProtectedError`` where that would open something."""
        Package.objects.filter(pk=self.pk).refuse_to_open()
        return super().delete(*args, **options)
