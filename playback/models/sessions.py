"""Playback sessions: who plays what, on which device, since when and until when."""

from __future__ import annotations

import uuid
from functools import partial

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account, Device, Profile
from playback.models.assets import Asset
from playback.querysets import PlaybackSessionQuerySet
from streamapi.ids import MAX_LENGTH, PROGRAMME_ID_LENGTH, new_id


class PlaybackSession(models.Model):
    """One stream, from play to stop. Without an account it is of a free title."""

    class End(models.TextChoices):
        """Why a session is over."""

        STOPPED = "stopped"
        REPLACED = "replaced"
        TAKEN_OVER = "taken_over"
        EXPIRED = "expired"
        REVOKED = "revoked", "its device was signed out for good"
        BLACKOUT = "blackout"
        PROGRAMME_ENDED = "programme_ended"
        RIGHTS = "rights"

    public_id = models.CharField(
        max_length=MAX_LENGTH,
        unique=True,
        editable=False,
        default=partial(new_id, "ps"),
    )
    account = models.ForeignKey(
        Account, models.CASCADE, null=True, related_name="playback_sessions"
    )
    profile = models.ForeignKey(
        Profile, models.CASCADE, null=True, related_name="playback_sessions"
    )
    device = models.ForeignKey(
        Device, models.SET_NULL, null=True, related_name="playback_sessions"
    )
    asset = models.ForeignKey(
        Asset,
        models.CASCADE,
        null=True,
        related_name="sessions",
        help_text="None for a channel.",
    )
    content_id = models.CharField(max_length=PROGRAMME_ID_LENGTH)
    folder = models.CharField(
        max_length=1000, help_text="Below /v/, or the place of a channel's stream."
    )
    platform = models.CharField(max_length=20)
    territory = models.CharField(max_length=2, blank=True)
    drm_system = models.CharField(max_length=12, blank=True)
    lifted_to = models.PositiveSmallIntegerField(
        default=0, help_text="The age up to which a PIN opened it; 0 without one."
    )
    max_height = models.PositiveIntegerField()
    cap_reason = models.CharField(max_length=30, blank=True)
    cmcd_sid = models.UUIDField(default=uuid.uuid4)
    request_fingerprint = models.CharField(max_length=32)
    facts = models.JSONField(
        default=dict, help_text="What its lease knows, should Redis forget it."
    )
    started_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, choices=End, blank=True)

    objects = PlaybackSessionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["started_at"], name="sessions_by_start"),
            models.Index(
                fields=["account", "last_seen_at"],
                condition=Q(ended_at=None),
                name="open_sessions_of_account",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
