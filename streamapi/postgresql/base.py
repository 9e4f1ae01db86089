"""Leaves a demoted writer: after a failover an open connection may lead to a reader.

Such a connection is healthy and refuses every write (SQLSTATE 25006), so no health check
would ever replace it. The first refusal has the whole pool replaced, and is an outage like
any other to whoever asked: the next try meets the new writer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.db import InternalError, OperationalError
from django.db.backends.postgresql import base

_READ_ONLY: Final = "25006"


class WriterDemoted(OperationalError):
    """The server that we write to takes no more writes; nothing was written."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose every statement is watched for the sign of a demotion."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.execute_wrappers.append(_watch)


def _watch(
    execute: Callable[..., Any],
    sql: str,
    params: Any,
    many: bool,
    context: dict[str, Any],
) -> Any:
    try:
        return execute(sql, params, many, context)
    except InternalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _READ_ONLY:
            raise
        _leave(context["connection"])
        raise WriterDemoted(str(error)) from error


def _leave(connection: DatabaseWrapper) -> None:
    """Use none of the connections that are open now for another request."""
    connection.close_at = 0.0
    if connection.pool:
        connection.pool.drain()
