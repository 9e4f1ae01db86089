"""A PIN above the ceiling: whose it is, how far it lifts, for how long and where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts import elevation, pins
from accounts.models import Account, Device, Profile
from accounts.pins import PinLocked, PinRequired, PinWrong
from accounts.tokens import Viewer
from tests.factories import accounts

NOW = datetime(2027, 1, 15, 20, 0, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return accounts.make_account()


@pytest.fixture
def device(account: Account) -> Device:
    return accounts.make_device(account)


def profile(account: Account, pin: str = "", **fields: object) -> Profile:
    made = accounts.make_profile(account, **fields)
    if pin:
        pins.store(made, pin)
    return made


def viewer(one: Profile, device: Device) -> Viewer:
    return Viewer(
        account_id=one.account.public_id,
        profile_id=one.public_id,
        device_id=device.public_id,
        maturity=one.ceiling,
        is_kids=one.is_kids,
    )


class TestWhosePin:
    def test_a_grown_up_lifts_to_their_own_ceiling(
        self, account: Account, device: Device
    ) -> None:
        child = profile(account, name="Mia", maturity=7)
        profile(account, "1234", name="Ada", maturity=16)
        me = viewer(child, device)
        proof = elevation.prove(me, "1234", now=NOW)
        assert elevation.ceiling_of(proof.token, me, now=NOW) == 16
        assert elevation.reaches(child.pk, 16)
        assert not elevation.reaches(child.pk, 18)

    def test_where_nobody_is_above_the_own_pin_opens_all(
        self, account: Account, device: Device
    ) -> None:
        me = viewer(profile(account, "2468", name="Ada", maturity=12), device)
        proof = elevation.prove(me, "2468", now=NOW)
        assert elevation.ceiling_of(proof.token, me, now=NOW) == 18

    def test_a_teenager_with_a_pin_needs_that_of_a_grown_up(
        self, account: Account, device: Device
    ) -> None:
        teenager = profile(account, "1111", name="Tom", maturity=12)
        profile(account, "2222", name="Ada", maturity=18)
        me = viewer(teenager, device)
        with pytest.raises(PinWrong):
            elevation.prove(me, "1111", now=NOW)
        assert elevation.prove(me, "2222", now=NOW).expires_at == NOW + elevation.LIFE

    def test_the_pin_of_a_child_opens_nothing(
        self, account: Account, device: Device
    ) -> None:
        child = profile(account, "1111", name="Mia", maturity=7, is_kids=True)
        assert not elevation.reaches(child.pk, 12)
        with pytest.raises(elevation.NoPin):
            elevation.prove(viewer(child, device), "1111", now=NOW)

    def test_guessing_is_limited(self, account: Account, device: Device) -> None:
        me = viewer(profile(account, "2468", name="Ada", maturity=12), device)
        for _ in range(pins.TRIES):
            with pytest.raises(PinWrong):
                elevation.prove(me, "0000", now=NOW)
        with pytest.raises(PinLocked):
            elevation.prove(me, "2468", now=NOW)


class TestProof:
    def test_ends_after_ten_minutes(self, account: Account, device: Device) -> None:
        me = viewer(profile(account, "2468", name="Ada", maturity=12), device)
        token = elevation.prove(me, "2468", now=NOW).token
        late = NOW + timedelta(minutes=10)
        assert elevation.ceiling_of(token, me, now=late - timedelta(seconds=1))
        with pytest.raises(PinRequired):
            elevation.ceiling_of(token, me, now=late)

    def test_is_for_one_profile_on_one_device(
        self, account: Account, device: Device
    ) -> None:
        ada = profile(account, "2468", name="Ada", maturity=12)
        token = elevation.prove(viewer(ada, device), "2468", now=NOW).token
        ben = profile(account, name="Ben", maturity=12)
        for other in (
            viewer(ben, device),
            viewer(ada, accounts.make_device(account)),
        ):
            with pytest.raises(PinRequired):
                elevation.ceiling_of(token, other, now=NOW)

    def test_cannot_be_made_up(self, account: Account, device: Device) -> None:
        me = viewer(profile(account, name="Ada", maturity=12), device)
        with pytest.raises(PinRequired):
            elevation.ceiling_of("made-up", me, now=NOW)
