"""Reads what clients send, with one serializer of each kind for the whole process.

A serializer copies its fields whenever it is made, and each field that is made raises a
counter on the class of all fields, which empties the interpreter's caches for every one of
its subclasses: making one for each request costs more than checking with it.
"""

from __future__ import annotations

from typing import Any, Final

from rest_framework.serializers import BaseSerializer

_readers: Final[dict[tuple[type[BaseSerializer[Any]], bool], BaseSerializer[Any]]] = {}


def read(
    kind: type[BaseSerializer[Any]], data: Any, *, partial: bool = False
) -> dict[str, Any]:
    """The values of a body or of a query, checked; raises DRF's ``ValidationError``.

    ``partial`` leaves out what was not sent instead of asking for it.
    """
    reader = _readers.get((kind, partial))
    if reader is None:
        reader = _readers[kind, partial] = kind(partial=partial)
    return dict(reader.run_validation(data))
