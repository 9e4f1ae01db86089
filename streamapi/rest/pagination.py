"""Keyset pages: a signed opaque cursor, no COUNT, no offset, no link that names a host."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django.core import signing
from django.db.models import Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from streamapi.errors import InvalidInput

MAX_PAGE_SIZE: Final = 100
_MAX_CURSOR: Final = 600


def page_size(raw: str | None, default: int, maximum: int = MAX_PAGE_SIZE) -> int:
    """``?limit=`` as a number between 1 and ``maximum``; raises on anything else."""
    if raw is None or raw == "":
        return default
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 6 and int(raw) > 0):
        raise InvalidInput(
            "limit must be a whole number above 0",
            code="invalid_limit",
            pointer="?limit",
        )
    return min(int(raw), maximum)


def encode_cursor(values: Sequence[Any], scope: str) -> str:
    """An opaque, signed cursor that is good for ``scope`` only."""
    plain = [value if isinstance(value, int) else str(value) for value in values]
    return signing.dumps(plain, salt=f"cursor:{scope}", compress=False)


def decode_cursor(cursor: str, scope: str) -> list[Any]:
    """The values of a cursor of ours; raises InvalidInput for any other."""
    try:
        if len(cursor) > _MAX_CURSOR:
            raise signing.BadSignature
        values: list[Any] = signing.loads(cursor, salt=f"cursor:{scope}")
    except signing.BadSignature as error:
        raise InvalidInput(
            "This cursor is not one that this list gave out.",
            code="invalid_cursor",
            pointer="?cursor",
        ) from error
    return values


class KeysetPagination(BasePagination):
    """Pages over ``view.ordering``: non-null columns, the last one unique.

    The answer is ``{"results": [...], "next": cursor or null}``.
    """

    default_page_size: ClassVar[int] = 50
    max_page_size: ClassVar[int] = MAX_PAGE_SIZE
    next_cursor: str | None = None

    def paginate_queryset(  # type: ignore[override]
        self,
        queryset: QuerySet[Any],
        request: Request,
        view: APIView | None = None,
    ) -> list[Any]:
        ordering: tuple[str, ...] = view.ordering  # type: ignore[union-attr]
        query = request.query_params
        size = page_size(query.get("limit"), self.default_page_size, self.max_page_size)
        scope = ":".join((request.path, *ordering))
        cursor = query.get("cursor")
        if cursor:
            queryset = queryset.filter(
                _after(queryset.model, ordering, decode_cursor(cursor, scope))
            )
        rows = list(queryset.order_by(*ordering)[: size + 1])
        self.next_cursor = None
        if len(rows) > size:
            rows = rows[:size]
            last = rows[-1]
            values = [getattr(last, name.lstrip("-")) for name in ordering]
            self.next_cursor = encode_cursor(values, scope)
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.next_cursor})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {
                    "type": ["string", "null"],
                    "description": "?cursor= of the next page",
                },
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "schema": {"type": "string"},
                "description": "The `next` of the page before.",
            },
            {
                "name": "limit",
                "in": "query",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": self.max_page_size,
                },
                "description": "How many results at most.",
            },
        ]


def _after(model: type[Model], ordering: Sequence[str], values: list[Any]) -> Q:
    """Rows that come after ``values`` in ``ordering``."""
    condition = Q()
    equal = Q()
    for name, value in zip(ordering, values, strict=True):
        field = name.lstrip("-")
        step = "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{field}__{step}": value})
        equal &= Q(**{field: value})
    return condition
