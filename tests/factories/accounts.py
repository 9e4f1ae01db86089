"""Users, households, profiles, devices and packages for tests."""

from __future__ import annotations

import itertools
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts import grants
from accounts.models import (
    Account,
    Device,
    Entitlement,
    Offer,
    Package,
    Price,
    Product,
    Profile,
    User,
)

PASSWORD = "correct-horse-battery"
_numbers = itertools.count(1)


def make_user(**fields: Any) -> User:
    fields.setdefault("email", f"viewer{next(_numbers)}@example.org")
    fields.setdefault("password", PASSWORD)
    fields.setdefault("email_verified_at", timezone.now())
    return User.objects.create_user(**fields)


def make_staff(**fields: Any) -> User:
    return make_user(is_staff=True, is_superuser=True, **fields)


def make_account(**fields: Any) -> Account:
    if "owner" not in fields:
        fields["owner"] = make_user()
    return Account.objects.create(**fields)


def make_profile(account: Account | None = None, **fields: Any) -> Profile:
    fields.setdefault("name", f"Profile {next(_numbers)}")
    return Profile.objects.create(account=account or make_account(), **fields)


def make_device(account: Account | None = None, **fields: Any) -> Device:
    fields = {"platform": "web", "name": "Browser"} | fields
    return Device.objects.create(account=account or make_account(), **fields)


def make_package(code: str = "basic", **fields: Any) -> Package:
    fields.setdefault("name", code.title())
    return Package.objects.get_or_create(code=code, defaults=fields)[0]


def make_product(
    code: str = "basic", *packages: str, kind: str = "plan", **fields: Any
) -> Product:
    fields.setdefault("name", code.title())
    product = Product.objects.create(code=code, kind=kind, **fields)
    product.packages.set([make_package(name) for name in packages or (code,)])
    return product


def make_offer(
    product: Product, amount: str = "9.99", territory: str = "US", **fields: Any
) -> Offer:
    offer = Offer.objects.create(
        **{"code": f"{product.code}-monthly", "product": product} | fields
    )
    Price.objects.create(
        offer=offer, territory=territory, currency="USD", amount=Decimal(amount)
    )
    return offer


def own(
    account: Account,
    product: Product,
    *,
    now: datetime | None = None,
    ends_at: datetime | None = None,
) -> Entitlement:
    """What an operator's grant gives: ``product`` until ``ends_at``."""
    return grants.give(
        account,
        product,
        ends_at=ends_at,
        by=make_staff(),
        reason="a test",
        now=now or timezone.now(),
    )
