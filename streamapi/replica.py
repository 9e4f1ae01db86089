"""Which database a read asks: the reader for shared answers, the writer for all else.

Own data is read where it was written. A shared answer may come from the reader, unless
something was purged a moment ago (the reader may not know it yet), or the reader is down or
further behind than ``READER_LAG_S``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

from django.conf import settings
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    InterfaceError,
    NotSupportedError,
    connections,
)
from django.db.models import Model
from psycopg_pool import PoolTimeout

_log = logging.getLogger(__name__)

READER: Final = "reader"
_VERDICT_S: Final = 1.0
"""How long the reader's last state is believed."""
_REST_S: Final = 5.0
"""How long a reader that did not answer is left alone."""
_MOMENT_S: Final = 0.05
"""What has just come is replayed in less; until then a quiet database seems to be as far
behind as its last commit is old."""
_LAG: Final = """
SELECT CASE
  WHEN NOT pg_is_in_recovery() THEN 0
  WHEN pg_last_wal_receive_lsn() IS NOT DISTINCT FROM pg_last_wal_replay_lsn() THEN 0
  ELSE coalesce(
    extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 'infinity'
  ) END
"""

_alias: ContextVar[str] = ContextVar("database_of_reads", default=DEFAULT_DB_ALIAS)


class Standing:
    """Whether the reader may be asked; one of a process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._fit = False
        self._believed_until = 0.0
        self._writer_until = 0.0

    def something_changed(self) -> None:
        """Keep to the writer until the reader surely knows it as well."""
        self._writer_until = self._clock() + settings.READER_LAG_S

    def may_be_asked(self) -> bool:
        """Whether the reader is there and close enough behind the writer."""
        now = self._clock()
        if READER not in settings.DATABASES or now < self._writer_until:
            return False
        if now >= self._believed_until:
            self._believed_until = now + _REST_S  # nobody else asks while we do
            self._fit = self._look()
            rest = _VERDICT_S if self._fit else _REST_S
            self._believed_until = self._clock() + rest
        return self._fit

    def _look(self) -> bool:
        try:
            lag_s = _lag_s()
            if lag_s > settings.READER_LAG_S:
                time.sleep(_MOMENT_S)
                lag_s = _lag_s()
        except NotSupportedError:
            return True  # Aurora does not tell; it is "usually much less than 100 ms"
        except (DatabaseError, InterfaceError, PoolTimeout) as problem:
            _log.warning("the reader is left alone: %s", problem)
            return False
        if lag_s > settings.READER_LAG_S:
            _log.warning("the reader is left alone: %.1f s behind", lag_s)
        return lag_s <= settings.READER_LAG_S


def _lag_s() -> float:
    """How old the reader's last commit is, if there is more to replay; else 0."""
    with connections[READER].cursor() as cursor:
        cursor.execute(_LAG)
        return float(cursor.fetchone()[0])


standing: Final = Standing()


def begin_shared() -> bool:
    """From now on this request reads for everyone; whether it asks the reader."""
    asks_reader = standing.may_be_asked()
    _alias.set(READER if asks_reader else DEFAULT_DB_ALIAS)
    return asks_reader


def end_shared() -> None:
    """From now on reads are somebody's own again."""
    _alias.set(DEFAULT_DB_ALIAS)


class ReplicaRouter:
    """Django's view of it; both aliases hold the same rows."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str:
        """Decided once a request, by what kind of answer is being made."""
        del model
        return _alias.get()

    def db_for_write(self, model: type[Model], **_hints: Any) -> str:
        """Always the writer."""
        del model
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Model, other: Model, **_hints: Any) -> bool:
        """A row of one may point to a row of the other: they are the same database."""
        del one, other
        return True

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        """The reader gets its tables by replication."""
        del app_label
        return db != READER
