"""`python -m bench.television CHANNELS DAYS PORTIONS DIRECTORY`: feeds, timed.

Each portion of the channels is a feed of its own. Its import is timed, then a plain COPY
of the rows that came of it into a table with the same indexes and constraints. Prints one
line of JSON.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any, Final

import django
from django.db import connection, transaction

django.setup()

from bench.catalogue import BEGAN, sentence  # noqa: E402
from channels import cache_keys, versions  # noqa: E402 models need a set-up Django
from channels.models import Channel, EpgSource, Programme  # noqa: E402
from streamapi.responsecache import purge  # noqa: E402

_LENGTHS: Final = (15, 30, 30, 45, 60, 60, 90, 120)
_COLUMNS: Final = ", ".join(
    str(field.column)
    for field in Programme._meta.concrete_fields
    if not getattr(field, "generated", False)
)


def main(channels: int, days: int, portions: int, directory: Path) -> None:
    """Import all portions; the guide begins today."""
    table = Programme._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_copy (LIKE {table} INCLUDING ALL)")
    today = datetime.now(UTC).date()
    runs = []
    for portion in range(portions):
        numbers = range(portion, channels, portions)
        feed = directory / f"feed-{portion}.xml"
        with feed.open("w", encoding="utf-8") as file:
            file.writelines(_feed(numbers, today, days))
        source = EpgSource.objects.create(
            slug=feed.stem,
            name=feed.stem,
            location=str(feed),
            unknown_channels=EpgSource.UnknownChannels.CREATE,
        )
        runs.append(_timed(source))
    Channel.objects.update(is_active=True)
    purge({cache_keys.CHANNELS})
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_copy")
        cursor.execute("VACUUM ANALYZE")
    print(json.dumps({"day": today.isoformat(), "runs": runs}))


def _timed(source: EpgSource) -> dict[str, Any]:
    began = time.perf_counter()
    version = versions.run_import(source, now=datetime.now(UTC))
    imported = time.perf_counter() - began
    rows = _rows(source)
    began = time.perf_counter()
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY bench_copy ({_COLUMNS}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
    copied = time.perf_counter() - began
    return {
        "state": version.state,
        "rows": len(rows),
        "import_s": imported,
        "copy_s": copied,
    }


def _rows(source: EpgSource) -> list[tuple[str | None, ...]]:
    """What the import left, as psycopg reads it."""
    table = Programme._meta.db_table
    query = f"SELECT {_COLUMNS} FROM {table} WHERE source_id = {source.pk}"
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as out:
        return list(out.rows())


def _feed(numbers: range, first: date, days: int) -> Iterator[str]:
    chance = random.Random(numbers.start)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<tv>\n'
    for number in numbers:
        name = f"Channel {number}"
        yield f'<channel id="c{number}.example"><display-name>{name}'
        yield f"</display-name><lcn>{number + 1}</lcn></channel>\n"
    for number in numbers:
        moment = datetime.combine(first, clock(0, tzinfo=UTC))
        end = moment + timedelta(days=days)
        while moment < end:
            until = moment + timedelta(minutes=chance.choice(_LENGTHS))
            yield f'<programme channel="c{number}.example"'
            yield f' start="{moment:%Y%m%d%H%M%S} +0000"'
            yield f' stop="{until:%Y%m%d%H%M%S} +0000">'
            yield f'<title lang="en">{sentence(chance, 3)}</title>'
            yield f'<desc lang="en">{sentence(chance, 25)}</desc>'
            yield "<category>drama</category>"
            yield f"<date>{BEGAN.year}</date></programme>\n"
            moment = until
    yield "</tv>\n"


if __name__ == "__main__":
    _channels, _days, _portions = map(int, sys.argv[1:4])
    main(_channels, _days, _portions, Path(sys.argv[4]))
