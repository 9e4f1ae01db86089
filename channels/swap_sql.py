"""The statements that compare a staged guide with the one in force, and swap them."""

from __future__ import annotations

from typing import Final

from channels import staging
from channels.models import Programme

_PAYLOAD = ", ".join(staging.PAYLOAD)
_STAGED = ", ".join(f"s.{name}" for name in staging.PAYLOAD)
_SET = ", ".join(f"{name} = s.{name}" for name in staging.PAYLOAD)
_BEFORE = ", ".join(
    item.attname
    for item in Programme._meta.concrete_fields
    if item.attname not in {"id", "version_id"}
)

SCOPE: Final = """
CREATE TEMPORARY TABLE epg_scope ON COMMIT DROP AS
SELECT channel_id, min(starts_at) AS lo, max(ends_at) AS hi
FROM epg_plan GROUP BY channel_id
"""
"""What a feed speaks for: on each channel from its first start to its last end."""

EMPTIED: Final = """
SELECT m.external_id, m.channel_id FROM channels_channelmatch m
WHERE m.source_id = %(source)s AND m.state = 'matched'
  AND m.channel_id NOT IN (SELECT channel_id FROM epg_scope)
  AND EXISTS (
    SELECT FROM channels_programme p
    WHERE p.channel_id = m.channel_id AND p.source_id = %(source)s
      AND p.ends_at > %(now)s)
ORDER BY m.external_id
"""
DIFFERENCE: Final = """
CREATE TEMPORARY TABLE epg_diff ON COMMIT DROP AS
WITH current AS (
    SELECT p.id, p.channel_id, p.starts_at, p.ends_at, p.digest, p.source_id
    FROM epg_scope c JOIN channels_programme p ON p.channel_id = c.channel_id
         AND p.starts_at >= c.lo AND p.starts_at < c.hi
    WHERE p.source_id IS NOT NULL
)
SELECT COALESCE(n.channel_id, o.channel_id) AS channel_id, o.id, n.seq,
       COALESCE(n.starts_at, o.starts_at) AS starts_at,
       GREATEST(n.ends_at, o.ends_at) AS touches_until, n.ends_at,
       CASE WHEN o.id IS NULL THEN 'added' WHEN n.seq IS NULL THEN 'removed'
            ELSE 'changed' END AS kind
FROM epg_plan n FULL JOIN current o
  ON o.channel_id = n.channel_id AND o.starts_at = n.starts_at
WHERE o.id IS NULL OR n.seq IS NULL OR o.ends_at <> n.ends_at
   OR o.digest <> n.digest OR o.source_id <> %(source)s
UNION ALL
SELECT p.channel_id, p.id, NULL, p.starts_at, p.ends_at, c.lo, 'cut'
FROM epg_scope c JOIN channels_programme p ON p.channel_id = c.channel_id
     AND p.starts_at < c.lo AND p.ends_at > c.lo
     AND p.starts_at > c.lo - interval '24 hours'
WHERE p.source_id IS NOT NULL
"""
CHANNEL_DAYS: Final = """
SELECT channel_id, to_char(starts_at, 'YYYY-MM-DD') FROM epg_diff
UNION SELECT channel_id, to_char(touches_until - interval '1 microsecond', 'YYYY-MM-DD')
FROM epg_diff
"""
PER_CHANNEL: Final = """
SELECT c.public_id, c.name, d.kind, count(*)
FROM epg_diff d JOIN channels_channel c ON c.id = d.channel_id
GROUP BY c.public_id, c.name, d.kind ORDER BY c.name, d.kind
"""

KEEP_BEFORE: Final = f"""
INSERT INTO channels_supersededprogramme
    (programme_pk, version_id, superseded_by_id, {_BEFORE})
SELECT id, version_id, %(version)s, {_BEFORE}
FROM channels_programme
WHERE id IN (SELECT id FROM epg_diff WHERE kind <> 'added')
"""
REMOVE: Final = """
DELETE FROM channels_programme
WHERE id IN (SELECT id FROM epg_diff WHERE kind = 'removed')
"""
CUT: Final = """
UPDATE channels_programme p SET ends_at = d.ends_at, version_id = %(version)s
FROM epg_diff d WHERE d.kind = 'cut' AND d.id = p.id
"""
# A link by hand stays; any other is found anew by whoever links after the swap.
CHANGE: Final = f"""
UPDATE channels_programme p
SET ends_at = d.ends_at, source_id = %(source)s, version_id = %(version)s, {_SET},
    content_id = CASE WHEN is_linked_by_hand THEN content_id ELSE '' END,
    link_confidence = CASE WHEN is_linked_by_hand THEN link_confidence END
FROM epg_diff d JOIN epg_stage s USING (seq)
WHERE d.kind = 'changed' AND d.id = p.id
"""
# Day by day and within it by channel: the exclusion index takes rows a third faster so
# than channel by channel, and a page of the guide finds its rows side by side.
ADD: Final = f"""
INSERT INTO channels_programme
    (channel_id, starts_at, ends_at, source_id, version_id, {_PAYLOAD},
     content_id, is_linked_by_hand)
SELECT d.channel_id, d.starts_at, d.ends_at, %(source)s, %(version)s, {_STAGED},
       '', false
FROM epg_diff d JOIN epg_stage s USING (seq)
WHERE d.kind = 'added'
ORDER BY date_trunc('day', d.starts_at), d.channel_id, d.starts_at
"""
# What an editor set on a programme goes with it when the feed moves it.
CARRY_OVER: Final = """
UPDATE channels_programme p
SET can_pause = o.can_pause, can_start_over = o.can_start_over,
    can_catch_up = o.can_catch_up, can_record = o.can_record,
    content_id = CASE WHEN o.is_linked_by_hand THEN o.content_id ELSE p.content_id END,
    is_linked_by_hand = o.is_linked_by_hand
FROM channels_supersededprogramme o
JOIN epg_diff d ON d.id = o.programme_pk AND d.kind = 'removed'
WHERE o.superseded_by_id = %(version)s
  AND (o.is_linked_by_hand OR o.can_pause IS NOT NULL OR o.can_start_over IS NOT NULL
       OR o.can_catch_up IS NOT NULL OR o.can_record IS NOT NULL)
  AND p.channel_id = o.channel_id AND p.digest = o.digest
  AND p.version_id = %(version)s
  AND p.starts_at BETWEEN o.starts_at - interval '12 hours'
                      AND o.starts_at + interval '12 hours'
"""
SWAP: Final = (KEEP_BEFORE, REMOVE, CUT, CHANGE, ADD, CARRY_OVER)

TOUCHED: Final = """
SELECT DISTINCT channel_id, day FROM (
    SELECT channel_id, starts_at, ends_at FROM channels_programme
    WHERE version_id = %(version)s
    UNION ALL
    SELECT channel_id, starts_at, ends_at FROM channels_supersededprogramme
    WHERE superseded_by_id = %(version)s
) t, LATERAL (VALUES (to_char(starts_at, 'YYYY-MM-DD')),
    (to_char(ends_at - interval '1 microsecond', 'YYYY-MM-DD'))) v (day)
"""
RESTORE: Final = f"""
INSERT INTO channels_programme (id, version_id, {_BEFORE})
SELECT programme_pk, version_id, {_BEFORE}
FROM channels_supersededprogramme o
WHERE superseded_by_id = %(version)s AND NOT EXISTS (
    SELECT FROM channels_programme p
    WHERE p.channel_id = o.channel_id AND p.starts_at < o.ends_at
      AND p.ends_at > o.starts_at)
"""
