"""Someone recognised arrives on a device: household, device, profile, tokens."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import devices, identity, profiles, sign_ins
from accounts.devices import Description
from accounts.models import User
from accounts.sign_ins import Grant


def arrive(
    *,
    user: User,
    device_id: str,
    replace_device_id: str = "",
    description: Description,
    client_id: str,
    now: datetime,
) -> Grant:
    """Sign this person in on this device."""
    with transaction.atomic():
        account = identity.household(user, now=now)
        if replace_device_id:
            devices.remove(account, replace_device_id, now=now)
        device = devices.register(
            account=account, description=description, device_id=device_id, now=now
        )
        return sign_ins.start(
            account=account,
            device=device,
            profile=profiles.default(account),
            client_id=client_id,
            now=now,
        )
