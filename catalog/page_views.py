"""Whole screens of rails: shared answers, the same for all who ask alike."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import ClassVar, Final

import orjson
from django.db.models import CharField, TextField
from django.db.models.functions import Cast
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from catalog import answers, cache_keys, page_content, rails, targeting
from catalog.models import PublishedPage, PublishedRail
from catalog.page_content import PageContent, RailContent
from catalog.page_serializers import PageNameShape, PageShape, RailPartShape
from catalog.rails import Filled, Shelf, Wanted
from streamapi.clients import Variant
from streamapi.errors import NotFound
from streamapi.http import moments
from streamapi.postgresql.statements import Given, Statement
from streamapi.responsecache import CachePolicy, expires_by, tag
from streamapi.rest.pagination import decode_cursor, encode_cursor, page_size
from streamapi.rest.viewsets import ReadOnlyViewSet

_LARGEST: Final = 100


class PageViewSet(ReadOnlyViewSet):
    """Pages: home, movies, series, and what else editors arrange."""

    queryset = PublishedPage.objects.none()
    lookup_field = "slug"
    cache_policies: ClassVar = {
        "list": CachePolicy(ttl=3600, client_ttl=300, vary=("language",)),
        "retrieve": CachePolicy(ttl=600, client_ttl=60),
    }

    @extend_schema(operation_id="pages_list", responses=PageNameShape(many=True))
    def list(self, request: Request) -> HttpResponse:
        """All pages, in the order in which to offer them."""
        variant: Variant = request.variant  # type: ignore[attr-defined]
        contents = PublishedPage.objects.values_list("content", flat=True)
        tag(request, cache_keys.PAGES)
        in_order = sorted(contents, key=lambda one: (one["position"], one["slug"]))
        texts = (orjson.dumps(_named(one, variant)).decode() for one in in_order)
        return answers.page(texts, None, variant)

    @extend_schema(operation_id="pages_retrieve", responses=PageShape)
    def retrieve(self, request: Request, slug: str) -> HttpResponse:
        """A whole screen: its rails with their first entries, in one answer."""
        variant: Variant = request.variant  # type: ignore[attr-defined]
        now = moments.of(request)
        rows = _released().rows(slug=slug)
        if not rows:
            raise NotFound
        page_pk, number, text = rows[0]
        content: PageContent = orjson.loads(text)
        shown = [one for one in content["rails"] if targeting.shows(one, variant, now)]
        shelf = rails.fill([Wanted(one, one["size"]) for one in shown], variant, now)
        shelf.ends_at(targeting.next_change(content["rails"], now))
        _mark(request, page_pk, shelf)
        texts = (_rail(one, variant) for one in shelf.rails)
        head = {
            **_named(content, variant),
            "id": content["id"],
            "version": number,
            "expires_at": shelf.changes_at,
        }
        body = answers.with_member(answers.text(head), "rails", f"[{','.join(texts)}]")
        return answers.document(body, variant)


class RailViewSet(ReadOnlyViewSet):
    """Rails, beyond what came with their page."""

    queryset = PublishedRail.objects.none()
    lookup_field = "public_id"
    cache_policies: ClassVar = {
        "retrieve": CachePolicy(
            ttl=600, client_ttl=60, query_params=("cursor", "limit")
        ),
    }

    @extend_schema(
        operation_id="rails_retrieve",
        responses=RailPartShape,
        parameters=[
            OpenApiParameter(
                "cursor", str, description="The `next` of the part before."
            ),
            OpenApiParameter("limit", int, description="How many results at most."),
        ],
    )
    def retrieve(self, request: Request, public_id: str) -> HttpResponse:
        """More of a rail, in the same order; without a cursor from its beginning."""
        variant: Variant = request.variant  # type: ignore[attr-defined]
        now, query = moments.of(request), request.query_params
        row = PublishedRail.objects.filter(public_id=public_id).first()
        if row is None or not targeting.shows(row.content, variant, now):
            raise NotFound
        content: RailContent = row.content
        limit = page_size(query.get("limit"), content["size"], _LARGEST)
        cursor = query.get("cursor")
        after = decode_cursor(cursor, _scope(content))[0] if cursor else None
        shelf = rails.fill([Wanted(content, limit, after)], variant, now)
        shelf.ends_at(targeting.next_change([content], now))
        _mark(request, row.page_id, shelf)
        results = [text for one in shelf.rails for text in one.results]
        follows = [_next(one) for one in shelf.rails]
        return answers.page(results, next(iter(follows), None), variant)


@cache
def _released() -> Statement:
    """The released version of a page: its number there, and its content as text."""
    pages = PublishedPage.objects.filter(slug=Given("slug", CharField()))
    rows = pages.values_list("page_id", "number", Cast("content", TextField()))
    return Statement(rows, is_planned_once=True)


def _mark(request: Request, page_pk: int, shelf: Shelf) -> None:
    tag(request, cache_keys.page(page_pk), *shelf.tags)
    expires_by(request, shelf.changes_at)


def _named(content: PageContent, variant: Variant) -> dict[str, str | None]:
    return {
        "slug": content["slug"],
        "name": page_content.name(content["names"], *variant.languages),
        "parent": content["parent"],
    }


def _rail(filled: Filled, variant: Variant) -> str:
    return "".join(_members(filled, variant))


def _members(filled: Filled, variant: Variant) -> Iterator[str]:
    rail = filled.rail
    audience = None
    if rail["packages"]:
        audience = {"packages": rail["packages"], "holders": rail["holders"]}
    head = {
        "id": rail["id"],
        "name": page_content.name(rail["names"], *variant.languages),
        "layout": rail["layout"],
        "source": rail["source"],
        "of": filled.of,
        "audience": audience,
        "url": filled.url,
        "next": _next(filled),
    }
    yield orjson.dumps(head).decode()[:-1]
    yield f',"results":[{",".join(filled.results)}]}}'


def _next(filled: Filled) -> str | None:
    if filled.after is None:
        return None
    return encode_cursor([filled.after], _scope(filled.rail))


def _scope(rail: RailContent) -> str:
    """A cursor is good for a rail as long as its order stays what it was."""
    return f"{rail['id']}:{rail['source']}:{rail['rule'].get('sort', '')}"
