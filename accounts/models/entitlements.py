"""What a household owns, and the log of events that it follows from."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.db import models

from accounts.models.households import Account
from accounts.models.products import Product
from accounts.projection import Event, Facts, Kind
from accounts.querysets import EntitlementQuerySet
from streamapi.ids import MAX_LENGTH, new_id


class Source(models.TextChoices):
    """Who sold it, or gave it away."""

    WEB = "web"
    APPLE = "apple"
    GOOGLE = "google"
    VOUCHER = "voucher"
    OPERATOR = "operator"
    PARTNER = "partner"


class Entitlement(models.Model):
    """One thing owned: the facts that its events fold to, never edited by hand.

    ``external_id`` names it at its source: the original transaction of a store, the
    code of a voucher. It belongs to one household for good.
    """

    public_id = models.CharField(
        max_length=MAX_LENGTH,
        unique=True,
        editable=False,
        default=partial(new_id, "en"),
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="entitlements"
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=10, choices=Source)
    external_id = models.CharField(max_length=120)
    starts_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    auto_renew = models.BooleanField(null=True)
    is_trial = models.BooleanField(default=False)
    is_pending = models.BooleanField(default=False)
    payment_failed = models.BooleanField(default=False)
    grace_until = models.DateTimeField(null=True)
    is_paused = models.BooleanField(default=False)
    resumes_at = models.DateTimeField(null=True)
    first_played_at = models.DateTimeField(null=True)
    has_expired = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True)

    objects = EntitlementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="entitlement_once_per_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.product} ({self.public_id})"

    @property
    def facts(self) -> Facts:
        """The columns as the value that states follow from."""
        return Facts(
            product=self.product.code,
            starts_at=self.starts_at,
            expires_at=self.expires_at,
            auto_renew=self.auto_renew,
            is_trial=self.is_trial,
            is_pending=self.is_pending,
            payment_failed=self.payment_failed,
            grace_until=self.grace_until,
            is_paused=self.is_paused,
            resumes_at=self.resumes_at,
            first_played_at=self.first_played_at,
            has_expired=self.has_expired,
            revoked_at=self.revoked_at,
        )


class EntitlementEvent(models.Model):
    """Something that happened, as its source told it; written once, never changed."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="entitlement_events"
    )
    source = models.CharField(max_length=10, choices=Source)
    external_id = models.CharField(max_length=120)
    event_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in Kind])
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, null=True, related_name="+"
    )
    expires_at = models.DateTimeField(null=True)
    grace_until = models.DateTimeField(null=True)
    resumes_at = models.DateTimeField(null=True)
    auto_renew = models.BooleanField(null=True)
    is_trial = models.BooleanField(default=False)
    raw = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "event_id"], name="entitlement_event_once"
            )
        ]
        indexes = [
            models.Index(fields=["source", "external_id"], name="entitlement_event_of")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append; a log that can be rewritten is none."""
        if self.pk:
            raise TypeError("an entitlement event is never changed")
        super().save(*args, **kwargs)

    @property
    def as_event(self) -> Event:
        """The row as the value that is folded."""
        return Event(
            id=self.event_id,
            kind=Kind(self.kind),
            occurred_at=self.occurred_at,
            product=self.product.code if self.product else None,
            expires_at=self.expires_at,
            grace_until=self.grace_until,
            resumes_at=self.resumes_at,
            auto_renew=self.auto_renew,
            is_trial=self.is_trial,
        )
