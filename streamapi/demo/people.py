"""The demo's people: an editor who may do everything, and a household that watches."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from django.conf import settings

from accounts import identity
from accounts.models import Account, Package, Profile, User
from streamapi.demo.seeding import Seeding

ADMIN: Final = "admin@example.com"
VIEWER: Final = "viewer@example.com"
PACKAGE: Final = "standard"
_WORDS: Final = (
    "amber", "birch", "cobalt", "dune", "ember", "fjord", "garnet", "harbour", "indigo",
    "juniper", "kestrel", "lantern", "meadow", "nimbus", "opal", "pebble", "quartz",
    "raven", "saffron", "thistle", "umber", "velvet", "willow", "zephyr",
)  # fmt: skip


def seed(seeding: Seeding) -> None:
    """Add the two accounts; their passwords are new, random and told once."""
    progress = seeding.progress("People", 1)
    package()
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
