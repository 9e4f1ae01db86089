"""The routes of version 1, app by app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from streamapi.rest import documents

# Heartbeats come most often and are never answered from memory: their routes stand first.
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("playback.urls")),
    path("openapi.json", documents.OpenApiView.as_view(), name="openapi"),
    path("docs", documents.reference, name="api-reference"),
    path("docs/problems", documents.problems, name="api-problems"),
    path("", include("catalog.urls")),
    path("", include("channels.urls")),
    path("", include("accounts.urls")),
]
