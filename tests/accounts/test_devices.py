"""Devices and sign-ins over HTTP: counted, named, removed, replaced."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import Account, Device, SignIn
from tests.accounts.conftest import sign_in
from tests.factories.accounts import (
    PASSWORD,
    make_account,
    make_device,
    make_product,
    own,
)

pytestmark = pytest.mark.django_db


def attempt(api: APIClient, account: Account, platform: str, **fields: str) -> Any:
    body = {
        "email": account.owner.email,
        "password": PASSWORD,
        "device": {"platform": platform},
    }
    return api.post("/v1/auth/sign-in", body | fields)


class TestLimits:
    def test_of_what_is_free_are_five(self, api: APIClient, household: Account) -> None:
        seen = [attempt(api, household, "iphone").status_code for _ in range(6)]
        assert seen == [200] * 5 + [409]

    def test_of_a_plan_count(self, api: APIClient, household: Account) -> None:
        own(household, make_product("plus", devices=7))
        seen = [attempt(api, household, "iphone").status_code for _ in range(8)]
        assert seen == [200] * 7 + [409]

    def test_of_a_family_count_too(
        self, api: APIClient, household: Account, settings: Settings
    ) -> None:
        settings.DEVICES_PER_FAMILY = settings.DEVICES_PER_FAMILY | {"tv": 1}
        assert attempt(api, household, "appletv").status_code == 200
        refused = attempt(api, household, "android-tv").json()
        assert (refused["code"], refused["limit"]) == ("device_limit", 1)
        assert attempt(api, household, "iphone").status_code == 200

    def test_the_refusal_lists_what_could_go_and_takes_the_choice(
        self, api: APIClient, household: Account
    ) -> None:
        for _ in range(5):
            attempt(api, household, "iphone")
        listed = attempt(api, household, "appletv").json()["devices"]
        assert len(listed) == 5
        chosen = listed[0]["id"]
        done = attempt(api, household, "appletv", replace_device_id=chosen)
        assert done.status_code == 200
        gone = Device.objects.get(public_id=chosen)
        assert gone.revoked_reason == "removed"
        assert SignIn.objects.get(device=gone).revoked_reason == "device_revoked"

    def test_a_wrong_password_lists_nothing(
        self, api: APIClient, household: Account
    ) -> None:
        for _ in range(5):
            attempt(api, household, "iphone")
        refused = attempt(api, household, "iphone", password="wrong").json()
        assert "devices" not in refused

    def test_browsers_make_room_for_browsers(
        self, api: APIClient, household: Account
    ) -> None:
        first = attempt(api, household, "web").json()["device_id"]
        for _ in range(5):
            assert attempt(api, household, "web").status_code == 200
        assert Device.objects.get(public_id=first).revoked_reason == "evicted"
        assert Device.objects.active().count() == 5

    def test_what_was_forgotten_makes_room(
        self, api: APIClient, household: Account
    ) -> None:
        long_ago = timezone.now() - timedelta(days=181)
        for _ in range(5):
            make_device(household, platform="iphone", last_seen_at=long_ago)
        assert attempt(api, household, "appletv").status_code == 200
        assert Device.objects.active().count() == 5

    def test_one_eviction_may_serve_both_limits(
        self, api: APIClient, household: Account, settings: Settings
    ) -> None:
        settings.DEVICES_PER_FAMILY = settings.DEVICES_PER_FAMILY | {"web": 5}
        for _ in range(6):
            assert attempt(api, household, "web").status_code == 200
        assert Device.objects.active().count() == 5

    def test_a_device_of_another_household_is_registered_anew(
        self, api: APIClient, household: Account
    ) -> None:
        theirs = make_device(make_account()).public_id
        tokens = sign_in(api, household.owner, id=theirs)
        assert tokens["device_id"] != theirs


class TestList:
    def test_says_which_one_is_asking(self, api: APIClient, household: Account) -> None:
        other = make_device(household, platform="appletv", name="Den")
        mine = sign_in(api, household.owner)["device_id"]
        listed = api.get("/v1/me/devices").json()["results"]
        assert [(row["id"], row["is_current"]) for row in listed] == [
            (mine, True),
            (other.public_id, False),
        ]
        assert [row["form_factor"] for row in listed] == ["web", "tv"]

    def test_renames_and_removes(self, api: APIClient, household: Account) -> None:
        other = make_device(household)
        sign_in(api, household.owner)
        url = f"/v1/me/devices/{other.public_id}"
        assert api.patch(url, {"name": "Attic"}).json()["name"] == "Attic"
        assert api.delete(url).status_code == 204
        assert api.delete(url).status_code == 404

    def test_removing_too_often_has_to_wait(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        for number in range(6):
            url = f"/v1/me/devices/{make_device(household).public_id}"
            response = api.delete(url)
            assert response.status_code == (204 if number < 5 else 429)
        assert response.json()["code"] == "device_swap_limit"
        assert int(response["Retry-After"]) > 29 * 24 * 3600

    def test_other_households_devices_do_not_exist(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        url = f"/v1/me/devices/{make_device(make_account()).public_id}"
        answers = [api.patch(url, {"name": "Mine"}), api.delete(url)]
        assert [answer.status_code for answer in answers] == [404, 404]

    def test_a_removed_device_gets_no_more_tokens(
        self, api: APIClient, household: Account
    ) -> None:
        stolen = sign_in(APIClient(), household.owner)
        sign_in(api, household.owner)
        api.delete(f"/v1/me/devices/{stolen['device_id']}")
        renewed = APIClient().post(
            "/oauth/token",
            f"grant_type=refresh_token&refresh_token={stolen['refresh_token']}",
            content_type="application/x-www-form-urlencoded",
        )
        assert renewed.json()["error"] == "invalid_grant"


class TestSignIns:
    def test_are_listed_and_ended_one_by_one(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(APIClient(), household.owner, name="Other")
        sign_in(api, household.owner)
        mine, other = api.get("/v1/me/sign-ins").json()["results"]
        assert (mine["is_current"], other["is_current"]) == (True, False)
        assert other["device"]["name"] == "Other"
        assert other["profile_name"] == "Ada"
        url = f"/v1/me/sign-ins/{other['id']}"
        assert api.delete(url).status_code == 204
        assert api.delete(url).status_code == 404
        assert len(api.get("/v1/me/sign-ins").json()["results"]) == 1

    def test_are_ended_everywhere(self, api: APIClient, household: Account) -> None:
        sign_in(APIClient(), household.owner)
        sign_in(api, household.owner)
        assert api.delete("/v1/me/sign-ins").status_code == 204
        assert not SignIn.objects.live(timezone.now()).exists()

    def test_of_other_households_do_not_exist(
        self, api: APIClient, household: Account
    ) -> None:
        stranger = make_account()
        sign_in(APIClient(), stranger.owner)
        theirs = SignIn.objects.get().public_id
        sign_in(api, household.owner)
        assert api.delete(f"/v1/me/sign-ins/{theirs}").status_code == 404
        assert SignIn.objects.live(timezone.now()).count() == 2
