"""Channels and what is on, found by the catalogue's search."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import orjson

from catalog.searching import Query, fold, nearest
from channels import broadcasts, channel_rows, documents
from channels.models import Programme, SeriesName
from streamapi.clients import Variant

_LIKE_IT: Final = 0.5
_STILL: Final = timedelta(minutes=5)
"""An answer may be this old: what ends sooner is not found any more."""


def find_programmes(query: Query, variant: Variant, now: datetime) -> Sequence[str]:
    """The running or next broadcast of what is so called; at most four queries."""
    if _is_narrowed(query):
        return []
    keys = nearest(SeriesName, query.text, "series_key", query.limit)
    if not keys:
        return []
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
    rows = channel_rows.called(
        query.text, variant, likeness=_LIKE_IT, limit=query.limit
    )
    rows.sort(key=lambda channel: fold(channel.name) != query.text)
    return [
        orjson.dumps(documents.channel_card(channel, variant.languages)).decode()
        for channel in rows
    ]


def _is_narrowed(query: Query) -> bool:
    return any(query.narrowing.values())
