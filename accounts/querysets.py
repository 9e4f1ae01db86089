"""How the tables of `accounts` are read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    # named as text in the bases below, which ruff does not read
    from accounts.models import Device, Entitlement, Offer, SignIn  # noqa: F401


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


class OfferQuerySet(models.QuerySet["Offer"]):
    """Offers that can be taken."""

    def on_sale(self, at: datetime) -> OfferQuerySet:
        """Public, begun and not ended."""
        return self.to_come(at).filter(starts_at__lte=at)

    def to_come(self, at: datetime) -> OfferQuerySet:
        """Public and not ended, begun or not."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at), is_public=True)

    def giving(self, packages: Collection[str]) -> OfferQuerySet:
        """Of products that hold one of these packages, bundles included."""
        return self.filter(
            Q(product__packages__code__in=packages)
            | Q(product__includes__packages__code__in=packages)
        ).distinct()


class EntitlementQuerySet(models.QuerySet["Entitlement"]):
    """What is owned."""

    def with_products(self) -> EntitlementQuerySet:
        """With everything that a holding states; four queries however many there are."""
        return (
            self.select_related("product")
            .prefetch_related("product__packages", "product__includes__packages")
            .order_by("pk")
        )
