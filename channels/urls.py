"""Routes of `channels` below /v1."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from channels import personal_views, playlist_views
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
    path("playlist.m3u8", playlist_views.PlaylistView.as_view(), name="playlist"),
    path("guide.xml.gz", playlist_views.PackedGuideView.as_view(), name="packed-guide"),
    path(
        "me/playlist-links",
        personal_views.PlaylistLinksView.as_view(),
        name="playlist-links",
    ),
    path(
        "me/playlist-links/<str:link_id>",
        personal_views.PlaylistLinkView.as_view(),
        name="playlist-link",
    ),
    path("me/favourite-channels", personal_views.FavouriteChannelsView.as_view()),
    path(
        "me/favourite-channels/<str:id_or_slug>",
        personal_views.FavouriteChannelView.as_view(),
    ),
    path("me/reminders", personal_views.RemindersView.as_view(), name="reminders"),
    path(
        "me/reminders/due",
        personal_views.DueRemindersView.as_view(),
        name="reminders-due",
    ),
    path(
        "me/reminders/<str:programme_id>",
        personal_views.ReminderView.as_view(),
        name="reminder",
    ),
    path(
        "me/followed-series",
        personal_views.FollowedSeriesView.as_view(),
        name="followed-series",
    ),
    path(
        "me/followed-series/<str:series_id>",
        personal_views.FollowedSeriesItemView.as_view(),
        name="followed-series-item",
    ),
]
