"""A household: one account, the profiles in it, the devices it watches on."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Value, When
from django.db.models.functions import Least
from django.utils import timezone

from accounts.querysets import DeviceQuerySet
from accounts.viewing_hours import ViewingHours
from streamapi.clients import PLATFORMS, UNRESTRICTED
from streamapi.ids import MAX_LENGTH, new_id

KIDS_CEILING: Final = 12
_PLATFORM_CHOICES: Final = [(name, name) for name in PLATFORMS]


def ceiling_of(path: str) -> Case:
    """``Profile.ceiling`` as an expression; ``path`` leads to the profile."""
    maturity = F(f"{path}maturity")
    child = When(**{f"{path}is_kids": True}, then=Least(maturity, Value(KIDS_CEILING)))
    return Case(child, default=maturity)


class Account(models.Model):
    """A household: what is bought is bought for it, limits are counted in it."""

    public_id = models.CharField(
        max_length=MAX_LENGTH,
        unique=True,
        editable=False,
        default=partial(new_id, "ac"),
    )
    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account"
    )
    territory = models.CharField(max_length=2, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    pin_failures = models.PositiveSmallIntegerField(default=0, editable=False)
    pin_locks = models.PositiveSmallIntegerField(default=0, editable=False)
    pin_locked_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.public_id


class Profile(models.Model):
    """One viewer in a household, with what they may see and how they like it."""

    public_id = models.CharField(
        max_length=MAX_LENGTH,
        unique=True,
        editable=False,
        default=partial(new_id, "pr"),
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="profiles"
    )
    name = models.CharField(max_length=40)
    avatar = models.SlugField(max_length=40, default="sun")
    is_kids = models.BooleanField(default=False)
    maturity = models.PositiveSmallIntegerField(
        "highest age rating shown", default=UNRESTRICTED
    )
    language = models.CharField(max_length=16, blank=True)
    autoplay = models.BooleanField(default=True)
    pin_hash = models.CharField(max_length=128, blank=True, editable=False)
    watch_from = models.TimeField(null=True, blank=True)
    watch_until = models.TimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=40, default="UTC")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"], name="profile_name_unique_in_account"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.public_id})"

    @property
    def ceiling(self) -> int:
        """The highest age rating this viewer may see."""
        return min(self.maturity, KIDS_CEILING) if self.is_kids else self.maturity

    @property
    def hours(self) -> ViewingHours:
        """When this viewer may watch."""
        return ViewingHours(self.watch_from, self.watch_until, self.time_zone)


class Device(models.Model):
    """A screen that the household has signed in on."""

    public_id = models.CharField(
        max_length=MAX_LENGTH,
        unique=True,
        editable=False,
        default=partial(new_id, "de"),
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="devices"
    )
    platform = models.CharField(max_length=20, choices=_PLATFORM_CHOICES)
    name = models.CharField(max_length=60)
    model = models.CharField(max_length=80, blank=True)
    os_version = models.CharField(max_length=40, blank=True)
    app_version = models.CharField(max_length=40, blank=True)
    drm = models.CharField(max_length=20, blank=True)
    drm_level = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=40, blank=True)

    objects = DeviceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} ({self.public_id})"
