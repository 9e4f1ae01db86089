"""Channels as plain rows: what a card shows, in one statement without model instances.

A page of the guide is read cold by every device at the same moment; half of its time went
into making models of channels. The names are those of ``placed(...).for_card()``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson

from channels.models import Channel, Lineup
from streamapi.clients import Variant
from streamapi.postgresql.statements import read

_COLUMNS: Final = """
SELECT c.id, c.public_id, c.slug, c.name, c.kind,
       {place} AS place, {major}, {minor},
       g.slug, g.name, g.translations, c.languages,
       c.logo, c.logo_width, c.logo_height, c.logo_url,
       ARRAY(SELECT p.code FROM channels_channel_packages cp
             JOIN accounts_package p ON p.id = cp.package_id
             WHERE cp.channel_id = c.id ORDER BY p.code),
       c.min_age, c.unrated_age, c.can_pause, c.can_start_over, c.can_record,
       c.catchup_hours
FROM channels_channel c LEFT JOIN channels_channelgroup g ON g.id = c.group_id
"""
_OWN: Final = {"place": "c.sort_number", "major": "c.number_major",
               "minor": "c.number_minor"}  # fmt: skip
_LINEUP: Final = {"place": "e.sort_number", "major": "e.number_major",
                  "minor": "e.number_minor"}  # fmt: skip
_ENTRIES: Final = (
    " JOIN channels_lineupentry e ON e.channel_id = c.id AND e.lineup_id = %(lineup)s"
)
_VISIBLE: Final = """
WHERE c.is_active AND c.min_age <= %(maturity)s
  AND (c.territories = '{{}}' OR c.territories @> ARRAY[%(territory)s]::varchar[])
"""
_GROUP: Final = " AND g.slug = %(group)s"
_AFTER: Final = " AND ({place}, c.id) > (%(after_place)s, %(after_pk)s)"
_ORDER: Final = " ORDER BY place, c.id LIMIT %(limit)s"

_CALLED: Final = """ AND word_similarity(%(text)s, lower(c.name)) >= %(likeness)s
ORDER BY word_similarity(%(text)s, lower(c.name)) DESC, place, c.id LIMIT %(limit)s
"""
_NAMED_LINEUP: Final = "SELECT id, slug FROM channels_lineup WHERE slug = %s"
_REGIONAL_LINEUP: Final = """
SELECT id, slug FROM channels_lineup
WHERE territories @> ARRAY[%s]::varchar[] ORDER BY slug LIMIT 1
"""


class LineupRow(NamedTuple):
    """A line-up, as far as its channels depend on it."""

    pk: int
    slug: str


class GroupRow(NamedTuple):
    """A heading of the guide."""

    slug: str
    name: str
    translations: Mapping[str, str]


class ChannelRow(NamedTuple):
    """A channel at its place in a line-up."""

    pk: int
    public_id: str
    slug: str
    name: str
    kind: str
    place: int
    major: int | None
    minor: int | None
    group: GroupRow | None
    languages: list[str]
    logo: str
    logo_width: int | None
    logo_height: int | None
    logo_url: str
    package_codes: list[str]
    min_age: int
    unrated_age: int
    can_pause: bool
    can_start_over: bool
    can_record: bool
    catchup_hours: int


def load(
    variant: Variant,
    *,
    lineup_pk: int | None,
    group: str = "",
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[ChannelRow]:
    """The visible channels of a line-up, or all, from a place on; one query."""
    parts = [
        _COLUMNS,
        _ENTRIES if lineup_pk else "",
        _VISIBLE,
        _GROUP if group else "",
        _AFTER if after else "",
        _ORDER,
    ]
    statement = "".join(parts).format(**(_LINEUP if lineup_pk else _OWN))
    place, pk = after or (None, None)
    values: dict[str, Any] = {
        "maturity": variant.maturity,
        "territory": variant.territory,
        "lineup": lineup_pk,
        "group": group,
        "after_place": place,
        "after_pk": pk,
        "limit": limit,
    }
    rows = read(Channel, statement, values)
    return [_row(row) for row in rows]


def called(
    text: str, variant: Variant, *, likeness: float, limit: int
) -> list[ChannelRow]:
    """The visible channels whose names are like a text, the nearest first; one query."""
    statement = f"{_COLUMNS}{_VISIBLE}{_CALLED}".format(**_OWN)
    values: dict[str, Any] = {
        "maturity": variant.maturity,
        "territory": variant.territory,
        "text": text,
        "likeness": likeness,
        "limit": limit,
    }
    return [_row(row) for row in read(Channel, statement, values)]


def lineup(slug: str, territory: str) -> LineupRow | None:
    """The line-up of that name, or without a name that of the territory; one query."""
    if slug:
        rows = read(Lineup, _NAMED_LINEUP, [slug])
    else:
        rows = read(Lineup, _REGIONAL_LINEUP, [territory])
    return LineupRow._make(rows[0]) if rows else None


def _row(row: tuple[Any, ...]) -> ChannelRow:
    slug, name, translations = row[8:11]
    group = None
    if slug is not None:
        group = GroupRow(slug, name, orjson.loads(translations))
    return ChannelRow._make((*row[:8], group, *row[11:]))
