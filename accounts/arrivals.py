"""Someone recognised arrives on a device: household, device, profile, tokens."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import devices, identity, sign_ins
from accounts.devices import Description
from accounts.models import Account, Profile, User
from accounts.sign_ins import Grant


def arrive(
    *,
    user: User,
    device_id: str,
    description: Description,
    client_id: str,
    now: datetime,
) -> Grant:
    """Sign this person in on this device."""
    with transaction.atomic():
        account = identity.household(user, now=now)
        device = devices.register(
            account=account, description=description, device_id=device_id, now=now
        )
        return sign_ins.start(
            account=account,
            device=device,
            profile=default_profile(account),
            client_id=client_id,
            now=now,
        )


def default_profile(account: Account) -> Profile | None:
    """Who is watching until someone chooses: the first profile that asks for no PIN."""
    return account.profiles.order_by("pk").first()
