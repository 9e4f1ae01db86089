"""The one writer of entitlements: append an event, fold the log anew."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Account, Entitlement, EntitlementEvent, Product, User
from accounts.projection import Event, Facts, project
from streamapi.errors import Conflict


class PurchaseAlreadyLinked(Conflict):
    """Another household owns this; a purchase never changes hands by itself."""

    code = "purchase_already_linked"
    title = "This purchase belongs to another account"


def record(
    event: Event,
    *,
    account: Account,
    source: str,
    external_id: str,
    now: datetime,
    by: User | None = None,
    reason: str = "",
    raw: dict[str, Any] | None = None,
) -> Entitlement | None:
    """Append ``event`` unless it is known, and bring the entitlement up to date.

    The household's row is locked, so that two events at once are folded one after the
    other; an event that came before changes nothing. ``None`` while it is not known yet
    what is owned, because the event that says so is still on its way.
    """
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        _refuse_another_household(account, source, external_id)
        product = Product.objects.get(code=event.product) if event.product else None
        EntitlementEvent.objects.get_or_create(
            source=source,
            event_id=event.id,
            defaults={
                "account": account,
                "external_id": external_id,
                "kind": event.kind,
                "occurred_at": event.occurred_at,
                "recorded_at": now,
                "product": product,
                "expires_at": event.expires_at,
                "grace_until": event.grace_until,
                "resumes_at": event.resumes_at,
                "auto_renew": event.auto_renew,
                "is_trial": event.is_trial,
                "raw": raw or {},
                "reason": reason,
                "by": by,
            },
        )
        return _project(account, source, external_id)


def _project(account: Account, source: str, external_id: str) -> Entitlement | None:
    log = EntitlementEvent.objects.filter(source=source, external_id=external_id)
    facts = project(row.as_event for row in log.select_related("product"))
    if not facts.product:
        return None
    try:
        with transaction.atomic():
            entitlement, _ = Entitlement.objects.update_or_create(
                account=account,
                source=source,
                external_id=external_id,
                defaults=_columns(facts),
            )
    except IntegrityError as error:
        raise PurchaseAlreadyLinked from error
    return entitlement


def _columns(facts: Facts) -> dict[str, Any]:
    columns = asdict(facts)
    return columns | {"product": Product.objects.get(code=columns.pop("product"))}


def _refuse_another_household(account: Account, source: str, external_id: str) -> None:
    theirs = EntitlementEvent.objects.filter(
        source=source, external_id=external_id
    ).exclude(account=account)
    if theirs.exists():
        raise PurchaseAlreadyLinked
