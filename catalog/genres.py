"""Brings genres to devices: once with their first title, later when an editor says."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.conf import settings
from django.db import transaction

from catalog import cache_keys, documents, languages
from catalog.bulk import copy_into
from catalog.content import GenreContent
from catalog.models import Genre, PublishedGenre


@transaction.atomic
def publish(slugs: Collection[str]) -> None:
    """Show genres as they are now."""
    found = list(Genre.objects.filter(slug__in=slugs).prefetch_related("translations"))
    PublishedGenre.objects.filter(genre__in=found).delete()
    copy_into(
        PublishedGenre,
        ("genre", "language", "slug", "name", "borrowed", "position"),
        (row for genre in found for row in _rows(genre)),
    )
    cache_keys.purge_genres()


def publish_missing(slugs: Collection[str]) -> None:
    """Show those genres that devices do not know yet."""
    known = PublishedGenre.objects.filter(
        language=languages.default_language()
    ).values_list("slug", flat=True)
    missing = set(slugs).difference(known)
    if missing:
        publish(missing)


def _rows(genre: Genre) -> Iterator[tuple[Any, ...]]:
    names = {one.language: one.name for one in genre.translations.all()}
    default = languages.default_language()
    for language in settings.CONTENT_LANGUAGES:
        chain = languages.chain(language, default, default)
        name = documents.genre_name(GenreContent(slug=genre.slug, names=names), chain)
        borrowed = documents.borrowed_name(names, language)
        yield genre.pk, language, genre.slug, name, borrowed, genre.position
