"""The demo's people: staff who may do everything, a household, and the plans on sale."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from django.conf import settings

from accounts import features, grants, identity
from accounts.models import Account, Offer, Package, Price, Product, Profile, User
from streamapi.demo.seeding import Seeding

ADMIN: Final = "admin@example.com"
VIEWER: Final = "viewer@example.com"
PACKAGE: Final = "standard"
_WORDS: Final = (
    "amber", "birch", "cobalt", "dune", "ember", "fjord", "garnet", "harbour", "indigo",
    "juniper", "kestrel", "lantern", "meadow", "nimbus", "opal", "pebble", "quartz",
    "raven", "saffron", "thistle", "umber", "velvet", "willow", "zephyr",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Plan:
    code: str
    name: str
    streams: int
    max_height: int
    downloads: int
    ads: bool
    euros: str


_PLANS: Final = (
    _Plan("basic", "Basic", 1, features.SD, 0, True, "4.99"),
    _Plan("standard", "Standard", 2, features.HD, 10, False, "8.99"),
    _Plan("premium", "Premium", 4, features.UHD, 50, False, "13.99"),
)
_CURRENCIES: Final = {"US": "USD", "GB": "GBP", "CH": "CHF"}


def seed(seeding: Seeding) -> None:
    """Add plans and two accounts; the passwords are new, random and told once."""
    progress = seeding.progress("People", 1)
    for plan in _PLANS:
        _plan(plan, seeding)
    added = [*_admin(seeding), *_viewer(seeding)]
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
            "kind": Product.Kind.PLAN,
            "streams": plan.streams,
            "max_height": plan.max_height,
            "downloads": plan.downloads,
            "ads": plan.ads,
        },
    )
    if not new:
        return
    product.packages.add(package())
    offer = Offer.objects.create(
        code=f"{plan.code}-monthly", product=product, starts_at=seeding.now
    )
    Price.objects.bulk_create(
        Price(
            offer=offer,
            territory=territory,
            currency=_CURRENCIES.get(territory, "EUR"),
            amount=Decimal(plan.euros),
        )
        for territory in settings.TERRITORIES
    )


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
