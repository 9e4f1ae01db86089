"""Signing up and in over HTTP: proven addresses, guessed passwords, nothing given away."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts import identity
from accounts.models import Account, SignIn, User
from streamapi import hashing
from tests.accounts.conftest import sign_in
from tests.factories.accounts import PASSWORD, make_staff, make_user

pytestmark = pytest.mark.django_db
DEVICE = {"platform": "android-tv", "name": "Living room"}


def attempt(
    api: APIClient, email: str, password: str = PASSWORD, **headers: str
) -> Any:
    return api.post(
        "/v1/auth/sign-in",
        {"email": email, "password": password, "device": DEVICE},
        **headers,
    )


def sign_up(api: APIClient, email: str = "new@example.org", **fields: str) -> Any:
    body = {"email": email, "password": PASSWORD} | fields
    return api.post("/v1/auth/sign-up", body)


def mailed_token(index: int = -1) -> str:
    found = re.search(r"token=(\S+)", mail.outbox[index].body)
    assert found
    return found[1].replace("%3A", ":")


class TestSignUp:
    def test_leads_to_a_household_once_the_address_is_proven(
        self, api: APIClient
    ) -> None:
        assert sign_up(api, "New@Example.org", name="Ada").status_code == 202
        refused = attempt(api, "new@example.org")
        assert (refused.status_code, refused.json()["code"]) == (
            403,
            "email_not_verified",
        )
        verified = api.post("/v1/auth/verify-email", {"token": mailed_token()})
        assert verified.status_code == 204
        tokens = attempt(api, "new@example.org").json()
        assert [profile["name"] for profile in tokens["profiles"]] == ["Ada"]
        assert tokens["profile_id"] == tokens["profiles"][0]["id"]

    def test_answers_alike_for_a_known_address(self, api: APIClient) -> None:
        known = make_user()
        first, second = sign_up(api, "free@example.org"), sign_up(api, known.email)
        assert first.content == second.content
        assert first.status_code == second.status_code == 202
        assert User.objects.count() == 2
        assert mail.outbox[1].subject == "You already have an account"
        assert attempt(api, known.email).status_code == 200

    def test_does_the_same_work_for_a_known_address(self, api: APIClient) -> None:
        known = make_user()
        counts = []
        for address in ("free@example.org", known.email):
            with CaptureQueriesContext(connection) as queries:
                sign_up(api, address)
            verbs = [query["sql"].split()[0] for query in queries]
            counts.append([verb for verb in verbs if verb in {"SELECT", "INSERT"}])
        free, taken = counts
        assert free.count("INSERT") == 3
        assert free == taken[: len(free)]

    def test_again_before_the_proof_makes_the_first_link_useless(
        self, api: APIClient
    ) -> None:
        sign_up(api)
        sign_up(api, password="another-good-phrase")
        stale = api.post("/v1/auth/verify-email", {"token": mailed_token(0)})
        assert stale.json()["code"] == "link_invalid"
        api.post("/v1/auth/verify-email", {"token": mailed_token(1)})
        assert attempt(api, "new@example.org").status_code == 401
        done = attempt(api, "new@example.org", "another-good-phrase")
        assert done.status_code == 200

    @pytest.mark.parametrize("password", ["short", "password123", "new@example.org"])
    def test_refuses_weak_passwords(self, api: APIClient, password: str) -> None:
        response = sign_up(api, password=password)
        assert response.status_code == 400
        assert response.json()["errors"][0]["pointer"] == "/password"
        assert not User.objects.exists()

    def test_a_link_is_good_once(self, api: APIClient) -> None:
        sign_up(api)
        token = mailed_token()
        assert api.post("/v1/auth/verify-email", {"token": token}).status_code == 204
        assert api.post("/v1/auth/verify-email", {"token": token}).status_code == 400

    @pytest.mark.parametrize("token", ["", "junk", "a:b:c", "MQ.x-y"])
    def test_made_up_links_are_refused(self, api: APIClient, token: str) -> None:
        assert api.post("/v1/auth/verify-email", {"token": token}).status_code == 400
        body = {"token": token, "password": PASSWORD}
        assert api.post("/v1/auth/password-reset/confirm", body).status_code == 400


@pytest.mark.django_db(transaction=True)
class TestSignUpRace:
    def test_the_same_person_twice_at_once_is_one_person(self, api: APIClient) -> None:
        def once(_: int) -> int:
            try:
                status: int = sign_up(APIClient()).status_code
                return status
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(once, range(4))) == {202}
        assert User.objects.count() == Account.objects.count() == 1


class TestSignIn:
    def test_says_the_same_for_a_wrong_password_and_an_unknown_address(
        self, api: APIClient
    ) -> None:
        wrong = attempt(api, make_user().email, "wrong").json()
        unknown = attempt(api, "nobody@example.org", "wrong").json()
        wrong.pop("request_id"), unknown.pop("request_id")
        assert wrong == unknown
        assert wrong["code"] == "wrong_credentials"

    def test_a_deactivated_person_is_unknown(self, api: APIClient) -> None:
        user = make_user(is_active=False)
        assert attempt(api, user.email).json()["code"] == "wrong_credentials"

    def test_staff_get_a_household_when_they_first_watch(self, api: APIClient) -> None:
        staff = make_staff()
        assert len(attempt(api, staff.email).json()["profiles"]) == 1

    def test_an_outdated_hash_is_renewed(self, settings: Settings) -> None:
        user = make_user()
        settings.PASSWORD_HASHERS = [
            "streamapi.hashing.Argon2",
            "django.contrib.auth.hashers.MD5PasswordHasher",
        ]
        assert identity.sign_in(email=user.email, password=PASSWORD) == user
        user.refresh_from_db()
        assert user.password.startswith("argon2$")
        assert hashing.verify(PASSWORD, user.password) == (True, False)

    def test_an_unknown_platform_is_named_in_the_problem(self, api: APIClient) -> None:
        body = {
            "email": make_user().email,
            "password": PASSWORD,
            "device": {"platform": "toaster"},
        }
        problem = api.post("/v1/auth/sign-in", body).json()
        assert problem["errors"][0]["pointer"] == "/device/platform"

    def test_is_never_stored(self, api: APIClient) -> None:
        assert attempt(api, make_user().email)["Cache-Control"] == "private, no-store"


class TestGuessing:
    def test_is_stopped_after_five_tries_and_says_for_how_long(
        self, api: APIClient
    ) -> None:
        user = make_user()
        answers = [attempt(api, user.email, "wrong") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429]
        assert 1 <= int(answers[5]["Retry-After"]) <= 180
        assert '"password";q=5;w=900' in answers[5]["RateLimit-Policy"]
        assert '"password";r=0' in answers[5]["RateLimit"]
        assert attempt(api, user.email).status_code == 429

    def test_is_stopped_for_unknown_addresses_alike(self, api: APIClient) -> None:
        answers = [attempt(api, "nobody@example.org", "wrong") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429]

    def test_from_elsewhere_does_not_lock_the_owner_out(self, api: APIClient) -> None:
        user = make_user()
        for _ in range(6):
            attempt(api, user.email, "wrong", REMOTE_ADDR="203.0.113.9")
        assert attempt(api, user.email, REMOTE_ADDR="198.51.100.7").status_code == 200

    def test_from_everywhere_is_stopped_too(self, api: APIClient) -> None:
        user = make_user()
        seen = {
            attempt(api, user.email, "wrong", REMOTE_ADDR=f"203.0.113.{n}").status_code
            for n in range(51)
        }
        assert seen == {401, 429}

    def test_many_accounts_from_one_address_are_stopped(
        self, api: APIClient, settings: Settings
    ) -> None:
        settings.SIGN_IN_REQUESTS_PER_ADDRESS = 3
        seen = [attempt(api, f"p{n}@example.org").status_code for n in range(4)]
        assert seen == [401, 401, 401, 429]

    def test_a_forged_forwarded_header_is_no_new_address(self, api: APIClient) -> None:
        user = make_user()
        seen = [
            attempt(
                api, user.email, "wrong", HTTP_X_FORWARDED_FOR=f"192.0.2.{n}"
            ).status_code
            for n in range(6)
        ]
        assert seen[-1] == 429

    def test_a_success_forgives_earlier_slips(self, api: APIClient) -> None:
        user = make_user()
        for _ in range(3):
            for _ in range(4):
                attempt(api, user.email, "wrong")
            assert attempt(api, user.email).status_code == 200

    def test_admits_no_more_when_all_ask_at_once(self, api: APIClient) -> None:
        def once(_: int) -> int:
            try:
                status: int = attempt(APIClient(), "x@example.org", "no").status_code
                return status
            finally:
                connection.close()

        with ThreadPoolExecutor(10) as pool:
            statuses = list(pool.map(once, range(40)))
        assert statuses.count(429) == 35


class TestPasswordReset:
    def test_sets_a_new_password_and_signs_out_everywhere(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        api.credentials()
        api.post("/v1/auth/password-reset", {"email": household.owner.email})
        body = {"token": mailed_token(), "password": "another-good-phrase"}
        assert api.post("/v1/auth/password-reset/confirm", body).status_code == 204
        assert SignIn.objects.get().revoked_reason == "password_reset"
        assert attempt(api, household.owner.email).status_code == 401
        done = attempt(api, household.owner.email, "another-good-phrase")
        assert done.status_code == 200
        again = api.post("/v1/auth/password-reset/confirm", body)
        assert again.json()["code"] == "link_invalid"

    def test_proves_the_address_too(self, api: APIClient) -> None:
        user = make_user(email_verified_at=None)
        api.post("/v1/auth/password-reset", {"email": user.email})
        body = {"token": mailed_token(), "password": "another-good-phrase"}
        api.post("/v1/auth/password-reset/confirm", body)
        assert attempt(api, user.email, "another-good-phrase").status_code == 200

    def test_answers_alike_for_an_unknown_address(self, api: APIClient) -> None:
        user = make_user()
        known = api.post("/v1/auth/password-reset", {"email": user.email})
        unknown = api.post("/v1/auth/password-reset", {"email": "no@example.org"})
        assert known.content == unknown.content
        assert len(mail.outbox) == 1

    def test_mails_to_one_address_are_limited(self, api: APIClient) -> None:
        seen = [
            api.post("/v1/auth/password-reset", {"email": "x@example.org"}).status_code
            for _ in range(5)
        ]
        assert seen == [202] * 4 + [429]


class TestChanges:
    def test_a_new_password_ends_the_other_sign_ins(
        self, api: APIClient, household: Account
    ) -> None:
        other, mine = APIClient(), api
        sign_in(other, household.owner)
        sign_in(mine, household.owner)
        body = {"current_password": PASSWORD, "password": "another-good-phrase"}
        assert mine.post("/v1/me/password", body).status_code == 204
        reasons = SignIn.objects.order_by("pk").values_list("revoked_reason", flat=True)
        assert list(reasons) == ["password_changed", ""]

    def test_the_old_password_is_asked_for(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        body = {"current_password": "wrong", "password": "another-good-phrase"}
        assert api.post("/v1/me/password", body).status_code == 401
        body = {"email": "next@example.org", "password": "wrong"}
        assert api.post("/v1/me/email", body).status_code == 401

    def test_a_new_address_counts_once_it_is_proven(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        body = {"email": "Next@example.org", "password": PASSWORD}
        assert api.post("/v1/me/email", body).status_code == 202
        assert attempt(api, "next@example.org").status_code == 401
        assert mail.outbox[0].to == ["next@example.org"]
        assert mail.outbox[1].subject == "Your e-mail address is about to change"
        api.post("/v1/auth/verify-email", {"token": mailed_token(0)})
        assert attempt(api, "next@example.org").status_code == 200

    def test_an_address_taken_meanwhile_is_refused(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        body = {"email": "next@example.org", "password": PASSWORD}
        api.post("/v1/me/email", body)
        make_user(email="next@example.org")
        late = api.post("/v1/auth/verify-email", {"token": mailed_token(0)})
        assert late.json()["code"] == "link_invalid"


class TestBearer:
    @pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5"])
    def test_without_a_good_token_the_answer_says_how(
        self, api: APIClient, header: str
    ) -> None:
        api.credentials(**({"HTTP_AUTHORIZATION": header} if header else {}))
        response = api.post("/v1/auth/sign-out")
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == 'Bearer error="invalid_token"'

    def test_a_token_in_the_query_is_no_token(
        self, api: APIClient, household: Account
    ) -> None:
        token = sign_in(api, household.owner)["access_token"]
        api.credentials()
        assert api.post(f"/v1/auth/sign-out?access_token={token}").status_code == 401
