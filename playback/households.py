"""Who presses play: their household as PostgreSQL has it now, in one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from accounts.models import Account, Device, Profile
from accounts.tokens import Viewer
from playback.leases import LEASE_S, Limits, Seed
from playback.models import PlaybackSession, WatchProgress
from streamapi.clients import UNRESTRICTED
from streamapi.errors import Denied, Unauthenticated


@dataclass(frozen=True, slots=True)
class Household:
    """Who is at the screen, what their household has, and what it is playing."""

    account_pk: int
    account_id: str
    profile_pk: int
    profile_name: str
    device_pk: int
    device_id: str
    device_name: str
    packages: frozenset[str] = frozenset()
    features: Mapping[str, Any] = field(default_factory=dict)
    maturity: int = UNRESTRICTED
    seeds: Sequence[Seed] = ()
    position: Mapping[str, Any] | None = None
    earlier: Mapping[str, Any] | None = None

    @property
    def max_height(self) -> int | None:
        """The tallest picture that the plan has, if it says."""
        height = self.features.get("max_height")
        return int(height) if height else None

    def limits(self, form_factor: str) -> Limits:
        """How many streams the plan allows at once, in all and on such screens."""
        return limits(self.features, form_factor)


def limits(features: Mapping[str, Any], form_factor: str) -> Limits:
    """The features ``streams`` and ``streams_by_form_factor`` of a plan."""
    total = int(features.get("streams", settings.PLAYBACK_STREAMS))
    by_family = features.get("streams_by_form_factor", {})
    return Limits(total, min(total, int(by_family.get(form_factor, total))))


def load(
    viewer: Viewer, *, content_id: str, session_id: str, now: datetime
) -> Household:
    """The household of ``viewer``, its streams and its place in ``content_id``."""
    profile = Profile.objects.filter(
        account=OuterRef("pk"), public_id=viewer.profile_id
    )
    device = Device.objects.filter(
        account=OuterRef("pk"), public_id=viewer.device_id, revoked_at=None
    )
    row = (
        Account.objects.filter(public_id=viewer.account_id)
        .annotate(
            profile=Subquery(profile.values(row=JSONObject(pk="pk", name="name"))),
            device=Subquery(device.values(row=JSONObject(pk="pk", name="name"))),
            streams=_streams(now),
            position=_position(viewer.profile_id, content_id),
            earlier=_earlier(session_id),
        )
        .values("pk", "profile", "device", "streams", "position", "earlier")
        .first()
    )
    if row is None or row["device"] is None:
        raise Unauthenticated("This device was signed out.", code="device_signed_out")
    if row["profile"] is None:
        raise Denied("Choose a profile first.", code="profile_required")
    return Household(
        account_pk=row["pk"],
        account_id=viewer.account_id,
        profile_pk=row["profile"]["pk"],
        profile_name=row["profile"]["name"],
        device_pk=row["device"]["pk"],
        device_id=viewer.device_id,
        device_name=row["device"]["name"],
        packages=viewer.packages,
        features=viewer.features,
        maturity=viewer.maturity,
        seeds=[seed(one, now) for one in row["streams"]],
        position=row["position"],
        earlier=row["earlier"],
    )


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


def _position(profile_id: str, content_id: str) -> Subquery:
    rows = WatchProgress.objects.of_profile(profile_id).filter(content_id=content_id)
    facts = JSONObject(position_ms="position_ms", completed="completed", at="event_at")
    return Subquery(rows.filter(profile__account=OuterRef("pk")).values(row=facts))


def _earlier(session_id: str) -> Subquery:
    rows = PlaybackSession.objects.filter(public_id=session_id, account=OuterRef("pk"))
    facts = JSONObject(pk="pk", fingerprint="request_fingerprint", ended="end_reason")
    return Subquery(rows.values(row=facts))
