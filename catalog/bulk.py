"""Rows by the thousand through COPY, which is several times faster than INSERT.

COPY sends no signals: a caller that writes what a cache carries purges by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

_Item = TypeVar("_Item")


def batches(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """Cut ``items`` into lists of at most ``size``."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def copy_into(
    model: type[Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Append ``rows``; values stand in the order of ``fields``, JSON as text.

    The rows are made before COPY begins: one that needs a query of its own would wait
    for the connection for ever.
    """
    ready = list(rows)
    quote = connection.ops.quote_name
    by_name = {field.name: str(field.column) for field in model._meta.concrete_fields}
    columns = ", ".join(quote(by_name[name]) for name in fields)
    statement = f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in ready:
            copy.write_row(row)
