"""Channels and what is on, found by the catalogue's search."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models.functions import Lower

from catalog.searching import Query, fold, nearest
from channels import broadcasts, documents
from channels.models import Channel, Programme, SeriesName
from streamapi.clients import Variant

_LIKE_IT: Final = 0.5
_STILL: Final = timedelta(minutes=5)
"""An answer may be this old: what ends sooner is not found any more."""


def find_programmes(query: Query, variant: Variant, now: datetime) -> Sequence[str]:
    """The running or next broadcast of what is so called; four queries."""
    if _is_narrowed(query):
        return []
    keys = nearest(SeriesName.objects.all(), query.text, "series_key", query.limit)
    ahead = (
        Programme.objects.filter(series_key__in=keys, ends_at__gt=now + _STILL)
        .on_visible(variant)
        .order_by("series_key", "starts_at", "pk")
        .distinct("series_key")
    )
    found = dict(ahead.values_list("series_key", "pk"))
    shown = broadcasts.shown(found.values(), variant)
    documents_ = (shown[found[key]].document for key in keys if found.get(key) in shown)
    return [orjson.dumps(document).decode() for document in documents_]


def find_channels(query: Query, variant: Variant, now: datetime) -> Sequence[str]:
    """Channels that are so called; one query."""
    if _is_narrowed(query):
        return []
    channels: Any = Channel.objects.visible(variant).placed(None).for_card()
    near = channels.annotate(
        nearness=TrigramWordSimilarity(query.text, Lower("name"))
    ).filter(nearness__gte=_LIKE_IT)
    rows = near.order_by("-nearness", "place", "pk")[: query.limit]
    rows = sorted(rows, key=lambda channel: fold(channel.name) != query.text)
    return [
        orjson.dumps(documents.channel_card(channel, variant.languages)).decode()
        for channel in rows
    ]


def _is_narrowed(query: Query) -> bool:
    return any(query.narrowing.values())
