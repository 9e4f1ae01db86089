"""Bodies of what a profile keeps about live television."""

from __future__ import annotations

from rest_framework import serializers

from channels.reminders import LEAD_S
from channels.serializers import CellShape, ChannelShape, Shape


class BroadcastShape(CellShape):
    """A programme with its channel."""

    channel = ChannelShape()


class ReminderInput(Shape):
    """How long before the broadcast to tell."""

    lead_s = serializers.IntegerField(
        default=LEAD_S, min_value=0, max_value=24 * 3600, required=False
    )


class ReminderShape(Shape):
    """A broadcast that the profile waits for."""

    programme = BroadcastShape()
    reason = serializers.CharField(help_text="reminder, series")
    remind_at = serializers.DateTimeField()
    lead_s = serializers.IntegerField()


class RemindersShape(Shape):
    """Broadcasts that the profile waits for, the next first."""

    results = ReminderShape(many=True)
    next = serializers.CharField(allow_null=True)
    server_time = serializers.DateTimeField()


class FollowedSeriesItemShape(Shape):
    """A series that the profile follows."""

    id = serializers.CharField()
    title = serializers.CharField()
    followed_at = serializers.DateTimeField()
    upcoming = BroadcastShape(allow_null=True)


class FollowedSeriesShape(Shape):
    """The series that the profile follows, by title."""

    results = FollowedSeriesItemShape(many=True)
    next = serializers.CharField(allow_null=True)


class PlaylistLinkInput(Shape):
    """What the link is for."""

    name = serializers.CharField(required=False, default="", max_length=60)
    lineup = serializers.CharField(required=False, default="", max_length=60)


class PlaylistLinkShape(Shape):
    """A link for players without an account."""

    id = serializers.CharField()
    name = serializers.CharField()
    device_id = serializers.CharField()
    profile_id = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class NewPlaylistLinkShape(PlaylistLinkShape):
    """The same with its addresses, told once."""

    playlist_url = serializers.CharField(help_text="M3U: the channels.")
    guide_url = serializers.CharField(help_text="XMLTV, gzipped: what is on.")


class PlaylistLinksShape(Shape):
    """The links of the household that still open something."""

    results = PlaylistLinkShape(many=True)
    next = serializers.CharField(allow_null=True)


class FavouriteChannelShape(Shape):
    """A channel that the profile likes."""

    channel = ChannelShape()
    added_at = serializers.DateTimeField()


class FavouriteChannelsShape(Shape):
    """All of them."""

    results = FavouriteChannelShape(many=True)
    next = serializers.CharField(allow_null=True)
