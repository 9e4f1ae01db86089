"""Brings people to devices: once with their first title, later when an editor says."""

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
    spelling,
)
from catalog.bulk import copy_into, delete_rows
from catalog.models import Person, PersonTranslation, PublishedPerson

_FIELDS: Final = (
    *("person", "language", "public_id", "folded"),
    *("borrowed", "card", "document"),
)


@transaction.atomic
def publish(person_pks: Sequence[int]) -> None:
    """Show people as they are now."""
    delete_rows(PublishedPerson, "person", person_pks)
    rows = list(_rows(person_pks))
    copy_into(PublishedPerson, _FIELDS, rows)
    spelling.learn(row[_FIELDS.index("folded")] for row in rows)
    cache_keys.purge_people(person_pks)


def publish_missing(person_pks: Sequence[int]) -> None:
    """Show those people that devices do not know yet."""
    known = set(
        PublishedPerson.objects.filter(
            person_id__in=person_pks, language=languages.default_language()
        ).values_list("person_id", flat=True)
    )
    missing = [pk for pk in person_pks if pk not in known]
    if missing:
        publish(missing)


def _rows(person_pks: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    pictures = content.pictures_of_people(person_pks)
    files = {one["file"] for several in pictures.values() for one in several}
    render = documents.once_each(renditions.of_files(files))
    biographies: dict[int, dict[str, dict[str, str]]] = {}
    for translation in PersonTranslation.objects.filter(person_id__in=person_pks):
        words = {"biography": translation.biography}
        biographies.setdefault(translation.person_id, {})[translation.language] = words
    for person in Person.objects.filter(pk__in=person_pks):
        for language in settings.CONTENT_LANGUAGES:
            default = languages.default_language()
            chain = languages.chain(language, default, default)
            lives = biographies.get(person.pk, {})
            portraits = pictures.get(person.pk, [])
            texts = languages.best(lives, chain)
            borrowed = [
                *languages.borrowed(lives, language),
                *documents.borrowed_images(portraits, language),
            ]
            card = {
                "id": person.public_id,
                "name": person.name,
                "images": documents.images(portraits, chain, render),
            }
            document = {
                **card,
                "biography": texts.get("biography", ""),
                "born_on": person.born_on,
                "died_on": person.died_on,
            }
            yield (
                person.pk,
                language,
                person.public_id,
                searching.fold(person.name),
                borrowed,
                orjson.dumps(card).decode(),
                orjson.dumps(document).decode(),
            )
