"""Which published titles have a name: for whoever knows a work by its name alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from catalog.models.titles import Kind
from catalog.searching import fold_names

_CALLED: Final = """
SELECT DISTINCT folded_name, t.title_id, t.public_id, t.kind, t.year
FROM catalog_publishedtitle t,
     unnest(string_to_array(t.folded, ' | ')) folded_name
WHERE folded_name = ANY(%s)
ORDER BY folded_name, t.title_id
"""
_EPISODES: Final = """
SELECT DISTINCT t.public_id, e.season_number, e.number, e.public_id
FROM catalog_publishedepisode e JOIN catalog_publishedtitle t USING (title_id)
WHERE t.public_id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Named:
    """A published title, as far as a name can be mistaken for it."""

    public_id: str
    kind: str
    year: int | None
    episodes: Mapping[tuple[int, int], str]


def folded(name: str) -> str:
    """The form in which names are compared."""
    return fold_names([name])


def called(names: Collection[str]) -> Mapping[str, Sequence[Named]]:
    """The titles that have one of these folded names, in any language; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_CALLED, [list(names)])
        rows = cursor.fetchall()
    series = {public_id for _, _, public_id, kind, _ in rows if kind == Kind.SERIES}
    episodes = episodes_of(series)
    found: dict[str, list[Named]] = defaultdict(list)
    for name, _, public_id, kind, year in rows:
        found[name].append(Named(public_id, kind, year, episodes.get(public_id, {})))
    return found


def episodes_of(
    series: Collection[str],
) -> Mapping[str, Mapping[tuple[int, int], str]]:
    """The published episodes of series, by season and number; one query if any."""
    found: dict[str, dict[tuple[int, int], str]] = defaultdict(dict)
    if series:
        with connection.cursor() as cursor:
            cursor.execute(_EPISODES, [list(series)])
            for title, season, number, public_id in cursor.fetchall():
                found[title][season, number] = public_id
    return found
