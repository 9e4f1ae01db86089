"""How the tables of `accounts` are read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.db.models import ProtectedError, Q

if TYPE_CHECKING:
    # named as text in the bases below, which ruff does not read
    from accounts.models import Device, Entitlement, Offer, Package, SignIn  # noqa: F401


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


_NAMED: Final = 20
"""So many of a kind are named that a package keeps closed."""


class PackageQuerySet(models.QuerySet["Package"]):
    """Packages, and what they alone keep closed."""

    def keeping_closed(self) -> Iterator[models.Model]:
        """What is in no other package than these, twenty of a kind at most.

        Products are not: one without packages opens nothing.
        """
        pks = list(self.values_list("pk", flat=True))
        for relation in self.model._meta.get_fields(include_hidden=True):
            model: Any = relation.related_model
            if not (relation.auto_created and relation.many_to_many):
                continue
            if model._meta.app_label == self.model._meta.app_label:
                continue
            field: Any = relation.field  # type: ignore[union-attr]
            package = {f"{field.m2m_reverse_field_name()}__in": pks}
            members = field.remote_field.through.objects.values(field.m2m_field_name())
            closed, elsewhere = members.filter(**package), members.exclude(**package)
            rows = model._default_manager.order_by("pk")
            yield from rows.filter(pk__in=closed).exclude(pk__in=elsewhere)[:_NAMED]

    def refuse_to_open(self) -> None:
        """Raise ``ProtectedError`` with what would be free without them."""
        opened = set(self.keeping_closed())
        if opened:
            raise ProtectedError("The last package of something is not deleted", opened)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete them; raises ``ProtectedError`` where that would open something."""
        self.refuse_to_open()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]
