"""Tells the catalogue what people really watch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models.functions import Coalesce

from catalog.plays import Play
from playback.models import Asset, PlaybackSession


def between(start: datetime, end: datetime) -> Iterator[Play]:
    """The sessions of films and episodes that began in a period; trailers do not count."""
    rows = (
        PlaybackSession.objects.filter(
            started_at__gte=start, started_at__lt=end, asset__kind=Asset.Kind.MAIN
        )
        .exclude(territory="")
        .annotate(owner=Coalesce("asset__title_id", "asset__episode__season__title_id"))
        .order_by("pk")
        .values_list("profile_id", "owner", "territory", "started_at")
    )
    for profile, title, territory, at in rows.iterator():
        yield Play(profile or 0, title, territory, at)
