"""Keyset pages: a signed opaque cursor, no COUNT, no offset, no link that names a host."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from streamapi.errors import InvalidInput

MAX_PAGE_SIZE: Final = 100
_MAX_CURSOR: Final = 600
_T = TypeVar("_T")


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


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list is asked for; ``after`` are the keys of the row before it."""

    size: int
    after: list[Any] | None
    scope: str

    def cut(
        self, rows: Sequence[_T], keys: Callable[[_T], Sequence[Any]]
    ) -> tuple[Sequence[_T], str | None]:
        """The rows to show, of one more than these, and the cursor of what follows."""
        if len(rows) <= self.size:
            return rows, None
        shown = rows[: self.size]
        return shown, encode_cursor(keys(shown[-1]), self.scope)


class KeysetPagination(BasePagination):
    """Pages over ``view.ordering``: non-null columns, the last one unique.

    The answer is ``{"results": [...], "next": cursor or null}``.
    """

    default_page_size: ClassVar[int] = 50
    max_page_size: ClassVar[int] = MAX_PAGE_SIZE
    next_cursor: str | None = None

    @classmethod
    def part(cls, request: Request, ordering: Sequence[str]) -> Part:
        """What ``?limit=`` and ``?cursor=`` ask for; raises on what cannot be."""
        query = request.query_params
        size = page_size(query.get("limit"), cls.default_page_size, cls.max_page_size)
        scope = ":".join((request.path, *ordering))
        cursor = query.get("cursor")
        return Part(size, decode_cursor(cursor, scope) if cursor else None, scope)

    def paginate_queryset(  # type: ignore[override]
        self,
        queryset: QuerySet[Any],
        request: Request,
        view: APIView | None = None,
    ) -> list[Any]:
        ordering: tuple[str, ...] = view.ordering  # type: ignore[union-attr]
        part = self.part(request, ordering)
        if part.after is not None:
            queryset = queryset.filter(_after(queryset.model, ordering, part.after))
        names = [name.lstrip("-") for name in ordering]
        rows, self.next_cursor = part.cut(
            list(queryset.order_by(*ordering)[: part.size + 1]),
            lambda row: [getattr(row, name) for name in names],
        )
        return list(rows)

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
