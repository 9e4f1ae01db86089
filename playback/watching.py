"""What a profile keeps: list, ratings, history."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Min, Q

from accounts.models import Profile
from accounts.tokens import Viewer
from catalog.models import PublishedTitle
from playback import leases, progress
from playback.models import (
    Asset,
    ContinueItem,
    TitleRating,
    WatchlistItem,
    WatchProgress,
)
from playback.progress import Event
from streamapi.errors import NotFound, Unauthenticated, Unavailable


@dataclass(frozen=True, slots=True)
class Report:
    """Where a player was while nobody heard it."""

    content_id: str
    position_ms: int
    at: datetime
    seq: int = 0


def keep(viewer: Viewer, title_id: str, *, now: datetime) -> None:
    """Put a title on the profile's list; once is enough."""
    WatchlistItem.objects.get_or_create(
        profile_id=_profile_pk(viewer),
        title_id=_title_pk(title_id),
        defaults={"added_at": now},
    )


def drop(viewer: Viewer, title_id: str) -> None:
    """Take a title off the list; one that is not on it is no error."""
    WatchlistItem.objects.filter(
        profile__public_id=viewer.profile_id, title__public_id=title_id
    ).delete()


def rate(viewer: Viewer, title_id: str, value: str, *, now: datetime) -> None:
    """Say what the profile thinks of a title; the last word counts."""
    TitleRating.objects.update_or_create(
        profile_id=_profile_pk(viewer),
        title_id=_title_pk(title_id),
        defaults={"value": value, "rated_at": now},
    )


def unrate(viewer: Viewer, title_id: str) -> None:
    """Think nothing of it again."""
    TitleRating.objects.filter(
        profile__public_id=viewer.profile_id, title__public_id=title_id
    ).delete()


def hide(viewer: Viewer, title_id: str, *, now: datetime) -> None:
    """Take a title out of continue watching until it is played again."""
    ContinueItem.objects.shown_to(viewer.profile_id).filter(
        title__public_id=title_id
    ).update(visible=False, event_at=now)


@transaction.atomic
def forget(viewer: Viewer, content_id: str | None, *, now: datetime) -> int:
    """Delete one entry of the history, or all; returns how many there were."""
    kept = WatchProgress.objects.of_profile(viewer.profile_id)
    shown = ContinueItem.objects.shown_to(viewer.profile_id)
    if content_id is not None:
        kept = kept.filter(content_id=content_id)
        shown = shown.filter(content_id=content_id)
    fields = [f"{pk}:{one}" for pk, one in kept.values_list("profile_id", "content_id")]
    if fields:
        with suppress(Unavailable):  # without Redis there is nothing in it to come back
            leases.forget_progress(viewer.account_id, fields)
    shown.update(visible=False, event_at=now)
    count, _ = kept.delete()
    return count


def report(
    viewer: Viewer, reports: Sequence[Report], *, now: datetime
) -> tuple[int, list[str]]:
    """Merge what a device watched offline; returns how much changed, and unknown ids."""
    profile_pk = _profile_pk(viewer)
    known = _lengths({one.content_id for one in reports})
    events = [
        Event(
            profile_pk=profile_pk,
            content_id=one.content_id,
            position_ms=one.position_ms,
            session_id=f"offline:{viewer.device_id}"[:24],
            at=progress.clamp(one.at, now=now),
            seq=one.seq,
            **known[one.content_id],
        )
        for one in reports
        if one.content_id in known
    ]
    unknown = sorted({one.content_id for one in reports} - known.keys())
    return progress.record(events), unknown


def _lengths(content_ids: set[str]) -> dict[str, dict[str, Any]]:
    """Title, length and credits of what is played, by public id; two queries."""
    found: dict[str, dict[str, Any]] = {}
    credits_at = Min("markers__start_ms", filter=Q(markers__kind="credits"))
    for owner, title_pk in (("title", "title"), ("episode", "episode__season__title")):
        name = f"{owner}__public_id"
        rows = (
            Asset.objects.playable()
            .filter(kind=Asset.Kind.MAIN, **{f"{name}__in": content_ids})
            .annotate(credits_at=credits_at)
            .values_list(name, title_pk, "duration_ms", "credits_at")
        )
        for content_id, pk, duration_ms, end_ms in rows:
            found[content_id] = {
                "title_pk": pk,
                "duration_ms": duration_ms,
                "end_ms": end_ms or 0,
                "episode": owner == "episode",
            }
    return found


def _profile_pk(viewer: Viewer) -> int:
    profile = Profile.objects.filter(
        public_id=viewer.profile_id, account__public_id=viewer.account_id
    )
    pk = profile.values_list("pk", flat=True).first()
    if pk is None:
        raise Unauthenticated("This profile is gone.", code="profile_gone")
    return pk


def _title_pk(title_id: str) -> int:
    shown = PublishedTitle.objects.filter(public_id=title_id)
    pk = shown.values_list("title_id", flat=True).first()
    if pk is None:
        raise NotFound(f"There is no title {title_id}.")
    return pk
