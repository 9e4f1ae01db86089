"""A feed on its way into the guide: staged by COPY, then put in order by SQL.

Memory stays constant: rows go from the parser to a temporary table one by one, and all
that needs to see a whole channel is done where the rows are. ``epg_stage`` holds what the
feed says, ``epg_plan`` where each programme would stand, ``epg_issue`` what was refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from hashlib import blake2b
from struct import Struct
from typing import Any, Final, NamedTuple

import orjson

from channels.categories import genres_of
from channels.models import EpgSource
from channels.xmltv import FeedProgramme

PAYLOAD: Final = (
    "language", "title", "subtitle", "synopsis", "translations", "series_key",
    "season", "episode", "part", "categories", "genres", "min_age",
    "is_live", "is_new", "is_premiere", "is_repeat", "is_last_chance", "is_filler",
    "details", "digest",
)  # fmt: skip
"""The columns of a programme that a feed decides."""

_STAGE_COLUMNS: Final = (
    "seq", "line", "external_id", "starts_at", "stop_at", "clump_index", "clump_total",
    *PAYLOAD,
)  # fmt: skip

CREATE: Final = """
DROP TABLE IF EXISTS epg_stage, epg_map, epg_plan, epg_issue, epg_scope, epg_diff;
CREATE TEMPORARY TABLE epg_stage (
    seq int, line int, external_id text, starts_at timestamptz, stop_at timestamptz,
    clump_index smallint, clump_total smallint,
    language text, title text, subtitle text, synopsis text, translations jsonb,
    series_key text, season int, episode int, part int, categories text[],
    genres varchar[], min_age smallint, is_live bool, is_new bool, is_premiere bool,
    is_repeat bool, is_last_chance bool, is_filler bool, details jsonb, digest bigint
) ON COMMIT DROP;
CREATE TEMPORARY TABLE epg_map (external_id text PRIMARY KEY, channel_id bigint)
    ON COMMIT DROP;
CREATE TEMPORARY TABLE epg_plan (
    seq int, channel_id bigint, starts_at timestamptz, ends_at timestamptz,
    digest bigint, is_cut bool DEFAULT false
) ON COMMIT DROP;
CREATE TEMPORARY TABLE epg_issue (seq int, code text) ON COMMIT DROP;
"""
COPY: Final = f"COPY epg_stage ({', '.join(_STAGE_COLUMNS)}) FROM STDIN"

_DIGEST: Final = Struct(">q")
_FILLER_SEQ: Final = 0
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FILLER_TITLES: Final = {"en": "No information", "de": "Keine Angaben"}

# What a foreign key would do row by row: no channel goes while the import runs.
_HOLD_CHANNELS: Final = """
SELECT count(*) FROM (
    SELECT FROM channels_channel WHERE id IN (SELECT channel_id FROM epg_map)
    ORDER BY id FOR KEY SHARE) held
"""
_PLAN: Final = """
INSERT INTO epg_plan (seq, channel_id, starts_at, ends_at, digest)
SELECT s.seq, m.channel_id, s.starts_at, s.stop_at, s.digest
FROM epg_stage s JOIN epg_map m USING (external_id)
"""
_MISSING_STOPS: Final = """
UPDATE epg_plan p
SET ends_at = LEAST(n.next, p.starts_at + interval '24 hours')
FROM (
    SELECT channel_id, starts_at,
           lead(starts_at) OVER (PARTITION BY channel_id ORDER BY starts_at) AS next
    FROM (SELECT DISTINCT channel_id, starts_at FROM epg_plan) d
) n
WHERE p.ends_at IS NULL AND n.next IS NOT NULL
  AND n.channel_id = p.channel_id AND n.starts_at = p.starts_at
"""
_CLUMPS: Final = """
UPDATE epg_plan p
SET starts_at = date_trunc('second',
        p.starts_at + (p.ends_at - p.starts_at) * s.clump_index / s.clump_total),
    ends_at = date_trunc('second',
        p.starts_at + (p.ends_at - p.starts_at) * (s.clump_index + 1) / s.clump_total)
FROM epg_stage s
WHERE s.seq = p.seq AND s.clump_total IS NOT NULL AND p.ends_at > p.starts_at
"""
_IMPOSSIBLE: Final = """
WITH gone AS (
    DELETE FROM epg_plan
    WHERE ends_at IS NULL OR ends_at <= starts_at
       OR ends_at > starts_at + interval '24 hours'
    RETURNING seq, CASE WHEN ends_at IS NULL THEN 'no_stop'
                        WHEN ends_at = starts_at THEN 'empty_period'
                        WHEN ends_at < starts_at THEN 'reversed_period'
                        ELSE 'longer_than_a_day' END AS code
)
INSERT INTO epg_issue SELECT seq, code FROM gone
"""
_DUPLICATES: Final = """
WITH gone AS (
    DELETE FROM epg_plan p
    USING (
        SELECT seq, row_number() OVER (
            PARTITION BY channel_id, starts_at ORDER BY seq DESC) AS place
        FROM epg_plan
    ) d
    WHERE d.seq = p.seq AND d.place > 1
    RETURNING p.seq
)
INSERT INTO epg_issue SELECT seq, 'duplicate' FROM gone
"""
_EDITORS: Final = """
WITH gone AS (
    DELETE FROM epg_plan p
    USING channels_programme h
    WHERE h.source_id IS NULL AND h.channel_id = p.channel_id
      AND h.starts_at < p.ends_at AND h.ends_at > p.starts_at
    RETURNING p.seq
)
INSERT INTO epg_issue SELECT DISTINCT seq, 'held_by_editor' FROM gone
"""
_CUT_EARLIER: Final = """
UPDATE epg_plan p SET ends_at = n.next, is_cut = true
FROM (
    SELECT seq, lead(starts_at) OVER (PARTITION BY channel_id ORDER BY starts_at) AS next
    FROM epg_plan
) n
WHERE n.seq = p.seq AND p.ends_at > n.next
"""
_FLOORS: Final = """
    SELECT seq, max(ends_at) OVER (
        PARTITION BY channel_id ORDER BY starts_at
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS floor
    FROM epg_plan
"""
_SWALLOWED: Final = f"""
WITH gone AS (
    DELETE FROM epg_plan p USING ({_FLOORS}) f
    WHERE f.seq = p.seq AND f.floor >= p.ends_at
    RETURNING p.seq
)
INSERT INTO epg_issue SELECT seq, 'overlap' FROM gone
"""
_CUT_LATER: Final = f"""
UPDATE epg_plan p SET starts_at = f.floor, is_cut = true
FROM ({_FLOORS}) f WHERE f.seq = p.seq AND f.floor > p.starts_at
"""
_OVERLAPPING: Final = f"""
SELECT channel_id, seq, starts_at, ends_at FROM epg_plan
WHERE channel_id IN (
    SELECT p.channel_id FROM epg_plan p JOIN ({_FLOORS}) f USING (seq)
    WHERE f.floor > p.starts_at)
ORDER BY channel_id, starts_at
"""
_GAPS: Final = """
    SELECT channel_id, ends_at AS lo,
           lead(starts_at) OVER (PARTITION BY channel_id ORDER BY starts_at) AS hi
    FROM epg_plan
"""
_FILL: Final = f"""
INSERT INTO epg_plan (seq, channel_id, starts_at, ends_at, digest)
SELECT {_FILLER_SEQ}, g.channel_id, t, LEAST(t + interval '24 hours', g.hi),
       (SELECT digest FROM epg_stage WHERE seq = {_FILLER_SEQ})
FROM ({_GAPS}) g,
     generate_series(g.lo, g.hi - interval '1 microsecond', interval '24 hours') t
WHERE g.hi - g.lo >= make_interval(secs => %s)
"""
_REFUSE_GAPS: Final = f"""
WITH gone AS (
    DELETE FROM epg_plan
    WHERE channel_id IN (
        SELECT channel_id FROM ({_GAPS}) g WHERE hi - lo >= make_interval(secs => %s))
    RETURNING seq
)
INSERT INTO epg_issue SELECT seq, 'channel_has_gap' FROM gone
"""


class RowBuilder:
    """From what a feed says to the row that is staged."""

    def __init__(self, source: EpgSource, genres: Mapping[str, str]) -> None:
        self._language = source.language
        self._labels = lru_cache(maxsize=4096)(partial(_labels, known=genres))
        self._seq = _FILLER_SEQ

    def row(self, item: FeedProgramme) -> tuple[Any, ...]:
        """The staged row of one programme."""
        self._seq += 1
        clump = item.clump or (None, None)
        return (
            self._seq,
            item.line,
            item.external_id,
            _moment(item.starts_at),
            item.ends_at and _moment(item.ends_at),
            *clump,
            *self._payload(item),
        )

    def filler(self) -> tuple[Any, ...]:
        """The row that stands for every gap that is filled."""
        texts = {language: {"title": t} for language, t in _FILLER_TITLES.items()}
        item = FeedProgramme(0, "", _LONG_AGO, None, texts=texts)
        row = list(self._payload(item))
        row[PAYLOAD.index("is_filler")] = True
        return (_FILLER_SEQ, 0, "", None, None, None, None, *row)

    def _payload(self, item: FeedProgramme) -> tuple[Any, ...]:
        language, words, translations = self._words(item.texts)
        title = words["title"]
        labels = self._labels(tuple(item.categories))
        values = (
            language,
            title,
            words.get("subtitle", ""),
            words.get("synopsis", ""),
            translations,
            _series_key(item, title),
            item.season,
            item.episode,
            item.part,
            item.categories,
            labels.genres,
            item.min_age,
            item.is_live,
            item.is_new,
            item.is_premiere,
            item.is_repeat,
            item.is_last_chance,
            False,
            item.details,
        )
        packed = orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
        [digest] = _DIGEST.unpack(blake2b(packed, digest_size=8).digest())
        return (
            *values[:4],
            _json(translations),
            *values[5:9],
            labels.category_array,
            labels.genre_array,
            *values[11:18],
            _json(item.details),
            digest,
        )

    def _words(
        self, texts: Mapping[str, dict[str, str]]
    ) -> tuple[str, dict[str, str], dict[str, dict[str, str]]]:
        """The main language, its words, and the others; no language is the source's."""
        if len(texts) == 1:
            [(language, words)] = texts.items()
            return language or self._language, words, {}
        named: dict[str, dict[str, str]] = {}
        for language, words in texts.items():
            key = language or self._language
            named[key] = {**words, **named.get(key, {})}
        titled = [language for language, words in named.items() if "title" in words]
        main = self._language if self._language in titled else titled[0]
        first = named.pop(main)
        return main, first, named


class _Labels(NamedTuple):
    """What follows from the categories of a programme; few sets of them are different."""

    genres: list[str]
    category_array: str
    genre_array: str


def _labels(categories: tuple[str, ...], *, known: Mapping[str, str]) -> _Labels:
    genres = genres_of(categories, known)
    return _Labels(genres, _array(categories), _array(genres))


@lru_cache(maxsize=16384)
def _moment(moment: datetime) -> str:
    """As text: the driver's own form costs ten times as much, and most are shared."""
    return moment.isoformat()


def _array(values: Sequence[str]) -> str:
    """The literal of an array of texts, for the same reason."""
    if not values:
        return "{}"
    escaped = (v.replace("\\", "\\\\").replace('"', '\\"') for v in values)
    return "{" + ",".join(f'"{value}"' for value in escaped) + "}"


def _json(value: Any) -> str:
    return orjson.dumps(value).decode() if value else "{}"


def _series_key(item: FeedProgramme, title: str) -> str:
    """What ties the broadcasts of a series together: an id of the feed, else its name."""
    for number in item.details.get("numbering", ()):
        if number["system"] == "dd_progid" and number["value"].startswith("EP"):
            return f"dd:{number['value'].partition('.')[0]}"[:120]
    return title.casefold()[:120]


class Stage:
    """Puts what is staged in order; each step says what it refuses."""

    def __init__(self, cursor: Any, source: EpgSource) -> None:
        self._cursor = cursor
        self._source = source

    def arrange(self, channels: Mapping[str, int]) -> None:
        """Fill ``epg_plan`` with programmes that follow one another on each channel."""
        self._map(channels)
        run = self._cursor.execute
        run("ANALYZE epg_stage (seq, external_id, starts_at, stop_at, clump_total)")
        run(_HOLD_CHANNELS)
        run(_PLAN)
        if self._exists("epg_stage WHERE stop_at IS NULL AND seq > 0"):
            run(_MISSING_STOPS)
        if self._exists("epg_stage WHERE clump_total IS NOT NULL"):
            run(_CLUMPS)
        run(_IMPOSSIBLE)
        run("ANALYZE epg_plan")
        run(_DUPLICATES)
        run(_EDITORS)
        self._overlaps()
        self._gaps()

    def _map(self, channels: Mapping[str, int]) -> None:
        with self._cursor.copy("COPY epg_map FROM STDIN") as copy:
            for pair in channels.items():
                copy.write_row(pair)

    def _exists(self, what: str) -> bool:
        self._cursor.execute(f"SELECT EXISTS (SELECT FROM {what})")
        return bool(self._cursor.fetchone()[0])

    def _overlaps(self) -> None:
        run, policy = self._cursor.execute, self._source.overlaps
        if policy == EpgSource.Overlaps.CUT_EARLIER:
            run(_CUT_EARLIER)
        elif policy == EpgSource.Overlaps.CUT_LATER:
            run(_SWALLOWED)
            run(_CUT_LATER)
        else:
            self._reject_overlaps()

    def _reject_overlaps(self) -> None:
        """What is rejected cuts nothing, so this goes programme by programme."""
        self._cursor.execute(_OVERLAPPING)
        rejected = list(_later_ones(self._cursor.fetchall()))
        self._cursor.execute("DELETE FROM epg_plan WHERE seq = ANY(%s)", [rejected])
        self._cursor.execute(
            "INSERT INTO epg_issue SELECT unnest(%s::int[]), 'overlap'", [rejected]
        )

    def _gaps(self) -> None:
        if self._source.gaps == EpgSource.Gaps.FILL:
            self._cursor.execute(_FILL, [self._source.gap_min_s])
        elif self._source.gaps == EpgSource.Gaps.REJECT:
            self._cursor.execute(_REFUSE_GAPS, [self._source.gap_min_s])


def _later_ones(rows: Iterable[tuple[int, int, datetime, datetime]]) -> Iterable[int]:
    """Of programmes in order, those that begin before the last one kept has ended."""
    channel, end = 0, _LONG_AGO
    for channel_id, seq, starts_at, ends_at in rows:
        if channel_id != channel or starts_at >= end:
            channel, end = channel_id, ends_at
        else:
            yield seq
