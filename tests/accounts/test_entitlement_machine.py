"""Whatever happens to a household, what it may watch equals a simple reference model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts import grants, holdings, ledger
from accounts.models import Account, Entitlement, Product, User
from accounts.projection import Event, Kind
from streamapi.ids import new_id
from tests.factories.accounts import make_account, make_product, make_staff

MONTH = timedelta(days=30)
WINDOW = timedelta(hours=48)
PLANS = ("basic", "plus")
pytestmark = pytest.mark.django_db


@dataclass
class Owned:
    """The reference: what a person at a desk would write on a card."""

    product: str
    until: datetime | None
    kind: str = "plan"
    grace: datetime | None = None
    paused: bool = False
    revoked: bool = False
    unpaid: bool = False
    started: datetime | None = None

    def open_at(self, now: datetime) -> bool:
        if self.revoked or self.paused:
            return False
        ends = self.until
        if self.unpaid and self.grace and ends:
            ends = max(ends, self.grace)
        if self.kind == "rental" and self.started:
            window = self.started + WINDOW
            ends = min(ends, window) if ends else window
        return ends is None or now < ends


class Household(RuleBasedStateMachine):
    staff: User

    def __init__(self) -> None:
        super().__init__()
        self.account: Account = make_account()
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.subscription: Owned | None = None
        self.others: list[tuple[Owned, Entitlement]] = []

    def tell(self, kind: Kind, **fields: Any) -> None:
        """A store's event about the subscription, told twice as stores do."""
        self.now += timedelta(seconds=1)
        happened = Event(id=new_id("ev"), kind=kind, occurred_at=self.now, **fields)
        for _ in range(2):
            ledger.record(
                happened,
                account=self.account,
                source="google",
                external_id=self.account.public_id,
                now=self.now,
            )

    @rule(hours=st.integers(1, 24 * 20))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(product=st.sampled_from(PLANS))
    def subscribe_or_renew(self, product: str) -> None:
        until = self.now + MONTH
        fresh = self.subscription is None
        kind = Kind.STARTED if fresh else Kind.RENEWED
        self.tell(kind, product=product, expires_at=until, auto_renew=True)
        self.subscription = Owned(product, until)

    @precondition(lambda self: self.subscription)
    @rule(product=st.sampled_from(PLANS))
    def change_plan(self, product: str) -> None:
        self.tell(Kind.PRODUCT_CHANGED, product=product)
        self.subscription.product = product  # type: ignore[union-attr]

    @precondition(lambda self: self.subscription)
    @rule()
    def cancel(self) -> None:
        self.tell(Kind.CANCELED)

    @precondition(lambda self: self.subscription)
    @rule(days=st.integers(0, 10))
    def payment_fails(self, days: int) -> None:
        grace = self.now + timedelta(days=days)
        self.tell(Kind.PAYMENT_FAILED, grace_until=grace)
        self.subscription.unpaid, self.subscription.grace = True, grace  # type: ignore[union-attr]

    @precondition(lambda self: self.subscription)
    @rule()
    def pause(self) -> None:
        self.tell(Kind.PAUSED)
        self.subscription.paused = True  # type: ignore[union-attr]

    @precondition(lambda self: self.subscription)
    @rule()
    def refund(self) -> None:
        self.tell(Kind.REVOKED)
        self.subscription.revoked = True  # type: ignore[union-attr]

    @rule(product=st.sampled_from(["basic", "sport", "film"]), days=st.integers(1, 40))
    def operator_gives(self, product: str, days: int) -> None:
        until = self.now + timedelta(days=days)
        thing = Product.objects.get(code=product)
        given = grants.give(
            self.account,
            thing,
            ends_at=until,
            by=self.staff,
            reason="a test",
            now=self.now,
        )
        self.others.append((Owned(product, until, kind=thing.kind), given))

    @precondition(lambda self: self.others)
    @rule(data=st.data(), days=st.integers(1, 40))
    def operator_extends(self, data: st.DataObject, days: int) -> None:
        card, row = data.draw(st.sampled_from(self.others))
        until = self.now + timedelta(days=days)
        grants.extend(row, ends_at=until, by=self.staff, reason="x", now=self.now)
        card.until = max(card.until or until, until)

    @precondition(lambda self: self.others)
    @rule(data=st.data())
    def operator_takes_away(self, data: st.DataObject) -> None:
        card, row = data.draw(st.sampled_from(self.others))
        grants.revoke(row, by=self.staff, reason="x", now=self.now)
        card.revoked = True

    @precondition(lambda self: any(card.kind == "rental" for card, _ in self.others))
    @rule(data=st.data())
    def rental_is_played(self, data: st.DataObject) -> None:
        rentals = [each for each in self.others if each[0].kind == "rental"]
        card, row = data.draw(st.sampled_from(rentals))
        grants.first_play(row.public_id, now=self.now)
        card.started = card.started or self.now

    @invariant()
    def packages_equal_the_reference(self) -> None:
        cards = [card for card, _ in self.others]
        cards += [self.subscription] if self.subscription else []
        giving = [card for card in cards if card.open_at(self.now)]
        has_plan = any(card.kind == "plan" for card in giving)
        expected = {
            card.product for card in giving if card.kind != "add_on" or has_plan
        }
        assert holdings.of(self.account, now=self.now).packages == expected


def test_what_may_be_watched_equals_the_reference() -> None:
    for plan in PLANS:
        make_product(plan)
    make_product("sport", kind="add_on")
    make_product("film", kind="rental")
    Household.staff = make_staff()
    run_state_machine_as_test(
        Household,
        settings=settings(
            max_examples=8,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
