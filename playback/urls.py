"""Routes of `playback` below /v1."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from playback import views

_SESSION = "playback/sessions/<str:session_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("playback/sessions", views.SessionsView.as_view(), name="play"),
    path(_SESSION, views.SessionView.as_view(), name="playback-session"),
    path(f"{_SESSION}/renew", views.RenewView.as_view(), name="playback-renew"),
    path(
        f"{_SESSION}/heartbeat",
        views.HeartbeatView.as_view(),
        name="playback-heartbeat",
    ),
]
