"""What is sold: a package is a bundle of content that content itself points to."""

from __future__ import annotations

from django.db import models


class Package(models.Model):
    """A name for a set of content; content that is in no package is free for all."""

    code = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name
