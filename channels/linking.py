"""Ties broadcasts to titles and episodes of the catalogue, by name, year and number.

What an editor decided counts first and always (:class:`~channels.models.LinkRule`). Of the
rest only what is likely enough is linked, with how likely it is; where two titles are as
likely, nothing is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

from catalog import naming
from catalog.bulk import read_batches
from catalog.models.titles import Kind
from catalog.naming import Named
from channels import cache_keys
from channels.models import LinkRule, Programme
from streamapi.responsecache import purge

LINK_FROM: Final = 75
"""Per cent; what is less likely is left to editors."""
_CERTAIN: Final = 100
_BATCH: Final = 10_000

_TITLES: Final = "SELECT DISTINCT title FROM {rows} WHERE NOT is_filler"
# A film says so by its category; feeds have no better way.
_FACTS: Final = r"""
SELECT DISTINCT series_key, title, season, episode, left(details->>'date', 4),
       lower(categories::text) ~ '\y(movie|film|spielfilm)s?\y'
FROM {rows}
WHERE NOT is_filler AND (title = ANY(%s) OR series_key = ANY(%s))
"""
_IMPORTED_SQL: Final = """
(SELECT s.* FROM epg_diff d JOIN epg_stage s USING (seq)
 WHERE d.kind IN ('added', 'changed')) imported
"""
_AHEAD_SQL: Final = """
(SELECT * FROM channels_programme WHERE ends_at > %s AND NOT is_linked_by_hand) ahead
"""
_CLEAR: Final = """
UPDATE channels_programme SET content_id = '', link_confidence = NULL
WHERE content_id <> '' AND ends_at > %s AND NOT is_linked_by_hand
  AND NOT (title = ANY(%s) OR series_key = ANY(%s))
RETURNING channel_id, to_char(starts_at, 'YYYY-MM-DD'),
          to_char(ends_at - interval '1 microsecond', 'YYYY-MM-DD')
"""
_LINK: Final = """
UPDATE channels_programme p
SET content_id = l.content_id, link_confidence = l.confidence
FROM unnest(%s::text[], %s::text[], %s::int[], %s::int[], %s::text[], %s::int[])
     l (series_key, title, season, episode, content_id, confidence)
WHERE p.series_key = l.series_key AND p.title = l.title
  AND p.season IS NOT DISTINCT FROM l.season
  AND p.episode IS NOT DISTINCT FROM l.episode
  AND NOT p.is_linked_by_hand
  AND (p.content_id, p.link_confidence) IS DISTINCT FROM (l.content_id, l.confidence)
RETURNING p.channel_id, to_char(p.starts_at, 'YYYY-MM-DD'),
          to_char(p.ends_at - interval '1 microsecond', 'YYYY-MM-DD')
"""


class Broadcast(NamedTuple):
    """What broadcasts of one work have in common."""

    series_key: str
    title: str
    season: int | None
    episode: int | None
    year: str | None
    is_film: bool


class Link(NamedTuple):
    """What a broadcast is in the catalogue, and how likely that is in per cent."""

    content_id: str
    confidence: int | None


class Rows(NamedTuple):
    """Programmes in SQL, with the values that it takes."""

    sql: str
    values: tuple[Any, ...] = ()


NOTHING: Final = Link("", None)
_IMPORTED: Final = Rows(_IMPORTED_SQL)
_ALL: Final = Rows("channels_programme")


@dataclass(frozen=True, slots=True)
class _Known:
    """What could be linked: titles of the catalogue, and what editors said."""

    titles: Mapping[str, Sequence[Named]]
    rules: Mapping[tuple[str, int | None, int | None], str]

    @classmethod
    def among(cls, rows: Rows) -> _Known:
        """What concerns some programmes; of their titles a batch at a time."""
        titles: dict[str, Sequence[Named]] = {}
        statement = _TITLES.format(rows=rows.sql)
        for batch in read_batches(statement, rows.values, size=_BATCH):
            folded = {title: naming.folded(title) for (title,) in batch}
            called = naming.called(set(folded.values()))
            titles |= {t: called[name] for t, name in folded.items() if name in called}
        rules = {
            (rule.series_key, rule.season, rule.episode): rule.content_id
            for rule in LinkRule.objects.all()
        }
        return cls(titles, rules)

    def arguments(self) -> list[list[str]]:
        """The titles and the series that it is about."""
        return [list(self.titles), [key for key, _, _ in self.rules]]


@transaction.atomic
def link_imported() -> int:
    """Link what the import of this transaction added or changed; how many rows."""
    return len(_purged(_link(_IMPORTED, _Known.among(_IMPORTED))))


@transaction.atomic
def link_ahead(now: datetime) -> int:
    """Link all that is still to come, and unlink what is no longer so called."""
    ahead = Rows(_AHEAD_SQL, (now,))
    known = _Known.among(ahead)
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR, [now, *known.arguments()])
        cleared = cursor.fetchall()
    return len(_purged([*cleared, *_link(ahead, known)]))


@transaction.atomic
def correct(programme: Programme, content_id: str) -> int:
    """An editor says what a programme is; so are all that are the same work.

    An episode of the catalogue, or nothing, is said of the episode; a title of the whole
    series, whose episodes are then found by their numbers.
    """
    whole = content_id.startswith("ti_")
    LinkRule.objects.update_or_create(
        series_key=programme.series_key,
        season=None if whole else programme.season,
        episode=None if whole else programme.episode,
        defaults={"content_id": content_id},
    )
    series = Programme.objects.filter(series_key=programme.series_key)
    titles = set(series.values_list("title", flat=True))
    names = {title: naming.folded(title) for title in titles}
    called = naming.called(set(names.values()))
    rules = LinkRule.objects.filter(series_key=programme.series_key)
    known = _Known(
        {title: called.get(name, ()) for title, name in names.items()},
        {(r.series_key, r.season, r.episode): r.content_id for r in rules},
    )
    return len(_purged(_link(_ALL, known)))


def _link(rows: Rows, known: _Known) -> list[tuple[int, str, str]]:
    """Write the links of some programmes; the channel-days of those that changed."""
    touched: list[tuple[int, str, str]] = []
    series = _chosen_series(known.rules)
    statement = _FACTS.format(rows=rows.sql)
    values = [*rows.values, *known.arguments()]
    for batch in read_batches(statement, values, size=_BATCH):
        found = []
        for row in batch:
            fact = Broadcast(*row)
            named = known.titles.get(fact.title, ())
            link = _by_rule(fact, known.rules, series) or best(fact, named)
            found.append((*fact[:4], *link))
        with connection.cursor() as cursor:
            cursor.execute(_LINK, [list(column) for column in zip(*found, strict=True)])
            touched += cursor.fetchall()
    return touched


def _purged(touched: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    days = {(channel, day) for channel, *both in touched for day in both}
    purge(cache_keys.channel_days(days))
    return touched


def _chosen_series(
    rules: Mapping[tuple[str, int | None, int | None], str],
) -> Mapping[str, Mapping[tuple[int, int], str]]:
    """The episodes of the titles that editors chose for whole series."""
    chosen = {
        content
        for (_, season, episode), content in rules.items()
        if season is None and episode is None and content
    }
    return naming.episodes_of(chosen)


def _by_rule(
    fact: Broadcast,
    rules: Mapping[tuple[str, int | None, int | None], str],
    series: Mapping[str, Mapping[tuple[int, int], str]],
) -> Link | None:
    """What an editor said of the episode, else of the series."""
    for key in (fact[:1] + fact[2:4], (fact.series_key, None, None)):
        content = rules.get(key)
        if content is None:
            continue
        if not content:
            return NOTHING
        number = (fact.season or 0, fact.episode or 0)
        return Link(series.get(content, {}).get(number, content), _CERTAIN)
    return None


def best(fact: Broadcast, titles: Sequence[Named]) -> Link:
    """The likeliest of the titles that are so called, if one is likely enough."""
    links = sorted(
        (link for link in (_likely(fact, title) for title in titles) if link),
        key=lambda link: link.confidence or 0,
        reverse=True,
    )
    if not links or (links[0].confidence or 0) < LINK_FROM:
        return NOTHING
    if len(links) > 1 and links[1].confidence == links[0].confidence:
        return NOTHING
    return links[0]


def _likely(fact: Broadcast, title: Named) -> Link | None:
    numbered = fact.season is not None or fact.episode is not None
    if title.kind == Kind.SERIES:
        if fact.is_film and not numbered:
            return None
        episode = title.episodes.get((fact.season or 0, fact.episode or 0))
        if episode:
            return Link(episode, 95)
        return Link(title.public_id, 85 if numbered else 75)
    if numbered:
        return None
    year = int(fact.year) if fact.year and fact.year.isdecimal() else None
    if year is None or title.year is None:
        return Link(title.public_id, 80 if fact.is_film else 60)
    apart = abs(year - title.year)
    return Link(title.public_id, 98 - 8 * apart) if apart <= 1 else None
