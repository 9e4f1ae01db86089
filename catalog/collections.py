"""Brings collections to devices: with their first title, later when an editor says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson
from django.conf import settings
from django.db import transaction

from catalog import (
    cache_keys,
    content,
    documents,
    languages,
    renditions,
    searching,
    sorting,
    spelling,
)
from catalog.bulk import copy_into, delete_rows
from catalog.models import (
    Collection,
    CollectionItem,
    CollectionTranslation,
    PublishedCollection,
    PublishedCollectionItem,
)

_FIELDS: Final = (
    *("collection", "language", "public_id", "slug"),
    *("by_name", "folded", "borrowed", "card", "document"),
)


@transaction.atomic
def publish(collection_pks: Sequence[int]) -> None:
    """Show collections, and which titles they have in which order, as they are now."""
    before = _titles(PublishedCollectionItem, collection_pks)
    withdraw_rows(collection_pks)
    rows = list(_rows(collection_pks))
    copy_into(PublishedCollection, _FIELDS, rows)
    spelling.learn(row[_FIELDS.index("folded")] for row in rows)
    items = CollectionItem.objects.filter(collection_id__in=collection_pks)
    copy_into(
        PublishedCollectionItem,
        ("collection", "title", "position"),
        items.values_list("collection_id", "title_id", "position"),
    )
    after = _titles(PublishedCollectionItem, collection_pks)
    cache_keys.purge_collections(collection_pks, before | after)


def publish_missing(title_pks: Sequence[int]) -> None:
    """Show those collections of these titles that devices do not know yet."""
    items = CollectionItem.objects.filter(title_id__in=title_pks)
    shown = PublishedCollection.objects.values("collection")
    missing = items.exclude(collection__in=shown).values_list("collection", flat=True)
    pks = sorted(set(missing))
    if pks:
        publish(pks)


@transaction.atomic
def withdraw(collection_pks: Sequence[int]) -> None:
    """Take collections from devices; their titles stay."""
    titles = _titles(PublishedCollectionItem, collection_pks)
    withdraw_rows(collection_pks)
    cache_keys.purge_collections(collection_pks, titles)


def withdraw_rows(collection_pks: Sequence[int]) -> None:
    """Delete what is published of these collections; the caller purges."""
    delete_rows(PublishedCollection, "collection", collection_pks)
    delete_rows(PublishedCollectionItem, "collection", collection_pks)


def _titles(model: Any, collection_pks: Sequence[int]) -> set[int]:
    rows = model.objects.filter(collection_id__in=collection_pks)
    return set(rows.values_list("title_id", flat=True))


def _rows(collection_pks: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    pictures = content.pictures_of_collections(collection_pks)
    files = {one["file"] for several in pictures.values() for one in several}
    render = documents.once_each(renditions.of_files(files))
    words = content.texts(CollectionTranslation, "collection_id", collection_pks)
    default = languages.default_language()
    for collection in Collection.objects.filter(pk__in=collection_pks):
        texts = words.get(collection.pk, {})
        folded = searching.fold_names(one["name"] for one in texts.values())
        for language in settings.CONTENT_LANGUAGES:
            chain = languages.chain(language, default, default)
            best = languages.best(texts, chain)
            name = best.get("name", collection.slug)
            shown = pictures.get(collection.pk, [])
            borrowed = [
                *languages.borrowed(texts, language),
                *documents.borrowed_images(shown, language),
            ]
            card = {
                "id": collection.public_id,
                "slug": collection.slug,
                "name": name,
                "images": documents.images(shown, chain, render),
            }
            document = {**card, "synopsis": best.get("synopsis", "")}
            yield (
                collection.pk,
                language,
                collection.public_id,
                collection.slug,
                sorting.by_name(name, best.get("language", default), collection.pk),
                folded or searching.fold(name),
                borrowed,
                orjson.dumps(card).decode(),
                orjson.dumps(document).decode(),
            )
