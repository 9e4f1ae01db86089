"""Collections, keywords and studios of the demo's titles, and what is related to what."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson
from django.utils.text import slugify

from catalog import related, tasks
from catalog.models import (
    Collection,
    CollectionItem,
    CollectionTranslation,
    Keyword,
    KeywordTranslation,
    Studio,
    Title,
)
from streamapi.demo import content
from streamapi.demo.content import DemoTitle
from streamapi.demo.seeding import Seeding

_GROUPS: Final[dict[str, Any]] = orjson.loads(
    (Path(__file__).parent / "data" / "groups.json").read_bytes()
)


def write(rows: Mapping[str, Title]) -> None:
    """Group titles that are not published yet; they reach devices with them."""
    for title in content.titles():
        if title.slug in rows:
            _label(rows[title.slug], title)
    for group in _GROUPS["collections"]:
        _collect(group, rows)


def finish(seeding: Seeding) -> None:
    """Work out what is related now; have the smaller pictures made in the background."""
    tasks.render_pictures.enqueue()
    if seeding.synthetic_titles:
        return  # so many are for the worker, or for a measurement of its own
    progress = seeding.progress("Related titles", 1)
    count = related.relate(now=seeding.now)
    progress.end(f"of {count} titles")


def _label(row: Title, title: DemoTitle) -> None:
    names = _GROUPS["keywords"].get(title.art.scene)
    if names:
        keyword, new = Keyword.objects.get_or_create(slug=slugify(names["en"]))
        if new:
            KeywordTranslation.objects.bulk_create(
                KeywordTranslation(keyword=keyword, language=language, name=name)
                for language, name in names.items()
            )
        row.keywords.add(keyword)
    name = _GROUPS["studios"].get(title.country, _GROUPS["studios"][""])
    studio, _ = Studio.objects.get_or_create(
        slug=slugify(name), defaults={"name": name}
    )
    row.studios.add(studio)


def _collect(group: Mapping[str, Any], rows: Mapping[str, Title]) -> None:
    members = [rows[slug] for slug in group["titles"] if slug in rows]
    if not members:
        return
    collection, new = Collection.objects.get_or_create(slug=group["slug"])
    if new:
        CollectionTranslation.objects.bulk_create(
            CollectionTranslation(
                collection=collection,
                language=language,
                name=name,
                synopsis=group["synopses"][language],
            )
            for language, name in group["names"].items()
        )
    CollectionItem.objects.bulk_create(
        CollectionItem(
            collection=collection,
            title=title,
            position=group["titles"].index(title.slug),
        )
        for title in members
    )
