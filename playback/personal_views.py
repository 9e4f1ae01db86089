"""What a profile watches, keeps and likes: small answers that overlay shared ones."""

from __future__ import annotations

from typing import Any, ClassVar

import orjson
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import IsViewer
from accounts.views.base import PersonalView
from playback import overlay, personal_lists, watching
from playback.personal_lists import PersonalList
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


class ListView(ProfileView):
    """A page of one of the lists of a profile."""

    listed: ClassVar[PersonalList]

    def page(self, request: Request) -> Response:
        """The entries whose titles suit the one who asks, each with its card."""
        part = KeysetPagination.part(request, self.listed.ordering)
        found = personal_lists.entries(
            self.listed,
            self.viewer,
            self.variant,
            after=part.after,
            limit=part.size + 1,
        )
        shown, follows = part.cut(found, lambda entry: entry.keys)
        results = [
            {"title": orjson.Fragment(entry.card), **entry.said}
            for entry in shown
            if entry.card is not None
        ]
        return Response({"results": results, "next": follows})


class ContinueWatchingView(ListView):
    """What to go on with, the latest first."""

    listed = personal_lists.CONTINUE_WATCHING

    @extend_schema(
        operation_id="continue_watching",
        parameters=_PAGE,
        responses={200: page_of(ContinueOutput)},
    )
    def get(self, request: Request) -> Response:
        """Films that were begun, and the next episode of series."""
        return self.page(request)


class NextEpisodesView(ListView):
    """Episodes that wait for their start, the series seen latest first."""

    listed = personal_lists.NEXT_EPISODES

    @extend_schema(
        operation_id="next_episodes",
        parameters=_PAGE,
        responses={200: page_of(ContinueOutput)},
    )
    def get(self, request: Request) -> Response:
        """The episode after each one that was finished."""
        return self.page(request)


class ContinueWatchingItemView(ProfileView):
    """One entry of continue watching."""

    @extend_schema(operation_id="continue_watching_hide", responses={204: None})
    def delete(self, request: Request, title_id: str) -> Response:
        """Hide the title until it is played again."""
        watching.hide(self.viewer, title_id, now=timezone.now())
        return Response(status=204)


class HistoryView(ListView):
    """Everything that was watched, the latest first."""

    listed = personal_lists.HISTORY

    @extend_schema(
        operation_id="history",
        parameters=_PAGE,
        responses={200: page_of(HistoryOutput)},
    )
    def get(self, request: Request) -> Response:
        """Films and episodes with how far they were watched."""
        return self.page(request)

    @extend_schema(operation_id="history_clear", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Forget all of it."""
        watching.forget(self.viewer, None, now=timezone.now())
        return Response(status=204)


class HistoryItemView(ProfileView):
    """One entry of the history."""

    @extend_schema(operation_id="history_delete", responses={204: None})
    def delete(self, request: Request, content_id: str) -> Response:
        """Forget that it was watched."""
        watching.forget(self.viewer, content_id, now=timezone.now())
        return Response(status=204)


class WatchlistView(ListView):
    """What is kept for later, the latest first."""

    listed = personal_lists.WATCHLIST

    @extend_schema(
        operation_id="watchlist",
        parameters=_PAGE,
        responses={200: page_of(WatchlistOutput)},
    )
    def get(self, request: Request) -> Response:
        """Titles that the profile put on its list."""
        return self.page(request)


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
