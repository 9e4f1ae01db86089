"""Commands that create, sent again with their Idempotency-Key, create nothing more."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import repeats
from accounts.models import Account, Device, KeptAnswer, Profile, SignIn, Voucher
from accounts.repeats import Answer, Command
from tests.accounts.conftest import sign_in
from tests.accounts.test_pairing import begin, poll
from tests.factories.accounts import (
    PASSWORD,
    make_account,
    make_offer,
    make_product,
    make_profile,
)

pytestmark = pytest.mark.django_db
PROFILES = "/v1/me/profiles"


def send(api: APIClient, path: str, body: dict[str, Any], key: str = "k-1") -> Any:
    return api.post(path, body, headers={"idempotency-key": key})


class TestReplay:
    @pytest.fixture(autouse=True)
    def _signed_in(self, api: APIClient, household: Account) -> None:
        sign_in(api, household.owner)

    def test_of_a_profile_is_the_same_profile(self, api: APIClient) -> None:
        first = send(api, PROFILES, {"name": "Grace"})
        again = send(api, PROFILES, {"name": "Grace"})
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert first.headers.get("Idempotency-Replayed") is None
        assert again["Idempotency-Replayed"] == "true"
        assert again["Cache-Control"] == "private, no-store"
        assert Profile.objects.filter(name="Grace").count() == 1

    def test_of_a_voucher_gives_it_once(self, api: APIClient) -> None:
        Voucher.objects.create(code="GIFT", product=make_product("plus"), days=30)
        answers = [send(api, "/v1/me/vouchers", {"code": "gift"}) for _ in range(3)]
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1

    def test_of_a_trial_begins_it_once(self, api: APIClient) -> None:
        make_offer(make_product("plus"), trial_days=7)
        body = {"offer": "plus-monthly"}
        answers = [send(api, "/v1/me/trials", body).json() for _ in range(2)]
        assert answers[0] == answers[1]

    def test_of_an_approval_lets_one_device_in(self, api: APIClient) -> None:
        codes = begin()
        body = {"user_code": codes["user_code"]}
        answers = [send(api, "/v1/pairing/approve", body).json() for _ in range(2)]
        assert answers[0] == answers[1]
        assert Device.objects.filter(platform="appletv").count() == 1
        assert poll(codes["device_code"]).status_code == 200

    def test_of_a_refusal_is_the_same_refusal(self, api: APIClient) -> None:
        refused = send(api, PROFILES, {"name": "Ada"})
        Profile.objects.update(name="Somebody else")
        again = send(api, PROFILES, {"name": "Ada"})
        assert refused.status_code == again.status_code == 409
        assert again["Content-Type"] == "application/problem+json"
        assert refused.json() == again.json()
        assert again.json()["code"] == "name_taken"

    def test_a_refusal_that_passes_is_not_kept(self, api: APIClient) -> None:
        paths = ["/v1/me/vouchers"] * 11
        seen = [
            send(api, path, {"code": f"G{n}"}, f"k{n}") for n, path in enumerate(paths)
        ]
        assert [each.status_code for each in seen] == [400] * 10 + [429]
        assert KeptAnswer.objects.count() == 10

    def test_ends_after_a_day(self, api: APIClient, household: Account) -> None:
        send(api, PROFILES, {"name": "Grace"})
        later = timezone.now() + repeats.LIFE + timedelta(minutes=1)
        with time_machine.travel(later, tick=False):
            api.credentials()
            sign_in(api, household.owner)
            again = send(api, PROFILES, {"name": "Grace"})
        assert again.json()["code"] == "name_taken"
        assert KeptAnswer.objects.count() == 1

    def test_without_a_key_costs_no_query(self, api: APIClient) -> None:
        with CaptureQueriesContext(connection) as plain:
            api.post(PROFILES, {"name": "Grace"})
        assert not [each for each in plain if "kept" in each["sql"]]
        assert not [each for each in plain if "advisory" in each["sql"]]


class TestSigningIn:
    def body(self, account: Account, password: str = PASSWORD) -> dict[str, Any]:
        device = {"platform": "iphone", "name": "Ada's phone"}
        return {"email": account.owner.email, "password": password, "device": device}

    def test_again_is_the_same_device_and_the_same_tokens(
        self, api: APIClient, household: Account
    ) -> None:
        body = self.body(household)
        answers = [send(api, "/v1/auth/sign-in", body).json() for _ in range(2)]
        assert answers[0] == answers[1]
        assert Device.objects.count() == SignIn.objects.count() == 1

    def test_keeps_no_token_that_can_be_read(
        self, api: APIClient, household: Account
    ) -> None:
        tokens = send(
            api, "/v1/auth/sign-in", self.body(household), "secret-key"
        ).json()
        row = KeptAnswer.objects.get()
        columns = [str(value) for value in vars(row).values()] + [repr(bytes(row.body))]
        for secret in (tokens["refresh_token"], tokens["access_token"], "secret-key"):
            assert not [column for column in columns if secret in column]
        assert str(row) == "POST /v1/auth/sign-in 200"

    def test_a_wrong_password_is_not_kept(
        self, api: APIClient, household: Account
    ) -> None:
        body = self.body(household, "wrong")
        assert send(api, "/v1/auth/sign-in", body).status_code == 401
        assert not KeptAnswer.objects.exists()
        right = send(api, "/v1/auth/sign-in", self.body(household))
        assert right.status_code == 200

    def test_what_is_no_sign_in_at_all_is_refused_as_ever(self, api: APIClient) -> None:
        assert send(api, "/v1/auth/sign-in", [1]).status_code == 400  # type: ignore[arg-type]


class TestKeys:
    @pytest.fixture(autouse=True)
    def _signed_in(self, api: APIClient, household: Account) -> None:
        sign_in(api, household.owner)

    @pytest.mark.parametrize("key", ["", " ", "x" * 256, "a b", '""', "grün"])
    def test_that_are_none_are_refused(self, api: APIClient, key: str) -> None:
        refused = send(api, PROFILES, {"name": "Grace"}, key)
        assert refused.status_code == 400
        assert refused.json()["code"] == "invalid_idempotency_key"

    def test_are_read_with_or_without_quotes(self, api: APIClient) -> None:
        made = send(api, PROFILES, {"name": "Grace"}, '"8e03978e"')
        again = send(api, PROFILES, {"name": "Grace"}, "8e03978e")
        assert made.json() == again.json()

    def test_of_another_body_are_refused(self, api: APIClient) -> None:
        send(api, PROFILES, {"name": "Grace"})
        refused = send(api, PROFILES, {"name": "Hopper"})
        assert refused.status_code == 422
        assert refused.json()["code"] == "idempotency_key_reused"
        assert not Profile.objects.filter(name="Hopper").exists()

    def test_the_order_of_members_makes_no_other_body(self, api: APIClient) -> None:
        send(api, PROFILES, {"name": "Grace", "avatar": "moon"})
        again = send(api, PROFILES, {"avatar": "moon", "name": "Grace"})
        assert again.status_code == 201

    def test_of_another_household_or_command_mean_nothing_here(
        self, api: APIClient
    ) -> None:
        send(api, PROFILES, {"name": "Grace"})
        stranger = make_account()
        make_profile(stranger, name="Eve")
        other = APIClient()
        sign_in(other, stranger.owner)
        made = send(other, PROFILES, {"name": "Grace"})
        assert made.status_code == 201
        assert "Idempotency-Replayed" not in made
        assert send(api, "/v1/me/vouchers", {"name": "Grace"}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_being_answered_the_second_has_to_wait(
    api: APIClient, household: Account
) -> None:
    sign_in(api, household.owner)
    path = PROFILES
    seen = []
    command = Command(
        subject=household.public_id,
        name=f"POST {path}",
        key="k-1",
        payload=b'{"name":"Grace"}',
    )

    def work() -> Answer:
        from_elsewhere = connection.copy()
        with from_elsewhere.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [command.lock])
            seen.append(cursor.fetchone()[0])
        from_elsewhere.close()
        told = {"id": "pr_1", "name": "Grace", "maturity": 18, "has_pin": False}
        return Answer(201, json.dumps(told).encode())

    repeats.once(command, work, now=timezone.now())
    assert seen == [False]
    assert send(api, path, {"name": "Grace"})["Idempotency-Replayed"] == "true"
