"""Routes of `playback` below /v1."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from playback import link_views, personal_views, views

_SESSION = "playback/sessions/<str:session_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("playback/sessions", views.SessionsView.as_view(), name="play"),
    path(_SESSION, views.SessionView.as_view(), name="playback-session"),
    path(f"{_SESSION}/license", views.LicenseView.as_view(), name="playback-license"),
    path(f"{_SESSION}/renew", views.RenewView.as_view(), name="playback-renew"),
    path(
        f"{_SESSION}/heartbeat",
        views.HeartbeatView.as_view(),
        name="playback-heartbeat",
    ),
    path(
        "live/<slug:channel_id>.m3u8",
        link_views.LinkedStreamView.as_view(),
        name="linked-stream",
    ),
    path("me/progress", personal_views.ProgressView.as_view(), name="progress"),
    path("me/overlay", personal_views.OverlayView.as_view(), name="overlay"),
    path(
        "me/continue-watching",
        personal_views.ContinueWatchingView.as_view(),
        name="continue-watching",
    ),
    path(
        "me/continue-watching/<str:title_id>",
        personal_views.ContinueWatchingItemView.as_view(),
        name="continue-watching-item",
    ),
    path(
        "me/next-episodes",
        personal_views.NextEpisodesView.as_view(),
        name="next-episodes",
    ),
    path("me/history", personal_views.HistoryView.as_view(), name="history"),
    path(
        "me/history/<str:content_id>",
        personal_views.HistoryItemView.as_view(),
        name="history-item",
    ),
    path("me/watchlist", personal_views.WatchlistView.as_view(), name="watchlist"),
    path(
        "me/watchlist/<str:title_id>",
        personal_views.WatchlistItemView.as_view(),
        name="watchlist-item",
    ),
    path(
        "me/ratings/<str:title_id>",
        personal_views.RatingView.as_view(),
        name="title-rating",
    ),
]
