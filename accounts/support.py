"""What staff may do for a customer: each deed with a reason, each in the audit log."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import devices, grants, sign_ins
from accounts.models import (
    Account,
    AuditEntry,
    Device,
    Entitlement,
    Product,
    SignIn,
    User,
)


def give(
    account: Account,
    product: Product,
    *,
    ends_at: datetime | None,
    by: User,
    reason: str,
    now: datetime,
) -> Entitlement:
    """A product, until ``ends_at`` or for good."""
    with transaction.atomic():
        given = grants.give(
            account, product, ends_at=ends_at, by=by, reason=reason, now=now
        )
        _note("give", account, f"{product.code} {given.public_id}", by, reason, now)
    return given


def extend(
    entitlement: Entitlement, *, ends_at: datetime, by: User, reason: str, now: datetime
) -> None:
    """More time on something owned."""
    with transaction.atomic():
        grants.extend(entitlement, ends_at=ends_at, by=by, reason=reason, now=now)
        target = f"{entitlement.public_id} to {ends_at:%Y-%m-%d %H:%M}"
        _note("extend", entitlement.account, target, by, reason, now)


def revoke(entitlement: Entitlement, *, by: User, reason: str, now: datetime) -> None:
    """Take something away at once."""
    with transaction.atomic():
        grants.revoke(entitlement, by=by, reason=reason, now=now)
        account = entitlement.account
        _note("revoke", account, entitlement.public_id, by, reason, now)


def sign_out_everywhere(
    account: Account, *, by: User, reason: str, now: datetime
) -> None:
    """End every sign-in of the household."""
    grants.require_reason(reason)
    with transaction.atomic():
        mine = SignIn.objects.filter(account=account)
        ended = sign_ins.end(mine, reason="by_support", now=now)
        _note("sign_out", account, f"{ended} sign-ins", by, reason, now)


def revoke_device(device: Device, *, by: User, reason: str, now: datetime) -> None:
    """Sign one device out for good; it does not count as a swap of the household."""
    grants.require_reason(reason)
    with transaction.atomic():
        devices.revoke(device, reason="by_support", now=now)
        _note("revoke_device", device.account, device.public_id, by, reason, now)


def suspend(account: Account, *, by: User, reason: str, now: datetime) -> None:
    """Stop the household from watching, until :func:`restore`."""
    _set_suspended(account, now, "suspend", by, reason, now)


def restore(account: Account, *, by: User, reason: str, now: datetime) -> None:
    """Let a suspended household watch again."""
    _set_suspended(account, None, "restore", by, reason, now)


def _set_suspended(
    account: Account,
    moment: datetime | None,
    action: str,
    by: User,
    reason: str,
    now: datetime,
) -> None:
    grants.require_reason(reason)
    with transaction.atomic():
        account.suspended_at = moment
        account.save(update_fields=["suspended_at"])
        _note(action, account, account.public_id, by, reason, now)


def _note(
    action: str, account: Account, target: str, by: User, reason: str, now: datetime
) -> None:
    AuditEntry.objects.create(
        at=now, by=by, action=action, account=account, target=target, reason=reason
    )
