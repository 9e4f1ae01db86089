"""What a profile watches, keeps and likes: small answers that overlay shared ones."""

from __future__ import annotations

from typing import Any, ClassVar

import orjson
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import IsViewer
from accounts.views.base import PersonalView
from playback import overlay, watching
from playback.models import ContinueItem, WatchlistItem, WatchProgress
from playback.personal_serializers import (
    ContinueOutput,
    HistoryOutput,
    OverlayInput,
    OverlayOutput,
    ProgressInput,
    ProgressOutput,
    RatingInput,
    WatchlistOutput,
    page_of,
)
from playback.watching import Report
from streamapi.responsecache import NEVER
from streamapi.rest.pagination import KeysetPagination

_PAGE = [
    OpenApiParameter("cursor", str, description="The `next` of the page before."),
    OpenApiParameter("limit", int, description="How many results at most."),
]


class ProfileView(PersonalView):
    """Answers for one profile."""

    permission_classes = [IsViewer]
    cache_policies: ClassVar[Any] = dict.fromkeys(
        ("get", "post", "put", "delete"), NEVER("personal")
    )
    ordering: ClassVar[tuple[str, ...]] = ("-event_at", "-pk")

    def page(self, request: Request, rows: QuerySet[Any, Any]) -> Response:
        """A page of rows, each with the card of its title."""
        pages = KeysetPagination()
        found = pages.paginate_queryset(rows, request, self)
        cards = watching.cards([row.title_id for row in found], self.variant)
        return pages.get_paginated_response(
            [
                {"title": orjson.Fragment(cards[row.title_id]), **self.shown(row)}
                for row in found
                if row.title_id in cards
            ]
        )

    def shown(self, row: Any) -> dict[str, Any]:
        """What an entry says beside its title."""
        raise NotImplementedError


class ContinueWatchingView(ProfileView):
    """What to go on with, the latest first."""

    @extend_schema(
        operation_id="continue_watching",
        parameters=_PAGE,
        responses={200: page_of(ContinueOutput)},
    )
    def get(self, request: Request) -> Response:
        """Films that were begun, and the next episode of series."""
        rows = ContinueItem.objects.shown_to(self.viewer.profile_id)
        return self.page(request, rows)

    def shown(self, row: ContinueItem) -> dict[str, Any]:
        return {
            "content_id": row.content_id,
            "position_ms": row.position_ms,
            "duration_ms": row.duration_ms,
            "updated_at": row.event_at,
        }


class NextEpisodesView(ContinueWatchingView):
    """Episodes that wait for their start, the series seen latest first."""

    @extend_schema(
        operation_id="next_episodes",
        parameters=_PAGE,
        responses={200: page_of(ContinueOutput)},
    )
    def get(self, request: Request) -> Response:
        """The episode after each one that was finished."""
        rows = ContinueItem.objects.shown_to(self.viewer.profile_id)
        return self.page(request, rows.filter(position_ms=0))


class ContinueWatchingItemView(ProfileView):
    """One entry of continue watching."""

    @extend_schema(operation_id="continue_watching_hide", responses={204: None})
    def delete(self, request: Request, title_id: str) -> Response:
        """Hide the title until it is played again."""
        watching.hide(self.viewer, title_id, now=timezone.now())
        return Response(status=204)


class HistoryView(ProfileView):
    """Everything that was watched, the latest first."""

    @extend_schema(
        operation_id="history",
        parameters=_PAGE,
        responses={200: page_of(HistoryOutput)},
    )
    def get(self, request: Request) -> Response:
        """Films and episodes with how far they were watched."""
        rows = WatchProgress.objects.of_profile(self.viewer.profile_id)
        return self.page(request, rows.exclude(title=None))

    @extend_schema(operation_id="history_clear", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Forget all of it."""
        watching.forget(self.viewer, None, now=timezone.now())
        return Response(status=204)

    def shown(self, row: WatchProgress) -> dict[str, Any]:
        return {
            "content_id": row.content_id,
            "position_ms": row.position_ms,
            "duration_ms": row.duration_ms,
            "completed": row.completed,
            "watched_at": row.event_at,
        }


class HistoryItemView(ProfileView):
    """One entry of the history."""

    @extend_schema(operation_id="history_delete", responses={204: None})
    def delete(self, request: Request, content_id: str) -> Response:
        """Forget that it was watched."""
        watching.forget(self.viewer, content_id, now=timezone.now())
        return Response(status=204)


class WatchlistView(ProfileView):
    """What is kept for later, the latest first."""

    ordering = ("-added_at", "-pk")

    @extend_schema(
        operation_id="watchlist",
        parameters=_PAGE,
        responses={200: page_of(WatchlistOutput)},
    )
    def get(self, request: Request) -> Response:
        """Titles that the profile put on its list."""
        rows = WatchlistItem.objects.filter(profile__public_id=self.viewer.profile_id)
        return self.page(request, rows)

    def shown(self, row: WatchlistItem) -> dict[str, Any]:
        return {"added_at": row.added_at}


class WatchlistItemView(ProfileView):
    """One title on the list."""

    @extend_schema(operation_id="watchlist_add", request=None, responses={204: None})
    def put(self, request: Request, title_id: str) -> Response:
        """Keep it for later."""
        watching.keep(self.viewer, title_id, now=timezone.now())
        return Response(status=204)

    @extend_schema(operation_id="watchlist_remove", responses={204: None})
    def delete(self, request: Request, title_id: str) -> Response:
        """Take it off the list."""
        watching.drop(self.viewer, title_id)
        return Response(status=204)


class RatingView(ProfileView):
    """What the profile thinks of a title."""

    @extend_schema(
        operation_id="rating_set", request=RatingInput, responses={204: None}
    )
    def put(self, request: Request, title_id: str) -> Response:
        """Dislike, like or love it."""
        value = self.read(RatingInput)["value"]
        watching.rate(self.viewer, title_id, value, now=timezone.now())
        return Response(status=204)

    @extend_schema(operation_id="rating_remove", responses={204: None})
    def delete(self, request: Request, title_id: str) -> Response:
        """Have no opinion again."""
        watching.unrate(self.viewer, title_id)
        return Response(status=204)


class ProgressView(ProfileView):
    """What a device watched while it was offline."""

    @extend_schema(
        operation_id="progress_report",
        request=ProgressInput,
        responses={200: ProgressOutput},
    )
    def post(self, request: Request) -> Response:
        """Merge events by when they happened; sending them again changes nothing."""
        reports = [Report(**one) for one in self.read(ProgressInput)["events"]]
        changed, unknown = watching.report(self.viewer, reports, now=timezone.now())
        return Response({"changed": changed, "unknown": unknown})


class OverlayView(ProfileView):
    """What the profile adds to the items of a page."""

    @extend_schema(
        operation_id="overlay", request=OverlayInput, responses={200: OverlayOutput}
    )
    def post(self, request: Request) -> Response:
        """Progress, list, rating and whether it may play, for up to 240 ids at once."""
        ids = self.read(OverlayInput)["ids"]
        return Response({"items": overlay.overlay(self.viewer, ids)})
