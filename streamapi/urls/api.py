"""The routes of version 1, app by app."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("catalog.urls")),
    path("", include("channels.urls")),
    path("", include("accounts.urls")),
    path("", include("playback.urls")),
]
