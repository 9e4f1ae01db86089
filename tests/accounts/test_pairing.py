"""Pairing a television over HTTP: by page, by app, and against guessing."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts import pairing
from accounts.models import Account, Device, SignIn
from accounts.views.oauth import DEVICE_GRANT
from streamapi import state
from tests.accounts.conftest import sign_in
from tests.factories.accounts import PASSWORD, make_device, make_profile

pytestmark = pytest.mark.django_db


def form(path: str, **fields: str) -> Any:
    return Client().post(
        path, urlencode(fields), content_type="application/x-www-form-urlencoded"
    )


def begin(**fields: str) -> dict[str, Any]:
    asked = {"client_id": "stream-tv", "platform": "appletv", "device_name": "Den"}
    codes: dict[str, Any] = form("/oauth/device_authorization", **asked | fields).json()
    return codes


def poll(device_code: str, client_id: str = "stream-tv") -> Any:
    return form(
        "/oauth/token",
        grant_type=DEVICE_GRANT,
        device_code=device_code,
        client_id=client_id,
    )


def rest() -> None:
    """Let the polling interval pass."""
    server = state.client()
    for key in server.scan_iter("pairing:device:*"):
        server.hdel(key, "polled")


class TestDeviceAuthorization:
    def test_answers_as_rfc_8628_says(self) -> None:
        codes = begin()
        assert re.fullmatch(
            r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", codes["user_code"]
        )
        assert codes["verification_uri"] == "http://127.0.0.1:8000/activate"
        assert codes["verification_uri_complete"].endswith(codes["user_code"])
        assert (codes["interval"], codes["expires_in"]) == (5, 600)

    @pytest.mark.parametrize(
        ("fields", "error"),
        [
            ({"client_id": "unknown"}, "invalid_client"),
            ({"client_id": ""}, "invalid_client"),
            ({"scope": "admin"}, "invalid_scope"),
            ({"platform": "toaster"}, "invalid_request"),
        ],
    )
    def test_refuses(self, fields: dict[str, str], error: str) -> None:
        assert begin(**fields)["error"] == error

    def test_floods_are_stopped(self, settings: Settings) -> None:
        settings.SIGN_IN_REQUESTS_PER_ADDRESS = 2
        asked = {"client_id": "stream-tv"}
        seen = [form("/oauth/device_authorization", **asked) for _ in range(3)]
        assert [answer.status_code for answer in seen] == [200, 200, 429]
        assert int(seen[2]["Retry-After"]) > 0

    def test_no_code_can_be_read_from_redis(self) -> None:
        codes = begin()
        server = state.client()
        stored = [*server.scan_iter("*")]
        stored += [str(server.hgetall(k)) for k in server.scan_iter("pairing:device:*")]
        assert codes["device_code"] not in "".join(stored)

    def test_without_redis_is_an_honest_503(self, settings: Settings) -> None:
        settings.REDIS_STATE_URL = "redis://127.0.0.1:1/0"
        state.client.cache_clear()
        try:
            answer = form("/oauth/device_authorization", client_id="stream-tv")
        finally:
            state.client.cache_clear()
        assert (answer.status_code, answer.json()["error"]) == (
            503,
            "temporarily_unavailable",
        )


class TestPolling:
    def test_too_fast_is_told_to_slow_down_and_stays_slower(self) -> None:
        code = begin()["device_code"]
        seen = [poll(code).json()["error"] for _ in range(3)]
        assert seen == ["authorization_pending", "slow_down", "slow_down"]
        (key,) = state.client().scan_iter("pairing:device:*")
        assert state.client().hget(key, "interval") == "15"

    def test_a_code_too_old_has_expired_and_a_made_up_one_is_invalid(self) -> None:
        code = begin()["device_code"]
        state.client().flushdb()
        assert poll(code).json()["error"] == "expired_token"
        assert poll("made-up").json()["error"] == "invalid_grant"
        assert poll(code[:-1] + "x").json()["error"] == "invalid_grant"

    def test_another_client_cannot_poll(self) -> None:
        code = begin()["device_code"]
        assert poll(code, "stream-app").json()["error"] == "invalid_grant"

    def test_without_a_client_or_a_code_is_an_error(self) -> None:
        missing = form("/oauth/token", grant_type=DEVICE_GRANT, client_id="stream-tv")
        assert missing.json()["error"] == "invalid_request"
        nobody = form("/oauth/token", grant_type=DEVICE_GRANT, device_code="x")
        assert nobody.json()["error"] == "invalid_client"


class TestApp:
    def test_sees_what_waits_and_lets_it_in(
        self, api: APIClient, household: Account
    ) -> None:
        codes = begin(model="AppleTV14,1")
        sign_in(api, household.owner)
        typed = {"user_code": codes["user_code"].lower().replace("-", " ")}
        assert api.post("/v1/pairing/look", typed).json() == {
            "user_code": codes["user_code"],
            "platform": "appletv",
            "name": "Den",
            "model": "AppleTV14,1",
        }
        paired = api.post("/v1/pairing/approve", typed).json()
        tokens = poll(codes["device_code"]).json()
        assert tokens["device_id"] == paired["device_id"]
        assert tokens["profiles"][0]["name"] == "Ada"
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}")
        assert api.get("/v1/me").json()["device_id"] == paired["device_id"]

    def test_a_code_brings_tokens_once(
        self, api: APIClient, household: Account
    ) -> None:
        codes = begin()
        sign_in(api, household.owner)
        api.post("/v1/pairing/approve", {"user_code": codes["user_code"]})
        assert poll(codes["device_code"]).status_code == 200
        assert poll(codes["device_code"]).json()["error"] == "invalid_grant"
        again = api.post("/v1/pairing/approve", {"user_code": codes["user_code"]})
        assert again.json()["code"] == "user_code_unknown"

    def test_sends_it_away(self, api: APIClient, household: Account) -> None:
        codes = begin()
        sign_in(api, household.owner)
        typed = {"user_code": codes["user_code"]}
        assert api.post("/v1/pairing/deny", typed).status_code == 204
        assert poll(codes["device_code"]).json()["error"] == "access_denied"

    def test_children_let_nothing_in(self, api: APIClient, household: Account) -> None:
        make_profile(household, name="Kid", is_kids=True)
        household.profiles.get(name="Ada").delete()
        sign_in(api, household.owner)
        refused = api.post("/v1/pairing/approve", {"user_code": begin()["user_code"]})
        assert refused.json()["code"] == "kids_profile"

    def test_guessing_is_stopped(self, api: APIClient, household: Account) -> None:
        sign_in(api, household.owner)
        body = {"user_code": "BBBB-BBBB"}
        seen = [api.post("/v1/pairing/look", body).status_code for _ in range(6)]
        assert seen == [404] * 5 + [429]

    def test_a_device_removed_before_it_polls_gets_nothing(
        self, api: APIClient, household: Account
    ) -> None:
        codes = begin()
        sign_in(api, household.owner)
        typed = {"user_code": codes["user_code"]}
        device = api.post("/v1/pairing/approve", typed).json()["device_id"]
        api.delete(f"/v1/me/devices/{device}")
        assert poll(codes["device_code"]).json()["error"] == "access_denied"

    def test_a_full_household_replaces_a_device(
        self, api: APIClient, household: Account
    ) -> None:
        for _ in range(5):
            make_device(household, platform="iphone")
        sign_in(api, household.owner, id=Device.objects.first().public_id)  # type: ignore[union-attr]
        codes = begin()
        typed = {"user_code": codes["user_code"]}
        full = api.post("/v1/pairing/approve", typed).json()
        assert full["code"] == "device_limit"
        choice = {"replace_device_id": full["devices"][-1]["id"]}
        assert api.post("/v1/pairing/approve", typed | choice).status_code == 200
        assert poll(codes["device_code"]).status_code == 200


class TestPage:
    def test_leads_from_sign_in_to_a_paired_tv(
        self, client: Client, household: Account
    ) -> None:
        codes = begin()
        page = client.get("/activate", {"user_code": codes["user_code"]})
        assert b"Sign in" in page.content
        fields = {
            "email": household.owner.email,
            "password": PASSWORD,
            "user_code": codes["user_code"],
        }
        page = client.post("/activate", fields, follow=True)
        assert codes["user_code"] in page.content.decode()
        page = client.post("/activate", {"user_code": codes["user_code"]})
        assert "Den" in page.content.decode()
        assert b"Is this your TV?" in page.content
        page = client.post(
            "/activate", {"user_code": codes["user_code"], "answer": "yes"}
        )
        assert b"You are set" in page.content
        rest()
        assert poll(codes["device_code"]).status_code == 200
        assert SignIn.objects.get().device.name == "Den"
        assert b"Sign in" in client.get("/activate").content

    def enter(self, client: Client, household: Account) -> None:
        fields = {"email": household.owner.email, "password": PASSWORD}
        assert client.post("/activate", fields).status_code == 302

    def test_a_no_is_a_no(self, client: Client, household: Account) -> None:
        codes = begin()
        self.enter(client, household)
        fields = {"user_code": codes["user_code"], "answer": "no"}
        assert b"sent away" in client.post("/activate", fields).content
        assert poll(codes["device_code"]).json()["error"] == "access_denied"

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"user_code": "ZZZZ-ZZZZ"}, "No device is waiting"),
            ({"user_code": ""}, "This field is required"),
            ({"user_code": "ZZZZ-ZZZZ", "answer": "yes"}, "No device is waiting"),
        ],
    )
    def test_says_what_is_wrong_with_a_code(
        self, client: Client, household: Account, fields: dict[str, str], words: str
    ) -> None:
        self.enter(client, household)
        page = client.post("/activate", fields)
        assert page.status_code == 400
        assert words in page.content.decode()

    @pytest.mark.parametrize(
        ("password", "words"), [("wrong", "is wrong"), ("", "required")]
    )
    def test_says_what_is_wrong_with_a_sign_in(
        self, client: Client, household: Account, password: str, words: str
    ) -> None:
        fields = {"email": household.owner.email, "password": password}
        page = client.post("/activate", fields)
        assert page.status_code == 400
        assert words in page.content.decode()

    def test_a_full_household_chooses(self, client: Client, household: Account) -> None:
        for _ in range(5):
            make_device(household, platform="iphone", name="Old phone")
        codes = begin()
        self.enter(client, household)
        fields = {"user_code": codes["user_code"], "answer": "yes"}
        page = client.post("/activate", fields)
        assert page.status_code == 409
        chosen = re.findall(r'value="(de_\w+)"', page.content.decode())
        assert len(chosen) == 5
        page = client.post("/activate", fields | {"replace_device_id": chosen[0]})
        assert b"You are set" in page.content
        assert Device.objects.get(public_id=chosen[0]).revoked_reason == "removed"

    def test_signs_nobody_in_to_anything_else(
        self, client: Client, household: Account
    ) -> None:
        household.owner.is_staff = household.owner.is_superuser = True
        household.owner.save()
        self.enter(client, household)
        assert client.get("/admin/").status_code == 302

    def test_has_no_inline_script_or_style_and_wants_a_csrf_token(
        self, household: Account
    ) -> None:
        strict = Client(enforce_csrf_checks=True)
        page = strict.get("/activate")
        assert "'unsafe-inline'" not in page["Content-Security-Policy"]
        assert not re.search(rb"<script|<style|style=|onclick=", page.content)
        fields = {"email": household.owner.email, "password": PASSWORD}
        assert strict.post("/activate", fields).status_code == 403

    def test_the_qr_code_is_a_drawing_that_tells_nothing(self, client: Client) -> None:
        known = client.get("/activate/qr.svg", {"user_code": begin()["user_code"]})
        other = client.get("/activate/qr.svg", {"user_code": "BBBB-BBBB"})
        assert known["Content-Type"] == other["Content-Type"] == "image/svg+xml"
        assert known.status_code == other.status_code == 200
        assert b"<svg" in known.content

    def test_codes_are_read_however_they_were_typed(self) -> None:
        assert pairing.normal(" bcdf ghjk-") == "BCDFGHJK"
        assert pairing.shown("BCDFGHJK") == "BCDF-GHJK"
