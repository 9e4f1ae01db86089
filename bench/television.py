"""`python -m bench.television CHANNELS DAYS PORTIONS DIRECTORY`: feeds, timed.

Each portion of the channels is a feed of its own. Its import is timed, then a plain COPY
of the rows that came of it into a table with the same indexes and constraints: in the
order of the feed, channel by channel, and in the better one that the import stores them
in. Prints one line of JSON.
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

from bench import cpu

django.setup()

from bench.catalogue import BEGAN, sentence  # noqa: E402 models need a set-up Django
from channels import cache_keys, versions  # noqa: E402
from channels.models import Channel, EpgSource, Programme  # noqa: E402
from streamapi.responsecache import purge  # noqa: E402

_LENGTHS: Final = (15, 30, 30, 45, 60, 60, 90, 120)
_NEW_A_DAY: Final = 6
"""Titles of a channel that a day adds: a quarter of its programmes, as in real feeds."""
_ORDERS: Final = {
    "listed": "channel_id, starts_at",
    "stored": "date_trunc('day', starts_at), channel_id, starts_at",
}
"""How rows are copied: as the feed lists them, and as the import stores them."""
_COLUMNS: Final = ", ".join(
    str(field.column)
    for field in Programme._meta.concrete_fields
    if not getattr(field, "generated", False)
)


def main(channels: int, days: int, portions: int, directory: Path) -> None:
    """Import all portions; the guide begins today."""
    today = datetime.now(UTC).date()
    table = Programme._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")  # of whoever cleans up meanwhile
        for order in _ORDERS:
            cursor.execute(f"CREATE TABLE bench_{order} (LIKE {table} INCLUDING ALL)")
    runs = []
    for portion in range(portions):
        numbers = range(portion, channels, portions)
        feed = directory / f"feed-{portion}.xml"
        write_feed(feed, numbers, today, days)
        runs.append(_timed(make_source(feed)))
    Channel.objects.update(is_active=True)
    purge({cache_keys.CHANNELS})
    with connection.cursor() as cursor:
        for order in _ORDERS:
            cursor.execute(f"DROP TABLE bench_{order}")
        cursor.execute("SET lock_timeout = 0")  # autovacuum may be at a table
        cursor.execute("VACUUM ANALYZE")
    print(json.dumps({"day": today.isoformat(), "runs": runs}))


def make_source(feed: Path) -> EpgSource:
    """A source that makes a channel of everything that its feed lists."""
    return EpgSource.objects.create(
        slug=feed.stem,
        name=feed.stem,
        location=str(feed),
        unknown_channels=EpgSource.UnknownChannels.CREATE,
    )


def _timed(source: EpgSource) -> dict[str, Any]:
    with _Watch() as watch:
        version = versions.run_import(source, now=datetime.now(UTC))
    copied = {order: _copied(source, order) for order in _ORDERS}
    return {
        "state": version.state,
        "rows": version.counts["stored"],
        "import": watch.spent(),
        **{order: watch.spent() for order, watch in copied.items()},
    }


class _Watch:
    """Seconds, and seconds of processor time here and in our PostgreSQL process."""

    def __enter__(self) -> _Watch:
        self._began, self._had = time.perf_counter(), self._processor()
        return self

    def __exit__(self, *_error: object) -> None:
        self._took = time.perf_counter() - self._began
        self._used = self._processor() - self._had

    def spent(self) -> dict[str, float]:
        """What it was, from entering to leaving."""
        return {"seconds": self._took, "processor": self._used}

    @staticmethod
    def _processor() -> float:
        connection.ensure_connection()
        server: int = connection.connection.info.backend_pid
        return time.process_time() + cpu.seconds(server)


def _copied(source: EpgSource, order: str) -> _Watch:
    rows = _rows(source, _ORDERS[order])
    with (
        _Watch() as watch,
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY bench_{order} ({_COLUMNS}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
    return watch


def _rows(source: EpgSource, order: str) -> list[tuple[str | None, ...]]:
    """What the import left, as psycopg reads it."""
    table = Programme._meta.db_table
    query = (
        f"SELECT {_COLUMNS} FROM {table} WHERE source_id = {source.pk} ORDER BY {order}"
    )
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as out:
        return list(out.rows())


def write_feed(path: Path, numbers: range, first: date, days: int) -> None:
    """A feed of some channels, the same each time but for the day it begins."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(_feed(numbers, first, days))


def _feed(numbers: range, first: date, days: int) -> Iterator[str]:
    chance = random.Random(numbers.start)
    titles = [sentence(chance, 3) for _ in range(len(numbers) * days * _NEW_A_DAY)]
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
            yield f'<title lang="en">{chance.choice(titles)}</title>'
            yield f'<desc lang="en">{sentence(chance, 25)}</desc>'
            yield "<category>drama</category>"
            yield f"<date>{BEGAN.year}</date></programme>\n"
            moment = until
    yield "</tv>\n"


if __name__ == "__main__":
    _channels, _days, _portions = map(int, sys.argv[1:4])
    main(_channels, _days, _portions, Path(sys.argv[4]))
