"""What processes do at one moment has one outcome: nothing twice, nobody signed out."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import devices, grants, ledger, pins
from accounts.devices import Description
from accounts.models import (
    Account,
    Device,
    Entitlement,
    EntitlementEvent,
    KeptAnswer,
    Profile,
    SignIn,
    Voucher,
    VoucherRedemption,
)
from accounts.pins import PinLocked, PinWrong
from accounts.projection import Event, Kind
from streamapi.errors import DomainError
from tests.accounts.conftest import sign_in
from tests.accounts.processes import at_once
from tests.accounts.test_sign_ins import exchange
from tests.factories.accounts import make_account, make_product

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]


def outcome(work: Callable[[], Any]) -> str:
    """``done``, or the code of the refusal."""
    try:
        work()
    except DomainError as refusal:
        return refusal.code
    return "done"


def refresh(token: str) -> tuple[int, str]:
    answer = exchange(token)
    return answer.status_code, answer.json().get("refresh_token", "")


def redeem(account_pk: int) -> str:
    account = Account.objects.get(pk=account_pk)
    return outcome(lambda: grants.redeem(account, "GIFT", now=NOW))


def register(account_pk: int) -> str:
    account = Account.objects.get(pk=account_pk)
    phone = Description(platform="iphone")
    return outcome(
        lambda: devices.register(
            account=account, description=phone, device_id="", now=NOW
        )
    )


def guess(profile_pk: int) -> str:
    profile = Profile.objects.select_related("account").get(pk=profile_pk)
    check = [profile.account, [profile], "0000"]
    return outcome(lambda: pins.check(*check, now=NOW))  # type: ignore[arg-type]


def tell(account_pk: int, kind: str, day: int, fields: dict[str, Any]) -> str:
    event = Event(
        id=f"{day}:{kind}",
        kind=Kind(kind),
        occurred_at=NOW + timedelta(days=day),
        **fields,
    )
    account = Account.objects.get(pk=account_pk)
    return outcome(
        lambda: ledger.record(
            event, account=account, source="apple", external_id="1000", now=NOW
        )
    )


def make_profile(token: str, key: str) -> int:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    answer = client.post(
        "/v1/me/profiles", {"name": "Grace"}, headers={"idempotency-key": key}
    )
    status: int = answer.status_code
    return status


def voucher(uses: int) -> None:
    Voucher.objects.create(
        code="GIFT",
        product=make_product("basic"),
        days=1,
        starts_at=NOW,
        max_redemptions=uses,
    )


class TestRefreshing:
    def test_two_at_once_with_one_token_get_one_successor_and_stay_signed_in(
        self, api: APIClient, household: Account
    ) -> None:
        token = sign_in(api, household.owner)["refresh_token"]
        for _ in range(10):
            answers = at_once(refresh, [(token,)] * 2)
            assert [status for status, _ in answers] == [200, 200]
            (token,) = {successor for _, successor in answers}
        assert SignIn.objects.get().revoked_at is None

    def test_a_crowd_within_the_grace_gets_one_successor_too(
        self, api: APIClient, household: Account
    ) -> None:
        token = sign_in(api, household.owner)["refresh_token"]
        answers = at_once(refresh, [(token,)] * 40)
        (successor,) = {successor for _, successor in answers}
        assert exchange(successor).status_code == 200


class TestVouchers:
    def test_the_last_redemption_goes_to_one_of_two_households(self) -> None:
        voucher(uses=1)
        seen = at_once(redeem, [(make_account().pk,) for _ in range(2)])
        assert sorted(seen) == ["done", "voucher_invalid"]
        assert VoucherRedemption.objects.count() == Entitlement.objects.count() == 1

    def test_of_many_households_as_many_get_it_as_there_are_redemptions(self) -> None:
        voucher(uses=3)
        seen = at_once(redeem, [(make_account().pk,) for _ in range(20)])
        assert seen.count("done") == 3 == Entitlement.objects.count()
        assert Voucher.objects.get().redemptions == 3

    def test_one_household_twice_at_once_gets_it_once(self) -> None:
        voucher(uses=99)
        account = make_account()
        seen = at_once(redeem, [(account.pk,)] * 20)
        assert seen.count("done") == 1
        assert seen.count("already_used") == 19
        assert Voucher.objects.get().redemptions == 1
        assert EntitlementEvent.objects.count() == 1


class TestDevices:
    def test_fifty_registrations_at_the_limit_stay_within_it(
        self, household: Account
    ) -> None:
        seen = at_once(register, [(household.pk,)] * 50)
        assert seen.count("done") == 5
        assert seen.count("device_limit") == 45
        assert Device.objects.active().count() == 5


class TestPins:
    def test_two_hundred_wrong_ones_in_parallel_are_five_tries(
        self, household: Account
    ) -> None:
        profile = household.profiles.get()
        pins.store(profile, "1234")
        seen = at_once(guess, [(profile.pk,)] * 200)
        assert seen.count(PinWrong.code) == 5
        assert seen.count(PinLocked.code) == 195
        assert Account.objects.get().pin_locks == 1


class TestStoreEvents:
    LOG = [
        ("started", 0, {"product": "basic", "expires_at": NOW + timedelta(days=30)}),
        ("canceled", 3, {}),
        ("product_changed", 8, {"product": "plus"}),
        ("payment_failed", 30, {"grace_until": NOW + timedelta(days=33)}),
        ("renewed", 32, {"expires_at": NOW + timedelta(days=62)}),
    ]

    def test_replayed_by_many_in_twenty_random_orders_end_in_one_row(self) -> None:
        make_product("basic"), make_product("plus")
        seen = set()
        for seed in range(20):
            account = make_account()
            log = self.LOG * 3
            random.Random(seed).shuffle(log)
            told = at_once(tell, [(account.pk, *event) for event in log])
            assert set(told) == {"done"}
            seen.add(Entitlement.objects.get().facts)
            assert EntitlementEvent.objects.count() == len(self.LOG)
            Account.objects.all().delete()
        assert len(seen) == 1

    def test_one_purchase_claimed_by_two_households_at_once_goes_to_one(self) -> None:
        make_product("basic")
        jobs = [(make_account().pk, *self.LOG[0]) for _ in range(2)]
        seen = at_once(tell, jobs)
        assert sorted(seen) == ["done", "purchase_already_linked"]
        assert Entitlement.objects.count() == 1


class TestRepeats:
    def test_one_command_many_times_at_once_is_carried_out_once(
        self, api: APIClient, household: Account
    ) -> None:
        token = sign_in(api, household.owner)["access_token"]
        seen = at_once(make_profile, [(token, "one-intention")] * 20)
        assert set(seen) <= {201, 409}
        assert 201 in seen
        assert household.profiles.filter(name="Grace").count() == 1
        assert KeptAnswer.objects.get().status == 201
        assert make_profile(token, "one-intention") == 201
