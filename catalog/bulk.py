"""Rows by the thousand: COPY in, one DELETE out, no model instances between.

Neither sends signals: a caller that writes what a cache carries purges by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model
from django.db.models.expressions import RawSQL

_Item = TypeVar("_Item")


def batches(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """Cut ``items`` into lists of at most ``size``."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def among(pks: Sequence[int]) -> Any:
    """For ``__in``, and nothing else: the keys as one array and not a parameter each."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(pks)])


def read_batches(
    statement: str, values: Sequence[Any] = (), *, size: int
) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a statement, ``size`` at a time: never all of them in memory.

    Within a transaction, since the rows wait on the server.
    """
    connection.ensure_connection()
    with connection.connection.cursor(name="batches") as cursor:
        cursor.execute(statement, values)
        while rows := cursor.fetchmany(size):
            yield rows


def copy_into(
    model: type[Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Append ``rows``; values stand in the order of ``fields``, JSON as text.

    The rows are made before COPY begins: one that needs a query of its own would wait
    for the connection for ever.
    """
    ready = list(rows)
    quote = connection.ops.quote_name
    by_name = _columns(model)
    columns = ", ".join(quote(by_name[name]) for name in fields)
    statement = f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in ready:
            copy.write_row(row)


def delete_rows(model: type[Model], field: str, values: Sequence[int]) -> None:
    """Delete the rows whose ``field`` is among ``values``, without loading them.

    For tables that nothing points to: nothing cascades.
    """
    quote = connection.ops.quote_name
    columns = _columns(model)
    statement = (
        f"DELETE FROM {quote(model._meta.db_table)}"  # noqa: S608 our own names, quoted
        f" WHERE {quote(columns[field])} = ANY(%s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(values)])


def _columns(model: type[Model]) -> dict[str, str]:
    return {field.name: str(field.column) for field in model._meta.concrete_fields}
