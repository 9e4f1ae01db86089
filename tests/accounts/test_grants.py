"""Grants, vouchers, trials and store events: each counts once, whoever races."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts import grants, holdings, ledger
from accounts.grants import AlreadyUsed, ReasonRequired, VoucherInvalid
from accounts.models import (
    Account,
    Entitlement,
    EntitlementEvent,
    Voucher,
)
from accounts.projection import Event, Kind, State
from streamapi.errors import NotFound
from tests.factories.accounts import (
    make_account,
    make_offer,
    make_product,
    make_staff,
    own,
)

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def days(number: float) -> datetime:
    return NOW + timedelta(days=number)


def packages(account: Account, at: datetime = NOW) -> frozenset[str]:
    return holdings.of(account, now=at).packages


def state(entitlement: Entitlement, at: datetime) -> State:
    return Entitlement.objects.get(pk=entitlement.pk).facts.state(at)


class TestOperators:
    def test_give_until_a_day(self) -> None:
        account = make_account()
        own(account, make_product("basic"), now=NOW, ends_at=days(7))
        assert packages(account, days(6)) == {"basic"}
        assert packages(account, days(7)) == frozenset()

    def test_extend_and_revoke(self) -> None:
        account, staff = make_account(), make_staff()
        given = own(account, make_product("basic"), now=NOW, ends_at=days(7))
        grants.extend(given, ends_at=days(9), by=staff, reason="sorry", now=days(1))
        assert state(given, days(8)) == State.ACTIVE
        grants.revoke(given, by=staff, reason="mistake", now=days(2))
        assert state(given, days(3)) == State.REVOKED
        log = EntitlementEvent.objects.order_by("pk")
        assert list(log.values_list("kind", "reason", "by__email"))[1:] == [
            ("extended", "sorry", staff.email),
            ("revoked", "mistake", staff.email),
        ]

    def test_say_why(self) -> None:
        account, staff = make_account(), make_staff()
        with pytest.raises(ReasonRequired):
            grants.give(
                account,
                make_product("basic"),
                ends_at=None,
                by=staff,
                reason=" ",
                now=NOW,
            )
        assert not EntitlementEvent.objects.exists()

    def test_the_log_is_never_rewritten(self) -> None:
        own(make_account(), make_product("basic"), now=NOW)
        with pytest.raises(TypeError):
            EntitlementEvent.objects.get().save()


class TestVouchers:
    def voucher(self, **fields: Any) -> Voucher:
        defaults = {
            "code": "SPRING",
            "product": make_product("basic"),
            "days": 30,
            "starts_at": NOW,
        }
        return Voucher.objects.create(**defaults | fields)

    def test_give_their_product_for_their_days(self) -> None:
        self.voucher()
        account = make_account()
        grants.redeem(account, " spring ", now=NOW)
        assert packages(account, days(29)) == {"basic"}
        assert packages(account, days(30)) == frozenset()

    def test_are_good_once_for_each_household(self) -> None:
        self.voucher(max_redemptions=5)
        account = make_account()
        grants.redeem(account, "SPRING", now=NOW)
        with pytest.raises(AlreadyUsed):
            grants.redeem(account, "SPRING", now=NOW)

    @pytest.mark.parametrize(
        "fields",
        [
            {"code": "OTHER"},
            {"starts_at": days(1)},
            {"ends_at": NOW},
            {"max_redemptions": 1, "redemptions": 1},
        ],
    )
    def test_are_refused_without_saying_why(self, fields: dict[str, Any]) -> None:
        self.voucher(**fields)
        with pytest.raises(VoucherInvalid):
            grants.redeem(make_account(), "SPRING", now=NOW)


class TestTrials:
    def test_are_had_once(self) -> None:
        account, product = make_account(), make_product("basic")
        make_offer(product, trial_days=14, starts_at=NOW)
        make_offer(product, code="yearly", trial_days=30, starts_at=NOW)
        grants.start_trial(account, "basic-monthly", now=NOW)
        assert packages(account, days(13)) == {"basic"}
        assert packages(account, days(14)) == frozenset()
        with pytest.raises(AlreadyUsed):
            grants.start_trial(account, "yearly", now=days(20))

    @pytest.mark.parametrize("fields", [{"trial_days": 0}, {"is_public": False}])
    def test_exist_only_where_offered(self, fields: dict[str, Any]) -> None:
        make_offer(
            make_product("basic"), **{"trial_days": 7, "starts_at": NOW} | fields
        )
        with pytest.raises(NotFound):
            grants.start_trial(make_account(), "basic-monthly", now=NOW)


class TestRentals:
    def test_begin_with_the_first_play_however_often_it_is_told(self) -> None:
        account = make_account()
        rental = own(
            account, make_product("film", kind="rental"), now=NOW, ends_at=days(30)
        )
        grants.first_play(rental.public_id, now=days(3))
        grants.first_play(rental.public_id, now=days(4))
        assert packages(account, days(4.9)) == {"film"}
        assert packages(account, days(5)) == frozenset()


def event(kind: Kind, on: float, **fields: Any) -> Event:
    return Event(id=f"{on}:{kind}", kind=kind, occurred_at=days(on), **fields)


def record(account: Account, happened: Event) -> Entitlement | None:
    return ledger.record(
        happened, account=account, source="apple", external_id="1000", now=NOW
    )


class TestStoreEvents:
    def test_replayed_in_any_order_end_in_the_same_rows(self) -> None:
        make_product("basic"), make_product("plus")
        log = [
            event(Kind.STARTED, 0, product="basic", expires_at=days(30)),
            event(Kind.CANCELED, 3),
            event(Kind.PRODUCT_CHANGED, 8, product="plus"),
            event(Kind.PAYMENT_FAILED, 30, grace_until=days(33)),
            event(Kind.RENEWED, 32, expires_at=days(62)),
        ]
        seen = set()
        for seed in range(20):
            account = make_account()
            shuffled = log * 2
            random.Random(seed).shuffle(shuffled)
            for happened in shuffled:
                record(account, happened)
            seen.add(Entitlement.objects.get().facts)
            assert EntitlementEvent.objects.count() == len(log)
            Account.objects.all().delete()
        assert len(seen) == 1

    def test_before_the_purchase_own_nothing(self) -> None:
        account = make_account()
        assert record(account, event(Kind.CANCELED, 3)) is None

    def test_of_another_household_are_refused(self) -> None:
        make_product("basic")
        bought = event(Kind.STARTED, 0, product="basic")
        record(make_account(), bought)
        with pytest.raises(ledger.PurchaseAlreadyLinked):
            record(make_account(), bought)

    def test_about_nothing_owned_are_refused_where_an_answer_is_needed(self) -> None:
        given = own(make_account(), make_product("basic"), now=NOW)
        EntitlementEvent.objects.all().delete()
        with pytest.raises(NotFound):
            grants.revoke(given, by=make_staff(), reason="x", now=NOW)
