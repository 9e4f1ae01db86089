"""The shapes of the answers about live television, for the API document.

Answers are made by ``channels.documents``; nothing is rendered by these.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class Shape(serializers.Serializer[Any]):
    """A part of an answer."""


class LogoShape(Shape):
    """A picture; its size is null when it is kept elsewhere."""

    role = serializers.CharField()
    url = serializers.CharField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    aspect = serializers.CharField(allow_null=True)
    alt = serializers.CharField()
    lang = serializers.CharField(allow_null=True)
    placeholder = serializers.CharField(allow_null=True)


class GroupShape(Shape):
    """A heading of the guide."""

    slug = serializers.CharField()
    name = serializers.CharField()


class CapabilitiesShape(Shape):
    """What can be done with the programmes of a channel, unless one says otherwise."""

    live_pause = serializers.BooleanField()
    start_over = serializers.BooleanField()
    catchup_hours = serializers.IntegerField(help_text="0: no catch-up.")
    recording = serializers.BooleanField()


class ChannelMaturityShape(Shape):
    """The age that the channel itself is for."""

    min_age = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF: an option


class ChannelShape(Shape):
    """A channel."""

    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField(help_text="tv, radio")
    number = serializers.CharField(allow_null=True, help_text="5, or 5.1")
    group = GroupShape(allow_null=True)
    languages = serializers.ListField(child=serializers.CharField())
    images = LogoShape(many=True)
    packages = serializers.ListField(
        child=serializers.CharField(),
        help_text="Any one of them gives access; none means free for everyone.",
    )
    maturity = ChannelMaturityShape()
    capabilities = CapabilitiesShape()


class ChannelPageShape(Shape):
    """A page of channels."""

    results = ChannelShape(many=True)
    next = serializers.CharField(allow_null=True)


class CellShape(Shape):
    """A programme in the grid, within [starts_at, ends_at)."""

    id = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    title = serializers.CharField()
    episode_title = serializers.CharField()
    season = serializers.IntegerField(allow_null=True)
    episode = serializers.IntegerField(allow_null=True)
    min_age = serializers.IntegerField()
    genres = serializers.ListField(child=serializers.CharField())
    flags = serializers.ListField(
        child=serializers.CharField(),
        help_text="live, new, premiere, repeat, last_chance, filler",
    )
    can = serializers.ListField(
        child=serializers.CharField(),
        help_text="live_pause, start_over, catchup, recording",
    )
    content_id = serializers.CharField(
        allow_null=True, help_text="The title or episode of the catalogue."
    )
    is_masked = serializers.BooleanField(help_text="Above the maturity ceiling.")


class RatingOfFeedShape(Shape):
    """What a board decided, as the feed says it."""

    system = serializers.CharField()
    value = serializers.CharField()


class ProgrammeCreditShape(Shape):
    """A person's part in a programme."""

    name = serializers.CharField()
    role = serializers.CharField()
    character = serializers.CharField()


class ChannelAvailabilityShape(Shape):
    """When a programme can be watched, beyond the time at which it runs."""

    live = serializers.BooleanField()
    start_over = serializers.BooleanField()
    catchup = serializers.BooleanField()
    catchup_until = serializers.DateTimeField(allow_null=True)
    recording = serializers.BooleanField()


class ProgrammeShape(CellShape):
    """A programme, in full."""

    channel_id = serializers.CharField()
    duration_s = serializers.IntegerField()
    synopsis = serializers.CharField()
    series_id = serializers.CharField(
        allow_null=True, help_text="To follow the series: /v1/me/followed-series."
    )
    part = serializers.IntegerField(allow_null=True)
    categories = serializers.ListField(child=serializers.CharField())
    year = serializers.IntegerField(allow_null=True)
    ratings = RatingOfFeedShape(many=True)
    credits = ProgrammeCreditShape(many=True)
    images = LogoShape(many=True)
    availability = ChannelAvailabilityShape()


class BlackoutShape(Shape):
    """A time at which the channel cannot be played, live or afterwards."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    reason = serializers.CharField(help_text="rights, region, device")
    form_factors = serializers.ListField(
        child=serializers.CharField(), help_text="Empty means all."
    )
    alternative_channel_id = serializers.CharField(allow_null=True)


class StampedShape(Shape):
    """What every answer with programmes says about itself."""

    guide_version = serializers.CharField(help_text="Changes when the guide does.")
    server_time = serializers.DateTimeField(
        help_text="When this was made; add the Age header for the time it is now."
    )


class GuideRowShape(Shape):
    """A channel and its programmes."""

    channel = ChannelShape()
    programmes = CellShape(many=True)
    blackouts = BlackoutShape(many=True)


class GuideShape(StampedShape):
    """A page of the guide."""

    to = serializers.DateTimeField()
    results = GuideRowShape(many=True)
    next = serializers.CharField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With ``from``, which Python does not take for a name."""
        return {"from": serializers.DateTimeField(), **super().get_fields()}


class ScheduleShape(StampedShape):
    """A day of a channel."""

    channel = ChannelShape()
    date = serializers.DateField()
    results = ProgrammeShape(many=True)
    blackouts = BlackoutShape(many=True)
    next = serializers.CharField(allow_null=True)


class NowRowShape(Shape):
    """What runs on a channel."""

    channel = ChannelShape()
    now = CellShape(allow_null=True)
    next = CellShape(allow_null=True)


class NowPageShape(StampedShape):
    """What runs on a page of channels."""

    results = NowRowShape(many=True)
    next = serializers.CharField(allow_null=True)
