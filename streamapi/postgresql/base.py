"""Django's PostgreSQL: statements planned once, lost servers and failovers seen.

After a failover an open connection may lead to a demoted writer, which is a reader now.
Such a connection is healthy and refuses every write (SQLSTATE 25006), so no health check
would ever replace it. The first refusal has the whole pool replaced, and is an outage like
any other to whoever asked: the next try meets the new writer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Self

from django.db import InternalError, OperationalError
from django.db.backends.postgresql import base, operations
from psycopg import Cursor

from streamapi.postgresql.connections import is_left

_READ_ONLY: Final = "25006"


class WriterDemoted(OperationalError):
    """The server that we write to takes no more writes; nothing was written."""


class PlannedOnce(Cursor[Any]):
    """Its statements are prepared on the server: planned once for each connection.

    Django prepares nothing, as long as the threshold of a connection is ``None``.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        """Run a statement, prepared when this connection has not seen it yet."""
        self.connection.prepare_threshold = 0
        try:
            return super().execute(query, params, **options)
        finally:
            self.connection.prepare_threshold = None


class DatabaseOperations(operations.DatabaseOperations):
    """Django's, and it can tell what a prepared statement was."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        """For logs and tests, with the values in their places."""
        if isinstance(cursor, PlannedOnce):
            return str(self.compose_sql(sql, params))
        return super().last_executed_query(cursor, sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose every statement is watched for the sign of a demotion."""

    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.execute_wrappers.append(_watch)

    def get_new_connection(self, conn_params: Any) -> Any:
        """One from the pool that leads somewhere; the pool replaces what does not."""
        connection = super().get_new_connection(conn_params)
        while self.pool and is_left(connection):
            connection.close()
            self.pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        return connection

    def planned_once(self) -> Any:
        """A cursor for statements that are worth being prepared."""
        self.ensure_connection()
        with self.wrap_database_errors:
            wrap: Callable[[Cursor[Any]], Any] = self._prepare_cursor  # type: ignore[attr-defined]
            return wrap(PlannedOnce(self.connection))


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
