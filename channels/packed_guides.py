"""The guide packed for players: made channel by channel by a job, put together by the web.

Writing a thousand channels as XML takes half a minute of a processor. ``refresh`` does it
for those whose programmes have changed; an answer to a player only strings together what
is there.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from catalog.bulk import batches
from channels import gzip_parts, xmltv_export
from channels.gzip_parts import Part, Trailer
from channels.models import Channel, PackedSchedule, Programme

AHEAD: Final = timedelta(days=8)
_BACK: Final = timedelta(days=1)
_CHANNELS: Final = 50
"""Read and sent at a time; others get their turn in between."""
_LOCK: Final = 7_311_003

# A row's place and transaction change with it, whoever changes it.
_WANTED: Final = """
DROP TABLE IF EXISTS packing;
CREATE TEMPORARY TABLE packing ON COMMIT DROP AS
SELECT p.channel_id, COALESCE(p.min_age, c.unrated_age) AS age,
       md5(c.slug || string_agg(concat_ws('.', p.id, p.xmin, p.ctid), ' ' ORDER BY p.id))
           AS fingerprint
FROM channels_channel c JOIN channels_programme p ON p.channel_id = c.id
WHERE c.is_active AND NOT p.is_filler AND p.starts_at < %(end)s
  AND p.starts_at >= %(start)s - make_interval(hours => c.catchup_hours)
GROUP BY p.channel_id, c.slug, 2
"""
_GONE: Final = """
DELETE FROM channels_packedschedule s WHERE NOT EXISTS (
    SELECT FROM packing w WHERE w.channel_id = s.channel_id AND w.age = s.age)
"""
_CHANGED: Final = """
SELECT w.channel_id, w.age, w.fingerprint
FROM packing w LEFT JOIN channels_packedschedule s USING (channel_id, age)
WHERE s.fingerprint IS DISTINCT FROM w.fingerprint ORDER BY w.channel_id, w.age
"""


def refresh(*, now: datetime) -> int:
    """Pack anew what has changed since the last time; how many parts that were."""
    start = now.replace(hour=0, minute=0, second=0, microsecond=0) - _BACK
    end = start + _BACK + AHEAD
    changed: dict[int, dict[int, str]] = defaultdict(dict)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(_WANTED, {"start": start, "end": end})
        cursor.execute(_GONE)
        cursor.execute(_CHANGED)
        for channel, age, fingerprint in cursor.fetchall():
            changed[channel][age] = fingerprint
    for pk, fingerprints in changed.items():
        _pack(Channel.objects.get(pk=pk), fingerprints, start, end)
    return sum(map(len, changed.values()))


def _pack(
    channel: Channel, fingerprints: dict[int, str], start: datetime, end: datetime
) -> None:
    back = timedelta(hours=channel.catchup_hours)
    rows = Programme.objects.filter(
        channel=channel, starts_at__gte=start - back, starts_at__lt=end, is_filler=False
    )
    texts: dict[int, list[bytes]] = defaultdict(list)
    for programme in rows.order_by("starts_at"):
        age = channel.unrated_age if programme.min_age is None else programme.min_age
        if age in fingerprints:
            texts[age].append(xmltv_export.programme(channel, programme))
    for age, pieces in texts.items():
        part = Part.of(b"".join(pieces))
        PackedSchedule.objects.update_or_create(
            channel=channel,
            age=age,
            defaults={
                "fingerprint": fingerprints[age],
                "packed": part.packed,
                "size": part.size,
                "checksum": part.checksum,
                "carry": part.carry,
            },
        )


def stream(channels: Sequence[Channel], *, ceiling: int) -> Iterator[bytes]:
    """The guide of some channels as one gzip file, without what is for older people."""
    trailer = Trailer()
    yield gzip_parts.HEAD + trailer.add(Part.of(xmltv_export.START))
    for some in batches(channels, _CHANNELS):
        head = b"".join(map(xmltv_export.channel, some))
        yield trailer.add(Part.of(head))
        time.sleep(0)
    for some in batches(channels, _CHANNELS):
        yield b"".join(trailer.add(part) for part in _parts(some, ceiling))
        time.sleep(0)
    yield trailer.add(Part.of(xmltv_export.END)) + trailer.end()


def _parts(channels: Sequence[Channel], ceiling: int) -> Iterator[Part]:
    rows = PackedSchedule.objects.filter(channel__in=channels, age__lte=ceiling)
    values = rows.values_list("packed", "size", "checksum", "carry")
    for packed, *numbers in values.order_by("channel", "age"):
        yield Part(bytes(packed), *numbers)
