"""Profiles over HTTP: made, chosen, guarded by PINs that cannot be guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from rest_framework.test import APIClient

from accounts import pins, tokens
from accounts.models import Account, Profile
from accounts.pins import PinLocked, PinWrong
from tests.accounts.conftest import sign_in
from tests.factories.accounts import PASSWORD, make_account, make_profile

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def choose(api: APIClient, profile: Profile, **body: str) -> Any:
    response = api.post(f"/v1/me/profiles/{profile.public_id}/choose", body)
    if response.status_code == 200:
        token = response.json()["access_token"]
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return response


def code(response: Any) -> str:
    found: str = response.json()["code"]
    return found


def lock(profile: Profile, pin: str = "1234") -> Profile:
    pins.store(profile, pin)
    return profile


class TestMaking:
    def test_a_profile_with_everything(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        body = {
            "name": "Grace",
            "avatar": "moon",
            "is_kids": True,
            "maturity": 7,
            "language": "de",
            "autoplay": False,
            "watch_from": "07:00:00",
            "watch_until": "19:30:00",
            "time_zone": "Europe/Berlin",
        }
        made = api.post("/v1/me/profiles", body)
        assert made.status_code == 201
        listed = api.get("/v1/me/profiles").json()
        assert [profile["name"] for profile in listed["results"]] == ["Ada", "Grace"]
        assert made.json() == listed["results"][1]
        assert body.items() <= made.json().items()
        assert made.json()["has_pin"] is False

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("time_zone", "Mars/Olympus"),
            ("maturity", 13),
            ("language", "xx"),
            ("avatar", "../etc"),
            ("name", ""),
        ],
    )
    def test_nothing_that_makes_no_sense(
        self, api: APIClient, household: Account, field: str, value: object
    ) -> None:
        sign_in(api, household.owner)
        refused = api.post("/v1/me/profiles", {"name": "Grace"} | {field: value})
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["pointer"] == f"/{field}"

    def test_no_two_of_one_name(self, api: APIClient, household: Account) -> None:
        sign_in(api, household.owner)
        assert code(api.post("/v1/me/profiles", {"name": "Ada"})) == "name_taken"

    def test_no_more_than_six(self, api: APIClient, household: Account) -> None:
        sign_in(api, household.owner)
        made = [api.post("/v1/me/profiles", {"name": f"P{n}"}) for n in range(6)]
        assert [answer.status_code for answer in made] == [201] * 5 + [409]
        assert code(made[5]) == "profile_limit"

    def test_change_and_delete(self, api: APIClient, household: Account) -> None:
        sign_in(api, household.owner)
        other = make_profile(household, name="Grace")
        url = f"/v1/me/profiles/{other.public_id}"
        assert api.patch(url, {"name": "Hopper"}).json()["name"] == "Hopper"
        assert api.delete(url).status_code == 204
        last = f"/v1/me/profiles/{household.profiles.get().public_id}"
        assert code(api.delete(last)) == "last_profile"


class TestChildren:
    def test_change_nothing_in_the_household(
        self, api: APIClient, household: Account
    ) -> None:
        tokens_ = sign_in(api, household.owner)
        child = make_profile(household, name="Kid", is_kids=True)
        choose(api, child)
        device, mine = tokens_["device_id"], child.public_id
        refused = [
            api.post("/v1/me/profiles", {"name": "New"}),
            api.patch(f"/v1/me/profiles/{mine}", {"maturity": 18}),
            api.delete(f"/v1/me/profiles/{mine}"),
            api.patch(f"/v1/me/devices/{device}", {"name": "Mine"}),
            api.delete(f"/v1/me/devices/{device}"),
            api.delete("/v1/me/sign-ins"),
            api.post("/v1/me/vouchers", {"code": "X"}),
            api.post("/v1/me/trials", {"offer": "x"}),
        ]
        assert {(answer.status_code, code(answer)) for answer in refused} == {
            (403, "kids_profile")
        }
        assert api.get("/v1/me").json()["account"]["email"] is None

    def test_see_at_most_what_is_for_twelve(self) -> None:
        assert Profile(is_kids=True, maturity=18).ceiling == 12
        assert Profile(is_kids=True, maturity=7).ceiling == 7

    def test_leave_by_the_password_where_nobody_set_a_pin(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        choose(api, make_profile(household, name="Kid", is_kids=True))
        ada = household.profiles.get(name="Ada")
        for pin in ({}, {"pin": "1234"}):
            assert code(choose(api, ada, **pin)) == "password_required"
        assert code(choose(api, ada, password="wrong")) == "wrong_credentials"
        assert choose(api, ada, password=PASSWORD).status_code == 200

    def test_guess_no_password_on_the_way_out(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        choose(api, make_profile(household, name="Kid", is_kids=True))
        ada = household.profiles.get(name="Ada")
        tries = [choose(api, ada, password="wrong").status_code for _ in range(6)]
        assert tries == [401] * 5 + [429]

    def test_need_a_grown_ups_pin_to_leave_where_there_is_one(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        lock(make_profile(household, name="Grace"))
        ada = household.profiles.get(name="Ada")
        choose(api, make_profile(household, name="Kid", is_kids=True))
        assert code(choose(api, ada)) == "parental_pin_required"
        assert code(choose(api, ada, pin="9999")) == "parental_pin_wrong"
        assert choose(api, ada, pin="1234").status_code == 200
        choose(api, household.profiles.get(name="Kid"))
        sibling = make_profile(household, name="Sibling", is_kids=True)
        assert choose(api, sibling).status_code == 200


class TestCeilings:
    def test_who_sees_less_cannot_widen_anything(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        teen = make_profile(household, name="Teen", maturity=12)
        choose(api, teen)
        ada = household.profiles.get(name="Ada").public_id
        refused = [
            api.patch(f"/v1/me/profiles/{teen.public_id}", {"maturity": 18}),
            api.post("/v1/me/profiles", {"name": "Adult"}),
            api.patch(f"/v1/me/profiles/{ada}", {"name": "Mine"}),
            api.delete(f"/v1/me/profiles/{ada}"),
        ]
        assert {code(answer) for answer in refused} == {"beyond_own_ceiling"}
        narrower = api.patch(f"/v1/me/profiles/{teen.public_id}", {"maturity": 7})
        assert narrower.status_code == 200

    def test_the_token_carries_the_ceiling_of_who_is_watching(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        chosen = choose(api, make_profile(household, name="Teen", maturity=12)).json()
        viewer, _ = tokens._verified(chosen["access_token"])
        assert (viewer.maturity, viewer.is_kids) == (12, False)
        assert viewer.profile_id == chosen["profile_id"]

    def test_the_choice_outlives_the_token(
        self, api: APIClient, household: Account
    ) -> None:
        first = sign_in(api, household.owner)
        teen = make_profile(household, name="Teen", maturity=12)
        choose(api, teen)
        renewed = APIClient().post(
            "/oauth/token",
            f"grant_type=refresh_token&refresh_token={first['refresh_token']}",
            content_type="application/x-www-form-urlencoded",
        )
        assert renewed.json()["profile_id"] == teen.public_id


class TestOtherHouseholds:
    def test_do_not_exist(self, api: APIClient, household: Account) -> None:
        sign_in(api, household.owner)
        theirs = make_profile(make_account()).public_id
        for foreign in (theirs, "pr_0000000000000000"):
            url = f"/v1/me/profiles/{foreign}"
            pin = {"pin": "1234", "password": PASSWORD}
            answers = [
                api.patch(url, {"name": "Mine"}),
                api.delete(url),
                api.post(f"{url}/choose", {}),
                api.put(f"{url}/pin", pin),
            ]
            assert {answer.status_code for answer in answers} == {404}
            assert {code(answer) for answer in answers} == {"not_found"}


class TestPin:
    def test_is_asked_for_after_it_was_set(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        grace = make_profile(household, name="Grace")
        url = f"/v1/me/profiles/{grace.public_id}/pin"
        body = {"pin": "4321", "password": PASSWORD}
        assert api.put(url, body).status_code == 204
        assert code(choose(api, grace)) == "parental_pin_required"
        assert choose(api, grace, pin="4321").status_code == 200
        assert api.put(url, body | {"pin": None}).status_code == 204
        assert choose(api, grace).status_code == 200

    def test_takes_the_password_to_set(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        url = f"/v1/me/profiles/{household.profiles.get().public_id}/pin"
        refused = api.put(url, {"pin": "4321", "password": "wrong"})
        assert code(refused) == "wrong_credentials"

    @pytest.mark.parametrize("pin", ["123", "12a4", "١٢٣٤"])
    def test_has_four_to_six_digits(
        self, api: APIClient, household: Account, pin: str
    ) -> None:
        sign_in(api, household.owner)
        url = f"/v1/me/profiles/{household.profiles.get().public_id}/pin"
        assert code(api.put(url, {"pin": pin, "password": PASSWORD})) == "pin_invalid"

    def test_is_stored_as_a_hash_of_more_than_itself(self, household: Account) -> None:
        profile = lock(household.profiles.get())
        assert "1234" not in profile.pin_hash
        assert not check_password("1234", profile.pin_hash)

    def test_a_locked_profile_is_not_where_a_sign_in_begins(
        self, api: APIClient, household: Account
    ) -> None:
        lock(household.profiles.get())
        begun = sign_in(api, household.owner)
        assert begun["profile_id"] is None
        assert tokens._verified(begun["access_token"])[0].maturity == 0


def guess(profile: Profile, pin: str, now: datetime) -> None:
    pins.check(profile.account, [profile], pin, now=now)


class TestGuessing:
    def test_locks_after_five_and_longer_each_time(self, household: Account) -> None:
        profile = lock(household.profiles.get())
        now = NOW
        for minutes in (15, 30, 60):
            for left in (4, 3, 2, 1, 0):
                with pytest.raises(PinWrong) as wrong:
                    guess(profile, "0000", now)
                assert wrong.value.extra["tries_left"] == left
            with pytest.raises(PinLocked) as locked:
                guess(profile, "1234", now)
            assert locked.value.extra["retry_after_s"] == minutes * 60
            now += timedelta(minutes=minutes)
        guess(profile, "1234", now)
        with pytest.raises(PinWrong):
            guess(profile, "0000", now)

    def test_the_last_try_may_still_be_right(self, household: Account) -> None:
        profile = lock(household.profiles.get())
        for _ in range(4):
            with pytest.raises(PinWrong):
                guess(profile, "0000", NOW)
        guess(profile, "1234", NOW)
        guess(profile, "1234", NOW)

    def test_is_counted_for_the_household_and_not_for_each_profile(
        self, household: Account
    ) -> None:
        first = lock(household.profiles.get())
        second = lock(make_profile(household, name="Grace"), "8888")
        for profile in (first, second, first, second, first):
            with pytest.raises(PinWrong):
                guess(profile, "0000", NOW)
        with pytest.raises(PinLocked):
            guess(second, "8888", NOW)

    def test_the_lock_is_in_the_answer(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        profile = lock(household.profiles.get())
        for _ in range(5):
            choose(api, profile, pin="0000")
        locked = choose(api, profile, pin="1234")
        assert (locked.status_code, code(locked)) == (423, "parental_pin_locked")
        assert 890 <= int(locked["Retry-After"]) <= 900
