"""Querysets that become SQL once, and are read again and again with other values.

Django builds and compiles a queryset anew each time it is read, and PostgreSQL plans its
SQL anew. Of what is read most, both cost more than the reading itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import Expression, Field, Model, QuerySet
from psycopg import sql

from streamapi.postgresql.base import DatabaseWrapper

_PLACEHOLDER: Final = re.compile(r"%[s%]")

Row = tuple[Any, ...]


class Given(Expression):
    """Stands in a queryset for a value that is known when its statement runs."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, _compiler: Any, _connection: Any) -> tuple[str, Any]:
        """A placeholder, with itself in the place of the value."""
        return "%s", [self]


class Statement:
    """The SQL of a queryset, with a place for each :class:`Given` in it.

    All other values are written into the text, so that the planner knows them. A
    statement ``is_planned_once`` if its best plan does not depend on what is given.
    """

    def __init__(self, queryset: QuerySet[Any, Any], *, is_planned_once: bool) -> None:
        self._queryset = queryset
        self._is_planned_once = is_planned_once
        self._compiled: tuple[str, Sequence[str]] | None = None

    def rows(self, **given: Any) -> list[Row]:
        """What the queryset finds with these values, as the database returns it."""
        alias = router.db_for_read(self._queryset.model)
        connection: Any = connections[alias]
        if self._compiled is None:
            self._compiled = _compile(self._queryset, connection)
        text, names = self._compiled
        if not text:
            return []
        values = [given[name] for name in names]
        return _read(connection, text, values, is_planned_once=self._is_planned_once)


def read(model: type[Model], text: str, values: Any) -> list[Row]:
    """What SQL written by hand finds, planned once, where ``model`` is read from."""
    connection: Any = connections[router.db_for_read(model)]
    return _read(connection, text, values, is_planned_once=True)


def write(model: type[Model], text: str, values: Any) -> list[Row]:
    """What SQL says that changes something, planned once, where ``model`` is written."""
    connection: Any = connections[router.db_for_write(model)]
    return _read(connection, text, values, is_planned_once=True)


def _read(
    connection: DatabaseWrapper, text: str, values: Any, *, is_planned_once: bool
) -> list[Row]:
    prepared = is_planned_once and settings.PREPARED_STATEMENTS
    with connection.planned_once() if prepared else connection.cursor() as cursor:
        cursor.execute(text, values)
        rows: list[Row] = cursor.fetchall()
    return rows


def _compile(
    queryset: QuerySet[Any, Any], connection: DatabaseWrapper
) -> tuple[str, Sequence[str]]:
    """The text, and the names of what is given in its order; no text finds nothing."""
    connection.ensure_connection()
    try:
        text, values = queryset.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return "", ()
    names = [one.name for one in values if isinstance(one, Given)]
    written = _written(values, connection)
    return _PLACEHOLDER.sub(
        lambda found: "%%" if found[0] == "%%" else next(written), text
    ), names


def _written(values: Sequence[Any], connection: DatabaseWrapper) -> Iterator[str]:
    for value in values:
        if isinstance(value, Given):
            yield "%s"
        else:
            literal = sql.Literal(value).as_string(connection.connection)
            yield literal.replace("%", "%%")
