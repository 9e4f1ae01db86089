"""What devices read of live television: shared answers, the same for all who ask alike."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import orjson
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from channels import cache_keys, documents, guide
from channels.documents import Reader
from channels.guide import ChannelPage, GuideWindow
from channels.models import Channel
from channels.programme_ids import parse_programme_id
from channels.serializers import (
    ChannelPageShape,
    ChannelShape,
    GuideShape,
    NowPageShape,
    ProgrammeShape,
    ScheduleShape,
)
from streamapi.clients import Variant
from streamapi.errors import NotFound
from streamapi.http import moments
from streamapi.responsecache import CachePolicy, expires_by, tag
from streamapi.rest.pagination import page_size
from streamapi.rest.viewsets import ReadOnlyViewSet

_VARY: Final = ("language", "territory", "maturity")
_PAGE: Final = ("lineup", "group", "cursor", "limit")
_GUIDE_PAGE: Final = 50
_OPTIONS: Final = orjson.OPT_UTC_Z
_PAGE_PARAMETERS: Final = [
    OpenApiParameter("lineup", str, description="The slug of a regional line-up."),
    OpenApiParameter("group", str, description="The slug of a group of channels."),
    OpenApiParameter("cursor", str, description="The `next` of the page before."),
    OpenApiParameter("limit", int, description="How many channels at most."),
]


class ChannelViewSet(ReadOnlyViewSet):
    """Channels, and what is on them."""

    queryset = Channel.objects.none()
    lookup_field = "id_or_slug"
    cache_policies: ClassVar = {
        "list": CachePolicy(ttl=600, client_ttl=60, vary=_VARY, query_params=_PAGE),
        "retrieve": CachePolicy(ttl=600, client_ttl=60, vary=_VARY),
        "schedule": CachePolicy(
            ttl=600, client_ttl=60, vary=_VARY, query_params=("date",)
        ),
        # Together less than the 15 s by which a programme may be shown too long.
        "now": CachePolicy(
            ttl=10,
            client_ttl=0,
            stale_while_revalidate=0,
            stale_if_error=0,
            vary=_VARY,
            query_params=_PAGE,
        ),
    }

    @extend_schema(
        operation_id="channels_list",
        responses=ChannelPageShape,
        parameters=_PAGE_PARAMETERS,
    )
    def list(self, request: Request) -> HttpResponse:
        """Channels in the order of the remote control, a page at a time."""
        variant = _variant(request)
        page = _channels(request, variant, most=100)
        tag(request, cache_keys.CHANNELS)
        cards = [documents.channel_card(c, variant.languages) for c in page.channels]
        return _answer({"results": cards, "next": page.next}, variant)

    @extend_schema(operation_id="channels_retrieve", responses=ChannelShape)
    def retrieve(self, request: Request, id_or_slug: str) -> HttpResponse:
        """One channel."""
        variant = _variant(request)
        channel = _found(id_or_slug, variant)
        tag(request, cache_keys.channel(channel.pk))
        return _answer(documents.channel_card(channel, variant.languages), variant)

    @extend_schema(
        operation_id="channels_schedule",
        responses=ScheduleShape,
        parameters=[
            OpenApiParameter(
                "date", OpenApiTypes.DATE, description="A day in UTC; today without it."
            )
        ],
    )
    def schedule(self, request: Request, id_or_slug: str) -> HttpResponse:
        """All that runs on a channel at any moment of a day, in full."""
        variant, now = _variant(request), moments.of(request)
        raw = request.query_params.get("date", "")
        day = guide.read_day(raw, now)
        channel = _found(id_or_slug, variant)
        window = guide.day_window(day)
        if not raw:
            expires_by(request, window.end)
        tags = (cache_keys.channel(channel.pk), cache_keys.schedule(channel.pk, day))
        tag(request, *tags)
        blackouts = guide.blackouts([channel.pk], window, variant.territory)
        answer = {
            "channel": documents.channel_card(channel, variant.languages),
            "date": day,
            "results": guide.schedule(channel, window, _reader(variant)),
            "blackouts": blackouts.get(channel.pk, []),
            "next": None,
            "guide_version": guide.version(),
            "server_time": now,
        }
        return _answer(answer, variant)

    @extend_schema(
        operation_id="channels_now", responses=NowPageShape, parameters=_PAGE_PARAMETERS
    )
    def now(self, request: Request) -> HttpResponse:
        """What runs now on each channel, and what comes next."""
        variant, now = _variant(request), moments.of(request)
        page = _channels(request, variant, most=100)
        found = guide.now_and_next(page, now, _reader(variant))
        results = []
        for channel in page.channels:
            shown = found[channel.pk]
            card = documents.channel_card(channel, variant.languages)
            results.append({"channel": card, "now": shown.now, "next": shown.next})
            expires_by(request, shown.changes_at)
        days = GuideWindow(now, now + guide.NEXT_WITHIN).days()
        tag(request, cache_keys.CHANNELS, *map(cache_keys.guide, days))
        answer = {
            "results": results,
            "next": page.next,
            "guide_version": guide.version(),
            "server_time": now,
        }
        return _answer(answer, variant)


class GuideViewSet(ReadOnlyViewSet):
    """The grid."""

    queryset = Channel.objects.none()
    cache_policies: ClassVar = {
        "list": CachePolicy(
            ttl=300, client_ttl=60, vary=_VARY, query_params=("from", "to", *_PAGE)
        )
    }

    @extend_schema(
        operation_id="guide_list",
        responses=GuideShape,
        parameters=[
            OpenApiParameter(
                "from",
                OpenApiTypes.DATETIME,
                description="Start of the window, on the half hour; now without it.",
            ),
            OpenApiParameter(
                "to",
                OpenApiTypes.DATETIME,
                description="End of the window, at most 24 h later; 6 h without it.",
            ),
            *_PAGE_PARAMETERS,
        ],
    )
    def list(self, request: Request) -> HttpResponse:
        """A page of channels by a window of time."""
        variant, now = _variant(request), moments.of(request)
        query = request.query_params
        window = GuideWindow.read(query.get("from", ""), query.get("to", ""), now)
        if not query.get("from"):
            expires_by(request, window.start + guide.BUCKET)
        page = _channels(request, variant, most=_GUIDE_PAGE)
        cells = guide.grid(page, window, _reader(variant))
        blackouts = guide.blackouts(page.pks(), window, variant.territory)
        tag(request, *cache_keys.guide_page(page.pks(), window.days()))
        results = [
            {
                "channel": documents.channel_card(channel, variant.languages),
                "programmes": cells[channel.pk],
                "blackouts": blackouts.get(channel.pk, []),
            }
            for channel in page.channels
        ]
        answer = {
            "from": window.start,
            "to": window.end,
            "results": results,
            "next": page.next,
            "guide_version": guide.version(),
            "server_time": now,
        }
        return _answer(answer, variant)


class ProgrammeViewSet(ReadOnlyViewSet):
    """Programmes."""

    queryset = Channel.objects.none()
    lookup_field = "public_id"
    cache_policies: ClassVar = {
        "retrieve": CachePolicy(ttl=600, client_ttl=60, vary=_VARY)
    }

    @extend_schema(operation_id="programmes_retrieve", responses=ProgrammeShape)
    def retrieve(self, request: Request, public_id: str) -> HttpResponse:
        """One programme, in full."""
        variant = _variant(request)
        parsed = parse_programme_id(public_id)
        if parsed is None:
            raise NotFound
        channel_id, starts_at = parsed
        channel = _found(channel_id, variant)
        found = guide.programme(channel, starts_at, _reader(variant))
        tag(request, cache_keys.schedule(channel.pk, starts_at.date()))
        tag(request, cache_keys.channel(channel.pk))
        if found is None:
            raise NotFound
        return _answer(found, variant)


def _variant(request: Request) -> Variant:
    variant: Variant = request.variant  # type: ignore[attr-defined]
    return variant


def _reader(variant: Variant) -> Reader:
    return Reader(variant.languages, variant.maturity)


def _channels(request: Request, variant: Variant, *, most: int) -> ChannelPage:
    query = request.query_params
    return ChannelPage.load(
        variant,
        lineup_slug=query.get("lineup", ""),
        group=query.get("group", ""),
        cursor=query.get("cursor", ""),
        size=page_size(query.get("limit"), min(50, most), most),
    )


def _found(id_or_slug: str, variant: Variant) -> Channel:
    channels = Channel.objects.visible(variant).placed(None).for_card()
    channel = channels.named(id_or_slug).first()
    if channel is None:
        raise NotFound
    return channel


def _answer(body: Any, variant: Variant) -> HttpResponse:
    answer = HttpResponse(
        orjson.dumps(body, option=_OPTIONS), content_type="application/json"
    )
    answer["Content-Language"] = ", ".join(variant.languages)
    return answer
