"""Shows the smaller versions of pictures in what is published of people and collections.

Titles are written anew from their snapshots. These have none: writing them anew would
show edits that wait, so only what is said of the pictures changes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import orjson
from django.core.files.storage import default_storage
from django.db import transaction

from catalog import cache_keys, documents, renditions
from catalog.models import (
    Artwork,
    PublishedCollection,
    PublishedCollectionItem,
    PublishedPerson,
    RenderedPicture,
)

Versions = Mapping[str, RenderedPicture]


@transaction.atomic
def show(files: Collection[str]) -> None:
    """Name the versions of these files wherever a person or a collection shows them."""
    made = renditions.of_files(files)
    by_url = {default_storage.url(file): row for file, row in made.items()}
    artwork = Artwork.objects.filter(image__in=files)
    people = _renew(
        PublishedPerson.objects.filter(person__in=artwork.values("person")), by_url
    )
    cache_keys.purge_people({row.person_id for row in people})
    shown = _renew(
        PublishedCollection.objects.filter(collection__in=artwork.values("collection")),
        by_url,
    )
    pks = {row.collection_id for row in shown}
    items = PublishedCollectionItem.objects.filter(collection__in=pks)
    if pks:
        cache_keys.purge_collections(pks, items.values_list("title_id", flat=True))


def _renew(rows: Any, by_url: Versions) -> list[Any]:
    found = list(rows.select_for_update().order_by("pk"))
    for row in found:
        row.card = _with_versions(row.card, by_url)
        row.document = _with_versions(row.document, by_url)
    rows.model.objects.bulk_update(found, ["card", "document"], batch_size=500)
    return found


def _with_versions(text: str, by_url: Versions) -> str:
    document = orjson.loads(text)
    for image in document["images"]:
        if image["url"] in by_url:
            image.update(documents.versions(by_url[image["url"]]))
    return orjson.dumps(document).decode()
