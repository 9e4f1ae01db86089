"""Devices of a household: registered when someone signs in on one, named, revoked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from accounts import sign_ins
from accounts.models import Account, Device, SignIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a client says of the device it runs on."""

    platform: str
    name: str = ""
    model: str = ""
    os_version: str = ""
    app_version: str = ""
    drm: str = ""
    drm_level: str = ""


def register(
    *, account: Account, description: Description, device_id: str, now: datetime
) -> Device:
    """The device ``device_id`` of this household, described anew, or a new device."""
    fields = asdict(description) | {"last_seen_at": now}
    fields["name"] = description.name or description.platform
    mine = Device.objects.active().filter(account=account)
    if device_id and mine.filter(public_id=device_id).update(**fields):
        return Device.objects.get(public_id=device_id)
    return Device.objects.create(account=account, created_at=now, **fields)


def revoke(device: Device, *, now: datetime) -> None:
    """Sign the device out for good; its tokens run out within their short life."""
    Device.objects.active().filter(pk=device.pk).update(revoked_at=now)
    sign_ins.end(SignIn.objects.filter(device=device), reason="device_revoked", now=now)
