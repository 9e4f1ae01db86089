"""What devices read of the catalogue: shared answers, the same for all who ask alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final

import orjson
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from catalog import answers, availability, cache_keys, searching
from catalog.filters import SORTS, TitleFilter, ordering
from catalog.models import (
    PublishedGenre,
    PublishedPerson,
    PublishedSeason,
    PublishedTitle,
    PublishedWindow,
)
from catalog.models.titles import Kind
from catalog.serializers import (
    CardShape,
    GenreShape,
    PersonShape,
    SearchShape,
    SeasonShape,
    TitleShape,
)
from streamapi.clients import Variant
from streamapi.errors import NotFound
from streamapi.http import moments
from streamapi.responsecache import CachePolicy, expires_by, tag
from streamapi.rest.pagination import KeysetPagination, page_size
from streamapi.rest.viewsets import ReadOnlyViewSet

_VARY: Final = ("language", "territory", "maturity")
_MAX_PARTS: Final = 200


class CardPagination(KeysetPagination):
    """Cards are small and finished: a page may hold a whole screen of rails."""

    max_page_size = 240


class TitleViewSet(ReadOnlyViewSet):
    """Movies and series."""

    queryset = PublishedTitle.objects.none()
    pagination_class = CardPagination
    lookup_field = "id_or_slug"
    ordering: tuple[str, ...] = ()
    cache_policies = {
        "list": CachePolicy(
            ttl=600,
            client_ttl=60,
            vary=_VARY,
            query_params=("kind", "genre", "language", "sort", "cursor", "limit"),
        ),
        "retrieve": CachePolicy(ttl=3600, client_ttl=60, vary=_VARY),
        "season": CachePolicy(ttl=3600, client_ttl=60, vary=_VARY),
    }

    @extend_schema(
        operation_id="titles_list",
        responses=CardShape(many=True),
        parameters=[
            OpenApiParameter("kind", str, enum=Kind.values),
            OpenApiParameter("genre", str, description="The slug of a genre."),
            OpenApiParameter("language", str, description="A language spoken in it."),
            OpenApiParameter("sort", str, enum=list(SORTS), default="popularity"),
        ],
    )
    def list(self, request: Request) -> HttpResponse:
        """Cards of the titles that match, a page at a time."""
        variant = _variant(request)
        now = moments.of(request)
        wanted = TitleFilter.read(request.query_params)
        self.ordering = (ordering(request.query_params),)
        key = self.ordering[0].lstrip("-")
        cards = PublishedTitle.objects.visible(variant, now).narrowed(
            kind=wanted.kind, genre=wanted.genre, language=wanted.language
        )
        rows: Any = self.paginate_queryset(cards.values_list("card", key, named=True))
        _mark(request, now, cache_keys.TITLES)
        cursor = self.paginator.next_cursor  # type: ignore[union-attr]
        return answers.page((row.card for row in rows), cursor, variant.language)

    @extend_schema(operation_id="titles_retrieve", responses=TitleShape)
    def retrieve(self, request: Request, id_or_slug: str) -> HttpResponse:
        """The page of a title."""
        variant, now = _variant(request), moments.of(request)
        row = (
            PublishedTitle.objects.visible(variant, now)
            .named(id_or_slug)
            .values_list("title_id", "document", "windowed")
            .first()
        )
        if row is None:
            raise NotFound
        title, text, windowed = row
        tag(request, cache_keys.title(title))
        until = None
        if windowed:
            period = availability.period(title, variant.territory, now)
            until = period.ends_at
            expires_by(request, period.changes_at)
        body = answers.with_member(text, "available_until", answers.text(until))
        return answers.document(body, variant.language)

    @extend_schema(operation_id="titles_seasons_retrieve", responses=SeasonShape)
    def season(self, request: Request, id_or_slug: str, number: int) -> HttpResponse:
        """A season of a series, with all its episodes."""
        variant, now = _variant(request), moments.of(request)
        titles = PublishedTitle.objects.visible(variant, now).named(id_or_slug)
        title, text = _found(
            PublishedSeason.objects.of(titles, variant.language)
            .filter(number=number)
            .values_list("title_id", "document")
            .first()
        )
        _mark(request, now, cache_keys.title(title))
        return answers.document(text, variant.language)


class GenreViewSet(ReadOnlyViewSet):
    """Genres that have something to show."""

    queryset = PublishedGenre.objects.none()
    cache_policies: ClassVar = {
        "list": CachePolicy(ttl=3600, client_ttl=300, vary=_VARY),
    }

    @extend_schema(operation_id="genres_list", responses=GenreShape(many=True))
    def list(self, request: Request) -> HttpResponse:
        """All genres, in the order in which to offer them."""
        variant, now = _variant(request), moments.of(request)
        genres = (
            PublishedGenre.objects.with_titles(
                PublishedTitle.objects.visible(variant, now), variant.language
            )
            .order_by("position", "slug")
            .values("slug", "name")
        )
        _mark(request, now, cache_keys.GENRES, cache_keys.TITLES)
        texts = (orjson.dumps(genre).decode() for genre in genres)
        return answers.page(texts, None, variant.language)


class PersonViewSet(ReadOnlyViewSet):
    """People who have a part in something that may be shown."""

    queryset = PublishedPerson.objects.none()
    lookup_field = "public_id"
    cache_policies: ClassVar = {
        "retrieve": CachePolicy(ttl=3600, client_ttl=300, vary=_VARY),
    }

    @extend_schema(operation_id="people_retrieve", responses=PersonShape)
    def retrieve(self, request: Request, public_id: str) -> HttpResponse:
        """A person and the titles they have a part in, latest first."""
        variant, now = _variant(request), moments.of(request)
        person, text = _found(
            PublishedPerson.objects.filter(
                public_id=public_id, language=variant.language
            )
            .values_list("person_id", "document")
            .first()
        )
        parts = _parts(public_id, variant, now)
        if not parts:
            raise NotFound
        _mark(request, now, cache_keys.person(person), cache_keys.TITLES)
        body = answers.with_member(text, "credits", f"[{','.join(parts)}]")
        return answers.document(body, variant.language)


class SearchViewSet(ReadOnlyViewSet):
    """Titles, people, and what other parts of the product let be found."""

    queryset = PublishedTitle.objects.none()
    cache_policies: ClassVar = {
        "list": CachePolicy(
            ttl=300,
            client_ttl=60,
            vary=_VARY,
            query_params=("q", "kind", "genre", "language", "limit"),
        ),
    }

    @extend_schema(
        operation_id="search",
        responses=SearchShape,
        parameters=[
            OpenApiParameter("q", str, description="As typed; half a word is enough."),
            OpenApiParameter("kind", str, enum=Kind.values),
            OpenApiParameter("genre", str, description="The slug of a genre."),
            OpenApiParameter("language", str, description="A language spoken in it."),
            OpenApiParameter("limit", int, description="Results of each kind."),
        ],
    )
    def list(self, request: Request) -> HttpResponse:
        """The best results of each kind; an empty query finds nothing."""
        variant, now = _variant(request), moments.of(request)
        wanted = TitleFilter.read(request.query_params)
        query = searching.Query(
            text=searching.fold_query(request.query_params.get("q", "")),
            kind=wanted.kind,
            genre=wanted.genre,
            language=wanted.language,
            limit=page_size(request.query_params.get("limit"), 20, 50),
        )
        groups = searching.search(query, variant, now)
        _mark(request, now, cache_keys.TITLES)
        texts = [
            f'{{"kind":{answers.text(one.kind)},"results":[{",".join(one.results)}]}}'
            for one in groups
        ]
        body = f'{{"query":{answers.text(query.text)},"groups":[{",".join(texts)}]}}'
        return answers.document(body, variant.language)


def _variant(request: Request) -> Variant:
    variant: Variant = request.variant  # type: ignore[attr-defined]
    return variant


def _mark(request: Request, now: datetime, *tags: str) -> None:
    """Note what the answer shows, and that it ends when a window opens or closes."""
    tag(request, *tags)
    territory = _variant(request).territory
    windows = PublishedWindow.objects.in_territory(territory)
    expires_by(request, windows.next_boundary(now))


def _found(row: tuple[int, str] | None) -> tuple[int, str]:
    if row is None:
        raise NotFound
    return row


def _parts(public_id: str, variant: Variant, now: datetime) -> list[str]:
    part = "title__published_credits"
    rows = (
        PublishedTitle.objects.visible(variant, now)
        .with_person(public_id)
        .order_by("-by_release", f"{part}__id")
        .values_list("card", f"{part}__role", f"{part}__character")[:_MAX_PARTS]
    )
    return [
        answers.with_member(
            orjson.dumps({"role": role, "character": character}).decode(), "title", card
        )
        for card, role, character in rows
    ]
