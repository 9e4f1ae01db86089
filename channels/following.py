"""Series that profiles follow: every broadcast of theirs is told as if reminded of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef

from accounts.models import Profile
from accounts.models.households import ceiling_of
from accounts.tokens import Viewer
from channels import broadcasts
from channels.broadcasts import Shown
from channels.models import FollowedSeries, Programme
from channels.series_ids import parse_series_id, series_id
from streamapi.clients import UNRESTRICTED, Variant
from streamapi.errors import Conflict, NotFound

MOST: Final = 200


class TooManySeries(Conflict):
    """The profile follows as many series as it may."""

    code = "too_many_followed_series"
    title = "Too many series are followed"


def follow(viewer: Viewer, public_id: str, variant: Variant, *, now: datetime) -> None:
    """Follow a series that the profile can see in the guide; again changes nothing."""
    key = parse_series_id(public_id)
    if key is None:
        raise NotFound
    latest = Programme.objects.filter(series_key=key).order_by("-starts_at", "pk")[:20]
    found = broadcasts.shown(latest.values_list("pk", flat=True), variant)
    if not found:
        raise NotFound
    title = next(iter(found.values())).document["title"]
    with transaction.atomic():
        profile = Profile.objects.select_for_update().get(
            public_id=viewer.profile_id, account__public_id=viewer.account_id
        )
        mine = profile.followed_series
        if not mine.filter(series_key=key).exists() and mine.count() >= MOST:
            raise TooManySeries(limit=MOST)
        mine.get_or_create(series_key=key, defaults={"title": title, "created_at": now})


def unfollow(viewer: Viewer, public_id: str) -> None:
    """No longer follow; what was not followed is no error."""
    key = parse_series_id(public_id)
    if key is None:
        raise NotFound
    _of(viewer).filter(series_key=key).delete()


def listed(viewer: Viewer, variant: Variant, *, now: datetime) -> list[dict[str, Any]]:
    """What is followed, by title, each with its next broadcast; four queries.

    A profile that does not see everything is told of a series only where a broadcast
    that it may see tells that the series suits it.
    """
    rows = list(_of(viewer).order_by("title", "pk")[:MOST])
    ahead = (
        Programme.objects.filter(
            series_key__in=[row.series_key for row in rows], ends_at__gt=now
        )
        .order_by("series_key", "starts_at", "pk")
        .distinct("series_key")
    )
    keys = dict(ahead.values_list("series_key", "pk"))
    found = broadcasts.shown(keys.values(), variant)
    return [
        {
            "id": series_id(row.series_key),
            "title": row.title,
            "followed_at": row.created_at,
            "upcoming": _document(found.get(keys.get(row.series_key, 0))),
        }
        for row in rows
        if variant.maturity >= UNRESTRICTED or keys.get(row.series_key) in found
    ]


def broadcasts_within(
    viewer: Viewer, variant: Variant, *, start: datetime, end: datetime
) -> list[Shown]:
    """The broadcasts of followed series that start within a time."""
    keys = _of(viewer).values("series_key")
    starting = Programme.objects.filter(
        series_key__in=keys, starts_at__gte=start, starts_at__lte=end
    )
    pks = starting.order_by("starts_at", "pk").values_list("pk", flat=True)[:MOST]
    return list(broadcasts.shown(pks, variant).values())


def starting_within(after: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    """Whom to tell of which broadcasts that start within ``(after, until]``."""
    followers = (
        FollowedSeries.objects.filter(series_key=OuterRef("series_key"))
        .annotate(ceiling=ceiling_of("profile__"))
        .filter(ceiling__gte=OuterRef("age"))
    )
    ids = followers.order_by("pk").values("profile__public_id")
    rows = (
        Programme.objects.filter(starts_at__gt=after, starts_at__lte=until)
        .filter(series_key__in=FollowedSeries.objects.values("series_key"))
        .annotate(age=broadcasts.AGE)
        .annotate(followers=ArraySubquery(ids))
        .order_by("starts_at", "pk")
        .values_list("channel__public_id", "title", "starts_at", "followers")
    )
    for channel_id, title, starts_at, profile_ids in rows.iterator(chunk_size=2000):
        for profile_id in profile_ids:
            yield {
                "profile_id": profile_id,
                "channel_id": channel_id,
                "title": title,
                "starts_at": starts_at,
                "reason": "series",
            }


def _of(viewer: Viewer) -> Any:
    return FollowedSeries.objects.filter(profile__public_id=viewer.profile_id)


def _document(shown: Shown | None) -> dict[str, Any] | None:
    return shown and shown.document
