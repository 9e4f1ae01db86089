"""Routes of `channels` below /v1."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from channels.views import ChannelViewSet, GuideViewSet, ProgrammeViewSet

urlpatterns: list[URLPattern | URLResolver] = [
    path("channels", ChannelViewSet.as_view({"get": "list"}), name="channels"),
    path("channels/now", ChannelViewSet.as_view({"get": "now"}), name="channels-now"),
    path(
        "channels/<slug:id_or_slug>",
        ChannelViewSet.as_view({"get": "retrieve"}),
        name="channel",
    ),
    path(
        "channels/<slug:id_or_slug>/schedule",
        ChannelViewSet.as_view({"get": "schedule"}),
        name="schedule",
    ),
    path("guide", GuideViewSet.as_view({"get": "list"}), name="guide"),
    path(
        "programmes/<slug:public_id>",
        ProgrammeViewSet.as_view({"get": "retrieve"}),
        name="programme",
    ),
]
