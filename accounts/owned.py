"""What a household owns, in the words of the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.models import Account, Entitlement
from accounts.projection import WITH_ACCESS, State


def listed(account: Account, *, now: datetime) -> list[dict[str, Any]]:
    """Everything owned, newest first, with the state it is in now."""
    rows = account.entitlements.with_products().order_by("-pk")
    return [described(row, now) for row in rows]


def described(row: Entitlement, now: datetime) -> dict[str, Any]:
    """One thing owned, in the state it is in now."""
    state = row.facts.state(now, row.product.play_window)
    owes = state in {State.GRACE_PERIOD, State.BILLING_RETRY}
    return {
        "id": row.public_id,
        "product_id": row.product.code,
        "name": row.product.name,
        "kind": row.product.kind,
        "packages": sorted(row.product.package_codes),
        "source": row.source,
        "state": state,
        "has_access": state in WITH_ACCESS,
        "starts_at": row.starts_at,
        "expires_at": row.facts.ends_at(row.product.play_window),
        "grace_until": row.grace_until,
        "auto_renew": row.auto_renew,
        "is_trial": row.is_trial,
        "manage_url": settings.MANAGE_URLS.get(row.source),
        "action_required": "update_payment" if owes else None,
    }
