"""What devices read of the catalogue: shared answers, the same for all who ask alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

import orjson
from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from catalog import (
    answers,
    availability,
    cache_keys,
    filters,
    listing,
    searching,
    tellings,
    title_page,
)
from catalog.episodes import ORDERS
from catalog.filters import (
    AVAILABILITIES,
    SORTS,
    TitleFilter,
    episode_order,
    flag,
    ordering,
    season_number,
)
from catalog.models import (
    ChartEntry,
    PublishedCollection,
    PublishedEpisodeCard,
    PublishedGenre,
    PublishedPerson,
    PublishedSeason,
    PublishedTitle,
)
from catalog.models.titles import Kind
from catalog.serializers import (
    CardShape,
    CollectionCardShape,
    CollectionShape,
    EpisodeShape,
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
_MAX_MEMBERS: Final = 200
_CHART: Final = 10


class CardPagination(KeysetPagination):
    """Cards are small and finished: a page may hold a whole screen of rails."""

    max_page_size = 240


class _PagedViewSet(ReadOnlyViewSet):
    """Lists that are joined from finished texts."""

    @property
    def next_cursor(self) -> str | None:
        """Of the page that was just read."""
        cursor: str | None = self.paginator.next_cursor  # type: ignore[union-attr]
        return cursor


class TitleViewSet(_PagedViewSet):
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
            query_params=(
                *("kind", "genre", "language", "keyword", "studio", "availability"),
                *("sort", "cursor", "limit"),
            ),
        ),
        "episodes": CachePolicy(
            ttl=3600,
            client_ttl=60,
            vary=_VARY,
            query_params=("order", "season", "cursor", "limit"),
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
            OpenApiParameter("keyword", str, description="The slug of a keyword."),
            OpenApiParameter("studio", str, description="The slug of a studio."),
            OpenApiParameter(
                "availability",
                str,
                enum=list(AVAILABILITIES),
                description="Only what leaves soon, or what is announced and not here "
                "yet; `available_until` or `available_from` of a card says when.",
            ),
            OpenApiParameter("sort", str, enum=list(SORTS), default="popularity"),
        ],
    )
    def list(self, request: Request) -> HttpResponse:
        """Cards of the titles that match, a page at a time."""
        variant, now = _variant(request), moments.of(request)
        query = request.query_params
        self.ordering = (ordering(query),)
        part = CardPagination.part(request, self.ordering)
        question = listing.Question(
            availability=filters.availability(query),
            narrowing=TitleFilter.read(query).narrowing,
            ordering=self.ordering[0],
            after=part.after[0] if part.after else None,
            size=part.size + 1,
            horizon=_horizon(),
        )
        found = listing.cards(question, variant, now)
        rows, following = part.cut(found, lambda row: [row[1]])
        _mark(request, now, cache_keys.TITLES)
        moment = listing.MOMENTS.get(question.availability)
        cards = tellings.cards((row[0] for row in rows), variant)
        if moment is None:
            return answers.page(cards, following, variant)
        # whatever opens or closes at the horizon comes to this list, or goes
        _expire_at_horizon(request, now)
        texts = (
            answers.with_member(card, moment, answers.text(row[2]))
            for card, row in zip(cards, rows, strict=True)
        )
        return answers.page(texts, following, variant)

    @extend_schema(operation_id="titles_retrieve", responses=TitleShape)
    def retrieve(self, request: Request, id_or_slug: str) -> HttpResponse:
        """The page of a title."""
        variant, now = _variant(request), moments.of(request)
        row = (
            PublishedTitle.objects.reachable(variant, now)
            .named(id_or_slug)
            .only("title_id", "language", "document", "windowed")
            .first()
        )
        if row is None:
            raise NotFound
        page = title_page.build(row, variant, now, path=request.path)
        tag(request, *page.tags)
        expires_by(request, page.changes_at)
        return answers.document(page.body, variant)

    @extend_schema(
        operation_id="titles_episodes_list",
        responses=EpisodeShape(many=True),
        parameters=[
            OpenApiParameter(
                "order",
                str,
                enum=[*ORDERS],
                default="season",
                description="`watching` puts specials where they belong; `absolute` "
                "counts through all seasons.",
            ),
            OpenApiParameter("season", int, description="Only this season."),
        ],
    )
    def episodes(self, request: Request, id_or_slug: str) -> HttpResponse:
        """The episodes of a series, a page at a time, in the order asked for."""
        variant, now = _variant(request), moments.of(request)
        titles = PublishedTitle.objects.visible(variant, now).named(id_or_slug)
        title = titles.values_list("title_id", flat=True).first()
        if title is None:
            raise NotFound
        key = f"by_{episode_order(request.query_params)}"
        self.ordering = (key,)
        cards = PublishedEpisodeCard.objects.filter(
            title=title, language=variant.language
        )
        season = season_number(request.query_params)
        if season is not None:
            cards = cards.filter(season_number=season)
        columns = dict.fromkeys(("document", "by_season", key))
        rows: Any = self.paginate_queryset(cards.values_list(*columns, named=True))
        _mark(request, now, cache_keys.title(title))
        texts = tellings.retold(
            {row.by_season: row.document for row in rows},
            PublishedEpisodeCard.objects.filter(title=title),
            variant,
            key="by_season",
        )
        return answers.page(texts.values(), self.next_cursor, variant)

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
        seasons = PublishedSeason.objects.filter(title=title)
        told = tellings.retold({number: text}, seasons, variant, key="number")
        return answers.document(told[number], variant)


class CollectionViewSet(_PagedViewSet):
    """Titles that belong together, in the order in which to watch them."""

    queryset = PublishedCollection.objects.none()
    pagination_class = KeysetPagination
    lookup_field = "id_or_slug"
    ordering: tuple[str, ...] = ("by_name",)
    cache_policies = {
        "list": CachePolicy(
            ttl=3600, client_ttl=60, vary=_VARY, query_params=("cursor", "limit")
        ),
        "retrieve": CachePolicy(ttl=3600, client_ttl=60, vary=_VARY),
    }

    @extend_schema(
        operation_id="collections_list", responses=CollectionCardShape(many=True)
    )
    def list(self, request: Request) -> HttpResponse:
        """Collections of which at least one title can be seen, by name."""
        variant, now = _variant(request), moments.of(request)
        found = PublishedCollection.objects.with_titles(
            PublishedTitle.objects.visible(variant, now), variant.language
        )
        rows: Any = self.paginate_queryset(
            found.values_list("card", "by_name", named=True)
        )
        _mark(request, now, cache_keys.COLLECTIONS, cache_keys.TITLES)
        texts = tellings.cards((row.card for row in rows), variant, PublishedCollection)
        return answers.page(texts, self.next_cursor, variant)

    @extend_schema(operation_id="collections_retrieve", responses=CollectionShape)
    def retrieve(self, request: Request, id_or_slug: str) -> HttpResponse:
        """A collection and its titles."""
        variant, now = _variant(request), moments.of(request)
        collection, text = _found(
            PublishedCollection.objects.named(id_or_slug)
            .filter(language=variant.language)
            .values_list("collection_id", "document")
            .first()
        )
        members = PublishedTitle.objects.visible(variant, now).collected(collection)
        cards = tellings.cards(
            members.values_list("card", flat=True)[:_MAX_MEMBERS], variant
        )
        if not cards:
            raise NotFound
        tags = (cache_keys.collection(collection), cache_keys.TITLES)
        _mark(request, now, *tags)
        told = tellings.retold(
            {collection: text},
            PublishedCollection.objects.all(),
            variant,
            key="collection_id",
        )
        body = answers.with_member(told[collection], "titles", f"[{','.join(cards)}]")
        return answers.document(body, variant)


class ChartViewSet(ReadOnlyViewSet):
    """What is watched most where the viewer is."""

    queryset = PublishedTitle.objects.none()
    lookup_field = "chart"
    cache_policies: ClassVar = {
        "retrieve": CachePolicy(ttl=900, client_ttl=60, vary=_VARY),
    }

    @extend_schema(
        operation_id="charts_retrieve",
        responses=CardShape(many=True),
        parameters=[
            OpenApiParameter(
                "chart", str, OpenApiParameter.PATH, enum=ChartEntry.Chart.values
            )
        ],
    )
    def retrieve(self, request: Request, chart: str) -> HttpResponse:
        """The first ten, in their order; by popularity until there are real plays."""
        if chart not in ChartEntry.Chart.values:
            raise NotFound
        variant, now = _variant(request), moments.of(request)
        visible = PublishedTitle.objects.visible(variant, now)
        charted = visible.charted(chart, variant.territory)
        cards = list(charted.values_list("card", flat=True)[:_CHART])
        if not cards:
            popular = visible.order_by("-by_popularity")
            cards = list(popular.values_list("card", flat=True)[:_CHART])
        _mark(request, now, cache_keys.CHARTS, cache_keys.TITLES)
        return answers.page(tellings.cards(cards, variant), None, variant)


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
        every: Any = PublishedGenre.objects.as_documents()
        genres = every.visible(variant, now).order_by("position", "slug")
        texts = dict(genres.values_list("slug", "document"))
        _mark(request, now, cache_keys.GENRES, cache_keys.TITLES)
        told = tellings.retold(texts, every, variant, key="slug")
        return answers.page(told.values(), None, variant)


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
        told = tellings.retold(
            {person: text}, PublishedPerson.objects.all(), variant, key="person_id"
        )
        body = answers.with_member(told[person], "credits", f"[{','.join(parts)}]")
        return answers.document(body, variant)


class SearchViewSet(ReadOnlyViewSet):
    """Titles, people, and what other parts of the product let be found."""

    queryset = PublishedTitle.objects.none()
    cache_policies: ClassVar = {
        "list": CachePolicy(
            ttl=300,
            client_ttl=60,
            vary=_VARY,
            query_params=(
                *("q", "kind", "genre", "language", "keyword", "studio"),
                *("facets", "limit"),
            ),
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
            OpenApiParameter("keyword", str, description="The slug of a keyword."),
            OpenApiParameter("studio", str, description="The slug of a studio."),
            OpenApiParameter(
                "facets",
                bool,
                description="Also how many of the titles found there are in each kind, "
                "genre and language.",
            ),
            OpenApiParameter("limit", int, description="Results of each kind."),
        ],
    )
    def list(self, request: Request) -> HttpResponse:
        """The best results of each kind; an empty query finds nothing."""
        variant, now = _variant(request), moments.of(request)
        wanted = TitleFilter.read(request.query_params)
        query = searching.Query(
            text=searching.fold_query(request.query_params.get("q", "")),
            **wanted.narrowing,
            limit=page_size(request.query_params.get("limit"), 20, 50),
        )
        groups = searching.search(query, variant, now)
        _mark(
            request,
            now,
            *(cache_keys.TITLES, cache_keys.COLLECTIONS, cache_keys.SYNONYMS),
        )
        texts = [
            f'{{"kind":{answers.text(one.kind)},"results":[{",".join(one.results)}]}}'
            for one in groups
        ]
        body = f'{{"query":{answers.text(query.text)},"groups":[{",".join(texts)}]}}'
        if flag(request.query_params, "facets"):
            facets = searching.facets(query, variant, now)
            body = answers.with_member(body, "facets", answers.text(facets))
        return answers.document(body, variant)


def _variant(request: Request) -> Variant:
    variant: Variant = request.variant  # type: ignore[attr-defined]
    return variant


def _mark(request: Request, now: datetime, *tags: str) -> None:
    """Note what the answer shows, and that it ends when a window opens or closes."""
    tag(request, *tags)
    expires_by(request, availability.next_boundary(_variant(request), now))


def _horizon() -> timedelta:
    return timedelta(days=settings.LEAVING_SOON_DAYS)


def _expire_at_horizon(request: Request, now: datetime) -> None:
    boundary = availability.next_boundary(_variant(request), now + _horizon())
    expires_by(request, boundary - _horizon() if boundary else None)


def _found(row: tuple[int, str] | None) -> tuple[int, str]:
    if row is None:
        raise NotFound
    return row


def _parts(public_id: str, variant: Variant, now: datetime) -> list[str]:
    part = "title__published_credits"
    rows = list(
        PublishedTitle.objects.visible(variant, now)
        .with_person(public_id)
        .order_by("-by_release", f"{part}__id")
        .values_list("card", f"{part}__role", f"{part}__character")[:_MAX_PARTS]
    )
    cards = tellings.cards((card for card, _, _ in rows), variant)
    return [
        answers.with_member(
            orjson.dumps({"role": role, "character": character}).decode(), "title", card
        )
        for card, (_, role, character) in zip(cards, rows, strict=True)
    ]
