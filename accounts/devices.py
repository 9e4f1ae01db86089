"""Devices of a household: registered when someone signs in on one, named, removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from accounts import holdings, sign_ins
from accounts.models import Account, Device, SignIn
from streamapi.clients import PLATFORMS
from streamapi.errors import Conflict, LimitReached, NotFound

SWAPS: Final = 5
SWAP_WINDOW: Final = timedelta(days=30)
FORGOTTEN_AFTER: Final = timedelta(days=180)
RevokedListener = Callable[[Device, datetime], None]
_listeners: list[RevokedListener] = []


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


class DeviceLimitReached(Conflict):
    """The household's plan has no place for another device, or another of its family.

    ``devices`` are those that could be removed: sign in again with
    ``replace_device_id``.
    """

    code = "device_limit"
    title = "Too many devices"


class SwapLimitReached(LimitReached):
    """Devices were removed too often of late; ``retry_after_s`` says when it goes on."""

    code = "device_swap_limit"
    title = "Devices were removed too often"


def register(
    *, account: Account, description: Description, device_id: str, now: datetime
) -> Device:
    """The device ``device_id`` of this household, described anew, or a new device.

    The household's row is locked, so that many at once stay within the limit. Browsers
    make room for browsers and what was not seen for half a year for anything; else a
    person has to choose.
    """
    fields = asdict(description) | {"last_seen_at": now}
    fields["name"] = description.name or description.platform
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        mine = Device.objects.active().filter(account=account)
        if device_id and mine.filter(public_id=device_id).update(**fields):
            return Device.objects.get(public_id=device_id)
        _make_room(account, description.platform, now)
        return Device.objects.create(account=account, created_at=now, **fields)


def find(account_id: str, public_id: str) -> Device:
    """A device of this household that is registered; any other does not exist."""
    mine = Device.objects.active().select_related("account")
    device = mine.filter(account__public_id=account_id, public_id=public_id).first()
    if device is None:
        raise NotFound
    return device


def rename(device: Device, name: str) -> Device:
    """What the household calls it."""
    device.name = name
    device.save(update_fields=["name"])
    return device


def remove(account: Account, public_id: str, *, now: datetime) -> None:
    """The household takes a device off its list; not too often in a month."""
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        device = find(account.public_id, public_id)
        _refuse_swapping(account, now)
        revoke(device, reason="removed", now=now)


def revoke(device: Device, *, reason: str, now: datetime) -> None:
    """Sign the device out for good; its tokens run out within their short life."""
    Device.objects.active().filter(pk=device.pk).update(
        revoked_at=now, revoked_reason=reason
    )
    sign_ins.end(SignIn.objects.filter(device=device), reason="device_revoked", now=now)
    for listener in _listeners:
        transaction.on_commit(partial(listener, device, now))


def on_revoked(listener: RevokedListener) -> None:
    """Let who owns streams end those of a device that is out; called in ``ready()``."""
    _listeners.append(listener)


def _make_room(account: Account, platform: str, now: datetime) -> None:
    features = holdings.of(account, now=now).features
    registered = list(Device.objects.active().filter(account=account))
    family = [device for device in registered if _family(device) == PLATFORMS[platform]]
    per_family: int = settings.DEVICES_PER_FAMILY[PLATFORMS[platform]]
    for crowd, limit in ((registered, features.devices), (family, per_family)):
        if len(crowd) >= limit:
            evicted = _evictable(crowd, platform, now)
            if evicted is None:
                raise DeviceLimitReached(limit=limit, devices=_listed(crowd))
            revoke(evicted, reason="evicted", now=now)
            registered.remove(evicted)
            if evicted in family:
                family.remove(evicted)


def _evictable(crowd: list[Device], platform: str, now: datetime) -> Device | None:
    oldest_first = sorted(crowd, key=lambda device: device.last_seen_at)
    for device in oldest_first:
        forgotten = device.last_seen_at < now - FORGOTTEN_AFTER
        if forgotten or (platform == "web" and device.platform == "web"):
            return device
    return None


def _family(device: Device) -> str:
    return PLATFORMS[device.platform]


def _listed(crowd: list[Device]) -> list[dict[str, Any]]:
    return [
        {
            "id": device.public_id,
            "name": device.name,
            "platform": device.platform,
            "last_seen_at": device.last_seen_at,
        }
        for device in crowd
    ]


def _refuse_swapping(account: Account, now: datetime) -> None:
    removed = Device.objects.filter(
        account=account, revoked_reason="removed", revoked_at__gt=now - SWAP_WINDOW
    )
    moments = removed.order_by("-revoked_at").values_list("revoked_at", flat=True)
    oldest_that_counts = moments[SWAPS - 1 : SWAPS].first()
    if oldest_that_counts is not None:
        wait = oldest_that_counts + SWAP_WINDOW - now
        raise SwapLimitReached(retry_after_s=round(wait.total_seconds()))
