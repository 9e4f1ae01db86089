"""Collections: titles that belong together, in the order in which to watch them."""

from __future__ import annotations

from django.db import models

from catalog.models.base import PublicIdField, Translation
from catalog.models.titles import Title
from streamapi.ids import new_id


def collection_id() -> str:
    """A fresh public id of a collection."""
    return new_id("co")


class Collection(models.Model):
    """A franchise or another set of titles; devices see what was last published."""

    public_id = PublicIdField(default=collection_id)
    slug = models.SlugField(max_length=120, unique=True)
    titles: models.ManyToManyField[Title, CollectionItem] = models.ManyToManyField(
        Title, through="CollectionItem", related_name="collections"
    )
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.slug


class CollectionTranslation(Translation):
    """The words of a collection in one language."""

    collection = models.ForeignKey(
        Collection, models.CASCADE, related_name="translations"
    )
    name = models.CharField(max_length=200)
    synopsis = models.TextField(max_length=10_000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "language"], name="collection_language_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class CollectionItem(models.Model):
    """That a title is in a collection, and where."""

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="items")
    title = models.ForeignKey(Title, models.CASCADE, related_name="collection_items")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "title"], name="collection_item_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.title_id}"
