"""Lists and searches of the admin that cost the same at a hundred thousand rows."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.text import smart_split, unescape_string_literal

_MOST_WORDS: Final = 8


_Row = TypeVar("_Row", bound=Model)


class BoundedPaginator(Paginator[Any]):
    """Counts no further than a list goes: nobody turns two hundred pages."""

    most_listed = 10_000

    @cached_property
    def count(self) -> int:
        """How many rows there are, up to the most that are listed."""
        rows: Any = self.object_list
        found: int = rows.order_by().values("pk")[: self.most_listed].count()
        return found


class LargeList(admin.ModelAdmin[_Row]):
    """The list of a table that grows with the catalogue.

    Each of the ``search_fields`` is a whole lookup that one index answers
    (``name__icontains`` with a trigram index, ``slug__exact``); the rows that each finds
    are put together, where a join and an OR would read every row of every table.
    """

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[_Row], search_term: str
    ) -> tuple[QuerySet[_Row], bool]:
        """Rows in which each word is found."""
        for word in _words(search_term):
            queryset = queryset.filter(found(self.model, self.search_fields, word))
        return queryset, False


def found(model: type[Model], lookups: Any, word: str) -> Q:
    """Rows of a model that one of some lookups finds by a word."""
    first, *others = (
        model._default_manager.filter(**{lookup: word}).order_by().values("pk")
        for lookup in lookups
    )
    return Q(pk__in=first.union(*others))


def _words(text: str) -> list[str]:
    """What was typed, in words; what stands in quotation marks is one."""
    bits = list(smart_split(text.replace("\x00", "")))[:_MOST_WORDS]
    quoted = (bit[0] in "\"'" and len(bit) > 1 and bit[0] == bit[-1] for bit in bits)
    return [
        unescape_string_literal(bit) if is_quoted else bit
        for bit, is_quoted in zip(bits, quoted, strict=True)
    ]
