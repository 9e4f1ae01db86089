"""What devices send and get about what a profile watches, keeps and likes."""

from __future__ import annotations

import functools
import re
from typing import Any, Final

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from playback.models import TitleRating
from streamapi.ids import PROGRAMME_ID_LENGTH

MAX_EVENTS: Final = 200
MAX_ITEMS: Final = 240
_LIKE_AN_ID: Final = re.compile(rf"[!-~]{{1,{PROGRAMME_ID_LENGTH}}}").fullmatch


class EventInput(serializers.Serializer[Any]):
    """Where a player was, and when."""

    content_id = serializers.CharField(max_length=24)
    position_ms = serializers.IntegerField(min_value=0, max_value=10**9)
    at = serializers.DateTimeField()
    seq = serializers.IntegerField(min_value=0, max_value=2**53, default=0)


class ProgressInput(serializers.Serializer[Any]):
    """Events in any order."""

    events = serializers.ListField(
        child=EventInput(), min_length=1, max_length=MAX_EVENTS
    )


class ProgressOutput(serializers.Serializer[Any]):
    """How many contents moved, and which ids are not known here."""

    changed = serializers.IntegerField()
    unknown = serializers.ListField(child=serializers.CharField())


class RatingInput(serializers.Serializer[Any]):
    """What somebody thinks."""

    value = serializers.ChoiceField(choices=TitleRating.Value.choices)


class Ids(serializers.ListField):
    """Public ids; where all of them look like ids, the child is asked about none."""

    child = serializers.CharField(max_length=PROGRAMME_ID_LENGTH)

    def run_child_validation(self, data: Any) -> Any:
        """The ids, or what is wrong with each."""
        if all(type(one) is str and _LIKE_AN_ID(one) for one in data):
            return data
        return super().run_child_validation(data)


class OverlayInput(serializers.Serializer[Any]):
    """The ids of titles, episodes and programmes on a page."""

    ids = Ids(min_length=1, max_length=MAX_ITEMS)


class PlaceOutput(serializers.Serializer[Any]):
    """How far something was watched."""

    position_ms = serializers.IntegerField()
    duration_ms = serializers.IntegerField()
    completed = serializers.BooleanField()


class OverlayItem(serializers.Serializer[Any]):
    """What the profile adds to one item; what does not apply is left out."""

    progress = PlaceOutput(required=False)
    next_content_id = serializers.CharField(required=False)
    in_watchlist = serializers.BooleanField(required=False)
    rating = serializers.CharField(required=False)
    entitled = serializers.BooleanField(required=False)


class OverlayOutput(serializers.Serializer[Any]):
    """By id; an id about which there is nothing to say is left out."""

    items = serializers.DictField(child=OverlayItem())


class ContinueOutput(serializers.Serializer[Any]):
    """Something to go on with."""

    title = serializers.DictField()
    content_id = serializers.CharField()
    position_ms = serializers.IntegerField()
    duration_ms = serializers.IntegerField()
    updated_at = serializers.DateTimeField()


class HistoryOutput(serializers.Serializer[Any]):
    """Something that was watched."""

    title = serializers.DictField()
    content_id = serializers.CharField()
    position_ms = serializers.IntegerField()
    duration_ms = serializers.IntegerField()
    completed = serializers.BooleanField()
    watched_at = serializers.DateTimeField()


class WatchlistOutput(serializers.Serializer[Any]):
    """Something that is kept for later."""

    title = serializers.DictField()
    added_at = serializers.DateTimeField()


@functools.cache
def page_of(item: type[serializers.Serializer[Any]]) -> Any:
    """The shape of a page of ``item``; the same one whoever asks."""
    return inline_serializer(
        f"{item.__name__.removesuffix('Output')}Page",
        {
            "results": item(many=True),
            "next": serializers.CharField(allow_null=True),
        },
    )
