"""The demo's people: staff who may do everything, a household, and the plans on sale."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from django.conf import settings

from accounts import features, grants, identity
from accounts.models import (
    Account,
    Offer,
    Package,
    Price,
    Product,
    Profile,
    User,
    Voucher,
)
from streamapi.demo.seeding import Seeding

ADMIN: Final = "admin@example.com"
VIEWER: Final = "viewer@example.com"
PACKAGE: Final = "standard"
_WORDS: Final = (
    "amber", "birch", "cobalt", "dune", "ember", "fjord", "garnet", "harbour", "indigo",
    "juniper", "kestrel", "lantern", "meadow", "nimbus", "opal", "pebble", "quartz",
    "raven", "saffron", "thistle", "umber", "velvet", "willow", "zephyr",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """One product of the demo and how it is sold; ``prices`` in euros, dollars, pounds."""

    code: str
    name: str
    description: str
    prices: Mapping[str, tuple[str, str, str]]
    kind: str = Product.Kind.PLAN
    streams: int = 1
    max_height: int = features.SD
    downloads: int = 0
    ads: bool = False
    trial_days: int = 0
    includes: tuple[str, ...] = ()


_PLANS: Final = (
    _Plan(
        code="basic",
        name="Basic",
        description="Everything on one screen, with a little advertising.",
        prices={"month": ("4.99", "5.49", "4.49")},
        ads=True,
    ),
    _Plan(
        code="standard",
        name="Standard",
        description="Two screens, sharp, without advertising.",
        prices={
            "month": ("8.99", "9.99", "7.99"),
            "year": ("89.90", "99.90", "79.90"),
        },
        streams=2,
        max_height=features.HD,
        downloads=10,
        trial_days=7,
    ),
    _Plan(
        code="premium",
        name="Premium",
        description="Four screens in the best picture there is.",
        prices={"month": ("13.99", "15.99", "12.99")},
        streams=4,
        max_height=features.UHD,
        downloads=50,
        trial_days=7,
    ),
    _Plan(
        code="extra-screens",
        name="Extra screens",
        description="Six screens at once, for a house full of people.",
        prices={"month": ("2.99", "2.99", "2.49")},
        kind=Product.Kind.ADD_ON,
        streams=6,
    ),
    _Plan(
        code="full-house",
        name="Full house",
        description="Premium and extra screens together.",
        prices={"month": ("15.99", "17.99", "14.49")},
        kind=Product.Kind.BUNDLE,
        includes=("premium", "extra-screens"),
    ),
)
_CURRENCIES: Final = {"US": ("USD", 1), "GB": ("GBP", 2), "CH": ("CHF", 0)}
_EURO: Final = ("EUR", 0)


def seed(seeding: Seeding) -> None:
    """Add plans and two accounts; the passwords are new, random and told once."""
    progress = seeding.progress("People", 1)
    for plan in _PLANS:
        _plan(plan, seeding)
    added = [*_admin(seeding), *_viewer(seeding), *_voucher(seeding)]
    if added:
        _remember(added)
    seeding.notes += added or [f"Accounts as before, see {_notebook()}"]
    progress.end(f"{len(added)} added")


def package() -> Package:
    """The package that most of the demo's titles are in."""
    found, _ = Package.objects.get_or_create(
        code=PACKAGE,
        defaults={"name": "Standard", "description": "All films and series."},
    )
    return found


def _plan(plan: _Plan, seeding: Seeding) -> None:
    product, new = Product.objects.get_or_create(
        code=plan.code,
        defaults={
            "name": plan.name,
            "description": plan.description,
            "kind": plan.kind,
            "streams": plan.streams,
            "max_height": plan.max_height,
            "downloads": plan.downloads,
            "ads": plan.ads,
        },
    )
    if not new:
        return
    if plan.kind == Product.Kind.PLAN:
        product.packages.add(package())
    product.includes.set(Product.objects.filter(code__in=plan.includes))
    for period, amounts in plan.prices.items():
        offer = Offer.objects.create(
            code=f"{plan.code}-{period}ly",
            product=product,
            period=period,
            trial_days=plan.trial_days,
            starts_at=seeding.now,
        )
        Price.objects.bulk_create(
            _price(offer, territory, amounts) for territory in settings.TERRITORIES
        )


def _price(offer: Offer, territory: str, amounts: tuple[str, str, str]) -> Price:
    currency, column = _CURRENCIES.get(territory, _EURO)
    return Price(
        offer=offer,
        territory=territory,
        currency=currency,
        amount=Decimal(amounts[column]),
    )


def _voucher(seeding: Seeding) -> list[str]:
    if Voucher.objects.exists():
        return []
    code = f"WELCOME-{secrets.token_hex(3).upper()}"
    Voucher.objects.create(
        code=code,
        product=Product.objects.get(code="standard"),
        days=30,
        max_redemptions=100,
        starts_at=seeding.now,
    )
    return [f"Voucher  {code}  30 days of Standard"]


def _admin(seeding: Seeding) -> list[str]:
    if User.objects.filter(email=ADMIN).exists():
        return []
    password = _password()
    User.objects.create_superuser(ADMIN, password, email_verified_at=seeding.now)
    return [f"Admin    {ADMIN}  {password}"]


def _viewer(seeding: Seeding) -> list[str]:
    if User.objects.filter(email=VIEWER).exists():
        return []
    password = _password()
    account = identity.register(
        email=VIEWER, password=password, now=seeding.now, name="Robin", verified=True
    )
    _child(account, seeding)
    grants.give(
        account,
        Product.objects.get(code="premium"),
        ends_at=None,
        by=User.objects.get(email=ADMIN),
        reason="The demo's household",
        now=seeding.now,
    )
    return [f"Viewer   {VIEWER}  {password}"]


def _child(account: Account, seeding: Seeding) -> None:
    Profile.objects.create(
        account=account,
        name="Kim",
        avatar="star",
        is_kids=True,
        maturity=7,
        created_at=seeding.now,
    )


def _password() -> str:
    """Three words and a number: easy to type on a television, hard to guess."""
    words = [secrets.choice(_WORDS) for _ in range(3)]
    return "-".join([*words, str(secrets.randbelow(9000) + 1000)])


def _notebook() -> Path:
    return Path(settings.STATE_DIR) / "demo-accounts.txt"


def _remember(lines: list[str]) -> None:
    """Keep the passwords where only the owner of the state directory can read them."""
    path = _notebook()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    with path.open("a") as file:
        file.writelines(f"{line}\n" for line in lines)
