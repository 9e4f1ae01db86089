"""The routes of version 1, app by app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from streamapi.rest import documents

urlpatterns: list[URLPattern | URLResolver] = [
    path("openapi.json", documents.OpenApiView.as_view(), name="openapi"),
    path("docs", documents.reference, name="api-reference"),
    path("docs/problems", documents.problems, name="api-problems"),
    path("", include("catalog.urls")),
    path("", include("channels.urls")),
    path("", include("accounts.urls")),
    path("", include("playback.urls")),
]
