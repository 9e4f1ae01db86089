"""What operators and vouchers give: time-limited, with a reason, revocable."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from accounts import ledger
from accounts.models import (
    Account,
    Entitlement,
    EntitlementEvent,
    Offer,
    Product,
    Source,
    User,
    Voucher,
    VoucherRedemption,
)
from accounts.projection import Event, Kind
from streamapi.errors import Conflict, InvalidInput, NotFound
from streamapi.ids import new_id


class VoucherInvalid(InvalidInput):
    """The code is unknown, used up, too early or too late; which one is not said."""

    code = "voucher_invalid"
    title = "This code is not valid"


class AlreadyUsed(Conflict):
    """The household had this once."""

    code = "already_used"
    title = "This can be used once"


class ReasonRequired(InvalidInput):
    """An operator's change without a reason."""

    code = "reason_required"
    title = "Say why"


def give(
    account: Account,
    product: Product,
    *,
    ends_at: datetime | None,
    by: User,
    reason: str,
    now: datetime,
) -> Entitlement:
    """An operator gives a product, with a reason and an end; a rental always has one."""
    require_reason(reason)
    event = Event(
        id=new_id("ev"),
        kind=Kind.STARTED,
        occurred_at=now,
        product=product.code,
        expires_at=ends_at or product.start_by(now),
    )
    return _recorded(event, account, Source.OPERATOR, new_id("gr"), now, by, reason)


def extend(
    entitlement: Entitlement,
    *,
    ends_at: datetime,
    by: User,
    reason: str,
    now: datetime,
) -> Entitlement:
    """More time on something owned, whoever sold it."""
    require_reason(reason)
    event = Event(
        id=new_id("ev"), kind=Kind.EXTENDED, occurred_at=now, expires_at=ends_at
    )
    return _on(entitlement, event, now, by, reason)


def revoke(
    entitlement: Entitlement, *, by: User, reason: str, now: datetime
) -> Entitlement:
    """Take something away at once."""
    require_reason(reason)
    event = Event(id=new_id("ev"), kind=Kind.REVOKED, occurred_at=now)
    return _on(entitlement, event, now, by, reason)


def redeem(account: Account, code: str, *, now: datetime) -> Entitlement:
    """A voucher for its product; one conditional UPDATE counts the redemption."""
    open_now = Q(starts_at__lte=now) & (Q(ends_at=None) | Q(ends_at__gt=now))
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        voucher = Voucher.objects.filter(open_now, code=code.strip().upper()).first()
        if voucher is None:
            raise VoucherInvalid
        if VoucherRedemption.objects.filter(voucher=voucher, account=account).exists():
            raise AlreadyUsed
        left = Voucher.objects.filter(
            pk=voucher.pk, redemptions__lt=F("max_redemptions")
        )
        if not left.update(redemptions=F("redemptions") + 1):
            raise VoucherInvalid
        VoucherRedemption.objects.create(
            voucher=voucher, account=account, redeemed_at=now
        )
        event = Event(
            id=f"{voucher.code}:{account.public_id}",
            kind=Kind.STARTED,
            occurred_at=now,
            product=voucher.product.code,
            expires_at=now + timedelta(days=voucher.days),
        )
        return _recorded(event, account, Source.VOUCHER, event.id, now)


def start_trial(account: Account, offer_code: str, *, now: datetime) -> Entitlement:
    """A product for some days, once for each household and product."""
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        offer = Offer.objects.on_sale(now).filter(code=offer_code).first()
        if offer is None or not offer.trial_days:
            raise NotFound("There is no such trial.")
        had = EntitlementEvent.objects.filter(
            account=account, product=offer.product, is_trial=True
        )
        if had.exists():
            raise AlreadyUsed
        event = Event(
            id=f"trial:{offer.product.code}:{account.public_id}",
            kind=Kind.STARTED,
            occurred_at=now,
            product=offer.product.code,
            expires_at=now + timedelta(days=offer.trial_days),
            is_trial=True,
        )
        return _recorded(event, account, Source.WEB, event.id, now)


def first_play(entitlement_id: str, *, now: datetime) -> None:
    """A rental was started: its hours begin, once, however often this is told."""
    entitlement = Entitlement.objects.select_related("account").get(
        public_id=entitlement_id
    )
    event = Event(
        id=f"first-play:{entitlement.public_id}",
        kind=Kind.FIRST_PLAYED,
        occurred_at=now,
    )
    _on(entitlement, event, now)


def _on(
    entitlement: Entitlement,
    event: Event,
    now: datetime,
    by: User | None = None,
    reason: str = "",
) -> Entitlement:
    source, external_id = entitlement.source, entitlement.external_id
    return _recorded(event, entitlement.account, source, external_id, now, by, reason)


def _recorded(
    event: Event,
    account: Account,
    source: str,
    external_id: str,
    now: datetime,
    by: User | None = None,
    reason: str = "",
) -> Entitlement:
    entitlement = ledger.record(
        event,
        account=account,
        source=source,
        external_id=external_id,
        now=now,
        by=by,
        reason=reason,
    )
    if entitlement is None:
        raise NotFound("Nothing is owned under this name.")
    return entitlement


def require_reason(reason: str) -> None:
    """Every change by an operator says why."""
    if not reason.strip():
        raise ReasonRequired(pointer="/reason")
