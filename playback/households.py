"""Who presses play: their household as PostgreSQL has it now, in one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from accounts.entitlements import Holder
from accounts.models import Account, Device, Profile
from playback.leases import LEASE_S, Limits, Seed
from playback.models import PlaybackSession, WatchProgress


@dataclass(frozen=True, slots=True)
class Household:
    """Who is at the screen, and what their household is playing."""

    account_pk: int
    account_id: str
    profile_pk: int
    profile_name: str
    device_pk: int
    device_id: str
    device_name: str
    seeds: Sequence[Seed] = ()
    position: Mapping[str, Any] | None = None
    earlier: Mapping[str, Any] | None = None


def load(
    holder: Holder, *, content_id: str, session_id: str, now: datetime
) -> Household:
    """The streams of the household, and the profile's place in ``content_id``."""
    profile = Profile.objects.filter(public_id=holder.profile_id)
    device = Device.objects.filter(public_id=holder.device_id)
    row = (
        Account.objects.filter(public_id=holder.account_id)
        .annotate(
            profile_name=Subquery(profile.values("name")),
            device_name=Subquery(device.values("name")),
            streams=_streams(now),
            position=_position(holder.profile_pk, content_id),
            earlier=_earlier(session_id),
        )
        .values("profile_name", "device_name", "streams", "position", "earlier")
        .get()
    )
    return Household(
        account_pk=holder.account_pk or 0,
        account_id=holder.account_id,
        profile_pk=holder.profile_pk or 0,
        profile_name=row["profile_name"],
        device_pk=holder.device_pk or 0,
        device_id=holder.device_id,
        device_name=row["device_name"],
        seeds=[seed(one, now) for one in row["streams"]],
        position=row["position"],
        earlier=row["earlier"],
    )


def limits(streams: int, form_factor: str) -> Limits:
    """How many streams at once: what the plan says, and fewer on some screens."""
    on_such = settings.STREAMS_BY_FORM_FACTOR.get(form_factor, streams)
    return Limits(streams, min(streams, on_such))


def seed(stream: Mapping[str, Any], now: datetime) -> Seed:
    """A stream as PostgreSQL knows it, with what is left of its lease."""
    seen = datetime.fromisoformat(stream["seen"])
    left = (seen - now).total_seconds() + LEASE_S
    return Seed(stream["session"], left, stream["facts"])


def _streams(now: datetime) -> ArraySubquery:
    facts = JSONObject(session="public_id", seen="last_seen_at", facts="facts")
    heard = PlaybackSession.objects.heard_since(now - timedelta(seconds=LEASE_S))
    rows = heard.filter(account=OuterRef("pk")).order_by("pk")
    return ArraySubquery(rows.values(row=facts))


def _position(profile_pk: int | None, content_id: str) -> Subquery:
    rows = WatchProgress.objects.filter(profile=profile_pk, content_id=content_id)
    facts = JSONObject(position_ms="position_ms", completed="completed", at="event_at")
    return Subquery(rows.values(row=facts))


def _earlier(session_id: str) -> Subquery:
    rows = PlaybackSession.objects.filter(public_id=session_id, account=OuterRef("pk"))
    facts = JSONObject(pk="pk", fingerprint="request_fingerprint", ended="end_reason")
    return Subquery(rows.values(row=facts))
