"""Refresh tokens over HTTP: they rotate, survive a lost answer, and expose a thief."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import refresh_tokens
from accounts.models import Account, SignIn
from accounts.sign_ins import GRACE
from tests.accounts.conftest import sign_in

pytestmark = pytest.mark.django_db


def form(path: str, **fields: str):  # type: ignore[no-untyped-def]
    return Client().post(
        path, urlencode(fields), content_type="application/x-www-form-urlencoded"
    )


def exchange(token: str, **fields: str):  # type: ignore[no-untyped-def]
    return form(
        "/oauth/token", grant_type="refresh_token", refresh_token=token, **fields
    )


def age(seconds: float) -> None:
    """Let all rotations have happened this much earlier."""
    for row in SignIn.objects.all():
        if row.rotated_at:
            row.rotated_at -= timedelta(seconds=seconds)
            row.save()


class TestRotation:
    def test_each_token_is_good_once(self, api: APIClient, household: Account) -> None:
        first = sign_in(api, household.owner)["refresh_token"]
        second = exchange(first).json()["refresh_token"]
        third = exchange(second).json()["refresh_token"]
        assert len({first, second, third}) == 3
        assert exchange(third).status_code == 200

    def test_the_new_access_token_works(
        self, api: APIClient, household: Account
    ) -> None:
        body = exchange(sign_in(api, household.owner)["refresh_token"]).json()
        assert body["token_type"] == "Bearer"
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {body['access_token']}")
        assert api.post("/v1/auth/sign-out").status_code == 204

    def test_a_lost_answer_may_be_asked_for_again(
        self, api: APIClient, household: Account
    ) -> None:
        first = sign_in(api, household.owner)["refresh_token"]
        answers = {exchange(first).json()["refresh_token"] for _ in range(3)}
        assert len(answers) == 1
        assert exchange(answers.pop()).status_code == 200

    def test_a_token_used_twice_ends_the_sign_in(
        self, api: APIClient, household: Account
    ) -> None:
        first = sign_in(api, household.owner)["refresh_token"]
        second = exchange(first).json()["refresh_token"]
        age(GRACE.total_seconds() + 1)
        again = exchange(first)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
        assert exchange(second).json()["error"] == "invalid_grant"
        assert SignIn.objects.get().revoked_reason == "token_reused"

    def test_a_grandparent_ends_the_sign_in_at_once(
        self, api: APIClient, household: Account
    ) -> None:
        first = sign_in(api, household.owner)["refresh_token"]
        second = exchange(first).json()["refresh_token"]
        third = exchange(second).json()["refresh_token"]
        assert exchange(first).status_code == 400
        assert exchange(third).status_code == 400

    def test_made_up_tokens_end_nothing(
        self, api: APIClient, household: Account
    ) -> None:
        first = sign_in(api, household.owner)["refresh_token"]
        family = first.partition(".")[0]
        for made_up in (
            f"{family}.guess",
            f"{family}.guess~sig",
            "si_x.y~z",
            "junk",
            ".",
        ):
            assert exchange(made_up).json()["error"] == "invalid_grant"
        assert exchange(first).status_code == 200

    def test_nothing_stored_can_be_used(
        self, api: APIClient, household: Account
    ) -> None:
        first = sign_in(api, household.owner)["refresh_token"]
        second = exchange(first).json()["refresh_token"]
        with connection.cursor() as cursor:
            cursor.execute("select row_to_json(s)::text from accounts_signin s")
            (stored,) = cursor.fetchone()
        for token in (first, second):
            secret = token.partition(".")[2].partition("~")[0]
            assert secret not in stored
            assert secret.encode().hex() not in stored
        stranger = refresh_tokens.fresh("si_other")
        assert stranger.open(bytes(SignIn.objects.get().successor)) is None

    @pytest.mark.parametrize(
        "change",
        [
            {"expires_at": timezone.now() - timedelta(seconds=1)},
            {"idle_expires_at": timezone.now() - timedelta(seconds=1)},
            {"revoked_at": timezone.now()},
        ],
    )
    def test_nothing_lasts_for_ever(
        self, api: APIClient, household: Account, change: dict[str, object]
    ) -> None:
        token = sign_in(api, household.owner)["refresh_token"]
        SignIn.objects.update(**change)
        assert exchange(token).json()["error"] == "invalid_grant"

    def test_a_deactivated_person_gets_no_more_tokens(
        self, api: APIClient, household: Account
    ) -> None:
        token = sign_in(api, household.owner)["refresh_token"]
        household.owner.is_active = False
        household.owner.save()
        assert exchange(token).json()["error"] == "invalid_grant"


class TestEndpointErrors:
    def test_follow_rfc_6749(self, api: APIClient, household: Account) -> None:
        token = sign_in(api, household.owner)["refresh_token"]
        cases = {
            "invalid_request": {"refresh_token": token},
            "unsupported_grant_type": {"grant_type": "password"},
            "invalid_client": {
                "grant_type": "refresh_token",
                "refresh_token": token,
                "client_id": "unknown",
            },
            "invalid_scope": {
                "grant_type": "refresh_token",
                "refresh_token": token,
                "scope": "admin",
            },
            "invalid_grant": {
                "grant_type": "refresh_token",
                "refresh_token": token,
                "client_id": "stream-tv",
            },
        }
        for error, fields in cases.items():
            response = form("/oauth/token", **fields)
            assert (response.status_code, response.json()["error"]) == (400, error)
            assert response["Cache-Control"] == "no-store"
        assert exchange(token, client_id="stream-app").status_code == 200

    def test_json_and_doubled_parameters_are_refused(self) -> None:
        as_json = Client().post("/oauth/token", {}, content_type="application/json")
        doubled = Client().post(
            "/oauth/token",
            "grant_type=a&grant_type=b",
            content_type="application/x-www-form-urlencoded",
        )
        assert as_json.json()["error"] == doubled.json()["error"] == "invalid_request"

    def test_only_post(self) -> None:
        assert Client().get("/oauth/token").status_code == 405


class TestEnding:
    def test_revoking_any_token_ends_the_sign_in(
        self, api: APIClient, household: Account
    ) -> None:
        token = sign_in(api, household.owner)["refresh_token"]
        assert form("/oauth/revoke", token=token).status_code == 200
        assert exchange(token).status_code == 400

    def test_revoking_what_does_not_exist_is_fine(self) -> None:
        assert form("/oauth/revoke", token="unknown").status_code == 200
        assert form("/oauth/revoke", token="si_x.y~z").status_code == 200

    def test_signing_in_again_on_a_device_replaces_its_sign_in(
        self, api: APIClient, household: Account
    ) -> None:
        first = sign_in(api, household.owner)
        second = sign_in(api, household.owner, id=first["device_id"])
        assert second["device_id"] == first["device_id"]
        assert exchange(first["refresh_token"]).status_code == 400
        assert exchange(second["refresh_token"]).status_code == 200


class TestDiscovery:
    def test_names_every_endpoint(self) -> None:
        metadata = Client().get("/.well-known/oauth-authorization-server").json()
        assert metadata["issuer"] == "http://127.0.0.1:8000"
        assert metadata["token_endpoint"].endswith("/oauth/token")

    def test_publishes_public_halves_only(self) -> None:
        (key,) = Client().get("/.well-known/jwks.json").json()["keys"]
        assert set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"}
