"""The names of what is on, kept up to date by whoever writes the guide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson
from django.db import connection, transaction

from catalog.bulk import read_batches
from catalog.searching import fold_names
from channels.models import Programme

_BATCH: Final = 2_000
_UNKNOWN: Final = """
SELECT DISTINCT ON (series_key) series_key, title, translations FROM {rows}
WHERE NOT is_filler AND series_key <> '' AND NOT EXISTS (
    SELECT FROM channels_seriesname n WHERE n.series_key = known.series_key)
ORDER BY series_key
"""
_IMPORTED: Final = """
(SELECT s.* FROM epg_diff d JOIN epg_stage s USING (seq) WHERE d.kind <> 'removed') known
"""
_ADD: Final = """
INSERT INTO channels_seriesname (series_key, title, folded)
SELECT * FROM json_to_recordset(%s) n (series_key text, title text, folded text)
ON CONFLICT DO NOTHING
"""
_FORGOTTEN: Final = """
DELETE FROM channels_seriesname n WHERE NOT EXISTS (
    SELECT FROM channels_programme p WHERE p.series_key = n.series_key)
"""


def keep_imported() -> None:
    """Keep the names that the import of this transaction brought."""
    _keep(_IMPORTED)


def keep(programme: Programme) -> None:
    """Keep the names of one programme, that an editor wrote."""
    translations = orjson.dumps(programme.translations).decode()
    _add([(programme.series_key, programme.title, translations)])


def keep_all() -> None:
    """Keep the names of the whole guide, for whoever wrote it without an import."""
    _keep("channels_programme known")


def forget_unused() -> None:
    """Forget names under which nothing is on any more."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGOTTEN)


@transaction.atomic
def _keep(rows: str) -> None:
    for found in read_batches(_UNKNOWN.format(rows=rows), size=_BATCH):
        _add(found)


def _add(found: Sequence[tuple[Any, ...]]) -> None:
    """Add the names of series: of each its key, its title and the translations."""
    names = [
        {"series_key": key, "title": title, "folded": _folded(title, translations)}
        for key, title, translations in found
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [orjson.dumps(names).decode()])


def _folded(title: str, translations: str) -> str:
    words = orjson.loads(translations).values()
    return fold_names([title, *(own["title"] for own in words if own.get("title"))])
