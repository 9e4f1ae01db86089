"""Reminders of broadcasts: kept, found again when the broadcast has moved, due in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import (
    Case,
    DateTimeField,
    ExpressionWrapper,
    F,
    OuterRef,
    Subquery,
    When,
)

from accounts.models import Profile
from accounts.tokens import Viewer
from channels import broadcasts, following
from channels.broadcasts import Shown
from channels.models import Channel, Programme, Reminder
from channels.programme_ids import parse_programme_id
from streamapi.clients import Variant
from streamapi.errors import Conflict, Denied, NotFound

MOST: Final = 200
"""Open reminders of a profile."""
LEAD_S: Final = 300
MOVED_BY: Final = timedelta(hours=6)
"""A broadcast that an import moved by less is still the one that was meant."""
_A_DAY: Final = timedelta(hours=24)


class BroadcastOver(Conflict):
    """The broadcast has begun: there is nothing to be reminded of."""

    code = "broadcast_started"
    title = "The broadcast has begun"


class TooManyReminders(Conflict):
    """The profile has as many reminders as it may have."""

    code = "too_many_reminders"
    title = "Too many reminders"


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A broadcast that a profile waits for, and when to tell."""

    broadcast: dict[str, Any]
    reason: str
    remind_at: datetime
    lead_s: int


def set_reminder(
    viewer: Viewer, programme_id: str, variant: Variant, *, lead_s: int, now: datetime
) -> None:
    """Remind the profile; again changes how long before."""
    channel, programme = _broadcast(programme_id, variant)
    if programme.starts_at <= now:
        raise BroadcastOver
    min_age = programme.min_age
    if (channel.unrated_age if min_age is None else min_age) > variant.maturity:
        raise Denied(code="maturity_blocked", help=["switch_profile"])
    with transaction.atomic():
        profile = _profile(viewer)
        mine = Reminder.objects.filter(profile=profile)
        mine.filter(starts_at__lte=now - _A_DAY).delete()
        known = mine.filter(channel=channel, starts_at=programme.starts_at)
        if not known.exists() and mine.count() >= MOST:
            raise TooManyReminders(limit=MOST)
        Reminder.objects.update_or_create(
            profile=profile,
            channel=channel,
            starts_at=programme.starts_at,
            defaults={"title": programme.title, "lead_s": lead_s},
            create_defaults={
                "title": programme.title,
                "lead_s": lead_s,
                "created_at": now,
            },
        )


def forget(viewer: Viewer, programme_id: str) -> None:
    """No longer remind; of a broadcast that moved, under its new id as well."""
    parsed = parse_programme_id(programme_id)
    if parsed is None:
        raise NotFound
    channel_id, starts_at = parsed
    for reminder in _found(_of(viewer).filter(channel__public_id=channel_id)):
        if starts_at in {reminder.starts_at, reminder.found_at}:
            reminder.delete()


def upcoming(viewer: Viewer, variant: Variant, *, now: datetime) -> list[Upcoming]:
    """What the profile will be reminded of, the next first; three queries."""
    mine = _found(_of(viewer).filter(starts_at__gt=now - _A_DAY - MOVED_BY))
    rows = list(mine[:MOST])
    pks = [row.found_pk for row in rows if row.found_pk]
    found = broadcasts.shown(pks, variant)
    items = [
        _item(found[row.found_pk], "reminder", row.lead_s)
        for row in rows
        if row.found_pk in found and found[row.found_pk].end_s > now.timestamp()
    ]
    return sorted(items, key=_by_start)


def due(viewer: Viewer, variant: Variant, *, now: datetime) -> list[Upcoming]:
    """What to tell the profile now: reminders whose time has come, series that follow."""
    items = upcoming(viewer, variant, now=now)
    told = {item.broadcast["id"] for item in items}
    items += [
        _item(shown, "series", LEAD_S)
        for shown in following.broadcasts_within(
            viewer, variant, start=now, end=now + timedelta(seconds=LEAD_S)
        )
        if shown.document["id"] not in told
    ]
    return sorted((item for item in items if item.remind_at <= now), key=_by_start)


def due_between(after: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    """Whom to tell of what, for a job that pushes: moments within ``(after, until]``.

    Runs that follow one another without a gap tell everything once.
    """
    horizon = until + _A_DAY + MOVED_BY
    rows = _found(Reminder.objects.filter(starts_at__range=(after - MOVED_BY, horizon)))
    moment = ExpressionWrapper(
        F("found_at") - F("lead_s") * timedelta(seconds=1),
        output_field=DateTimeField(),
    )
    rows = rows.annotate(remind_at=moment).filter(
        remind_at__gt=after, remind_at__lte=until
    )
    rows = rows.select_related("profile", "channel")
    for row in rows.iterator(chunk_size=2000):
        if row.found_age > row.profile.ceiling:
            continue
        yield {
            "profile_id": row.profile.public_id,
            "channel_id": row.channel.public_id,
            "title": row.title,
            "starts_at": row.found_at,
            "reason": "reminder",
        }
    lead = timedelta(seconds=LEAD_S)
    yield from following.starting_within(after + lead, until + lead)


def _by_start(item: Upcoming) -> tuple[str, str]:
    return item.broadcast["starts_at"], item.broadcast["id"]


def _item(shown: Shown, reason: str, lead_s: int) -> Upcoming:
    starts_at = datetime.fromtimestamp(shown.start_s, UTC)
    return Upcoming(
        shown.document, reason, starts_at - timedelta(seconds=lead_s), lead_s
    )


def _broadcast(programme_id: str, variant: Variant) -> tuple[Channel, Programme]:
    parsed = parse_programme_id(programme_id)
    if parsed is None:
        raise NotFound
    channel_id, starts_at = parsed
    channel = Channel.objects.visible(variant).named(channel_id).first()
    if channel is None:
        raise NotFound
    programme = channel.programmes.filter(starts_at=starts_at).first()
    if programme is None:
        raise NotFound
    return channel, programme


def _profile(viewer: Viewer) -> Profile:
    """The profile's row, locked: its reminders are counted before one is added."""
    return Profile.objects.select_for_update().get(
        public_id=viewer.profile_id, account__public_id=viewer.account_id
    )


def _of(viewer: Viewer) -> Any:
    return Reminder.objects.filter(profile__public_id=viewer.profile_id)


def _found(reminders: Any) -> Any:
    """With the broadcast that is meant: where it was, else the next of its title."""
    same = (
        Programme.objects.filter(
            channel=OuterRef("channel"),
            title=OuterRef("title"),
            starts_at__gte=OuterRef("starts_at") - MOVED_BY,
            starts_at__lte=OuterRef("starts_at") + MOVED_BY,
        )
        .annotate(turn=Case(When(starts_at=OuterRef("starts_at"), then=0), default=1))
        .order_by("turn", "starts_at")
    )
    return reminders.annotate(
        found_age=Subquery(same.annotate(age=broadcasts.AGE).values("age")[:1]),
        found_pk=Subquery(same.values("pk")[:1]),
        found_at=Subquery(same.values("starts_at")[:1]),
    ).order_by("starts_at", "pk")


def listed(items: Sequence[Upcoming]) -> list[dict[str, Any]]:
    """The words of the API."""
    return [
        {
            "programme": item.broadcast,
            "reason": item.reason,
            "remind_at": item.remind_at,
            "lead_s": item.lead_s,
        }
        for item in items
    ]
