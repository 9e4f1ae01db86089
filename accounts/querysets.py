"""How the tables of `accounts` are read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    # named as text in the bases below, which ruff does not read
    from accounts.models import Device, SignIn  # noqa: F401


class SignInQuerySet(models.QuerySet["SignIn"]):
    """Sign-ins that live, and what is needed to issue a token from one."""

    def live(self, at: datetime) -> SignInQuerySet:
        """Not revoked, not expired, not left unused for too long."""
        return self.filter(
            Q(revoked_at=None), Q(expires_at__gt=at), Q(idle_expires_at__gt=at)
        )

    def for_token(self) -> SignInQuerySet:
        """With all that an access token states."""
        return self.select_related("account__owner", "device", "profile")


class DeviceQuerySet(models.QuerySet["Device"]):
    """Devices of a household."""

    def active(self) -> DeviceQuerySet:
        """Those that were not revoked."""
        return self.filter(revoked_at=None)
