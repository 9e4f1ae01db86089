"""What a household sees of what it owns and could buy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import content
from accounts.entitlements import Terms
from accounts.models import Account, Voucher
from tests.accounts.conftest import sign_in
from tests.factories.accounts import make_offer, make_product, own

pytestmark = pytest.mark.django_db
PATHS = (
    "/v1/me",
    "/v1/me/entitlements",
    "/v1/me/offers",
    "/v1/me/profiles",
    "/v1/me/devices",
    "/v1/me/sign-ins",
)


@pytest.fixture
def _dune() -> Iterator[None]:
    """One title that someone owns the terms of."""
    known = {"ti_dune": Terms(packages=frozenset({"films"}))}
    content.register_terms_source(lambda content_id, *_: known.get(content_id))
    yield
    content._sources.pop()


class TestMe:
    def test_says_who_is_watching_and_what_they_have(
        self, api: APIClient, household: Account
    ) -> None:
        own(household, make_product("plus", "films", streams=4))
        tokens = sign_in(api, household.owner)
        me = api.get("/v1/me").json()
        assert me["account"]["email"] == household.owner.email
        assert me["profile"]["name"] == "Ada"
        assert me["device_id"] == tokens["device_id"]
        assert me["packages"] == ["films"]
        assert me["features"]["streams"] == 4

    @pytest.mark.parametrize("path", PATHS)
    def test_is_nobody_elses_business(self, api: APIClient, path: str) -> None:
        assert api.get(path).status_code == 401

    @pytest.mark.parametrize("path", PATHS)
    def test_is_never_stored_by_anyone(
        self, api: APIClient, household: Account, path: str
    ) -> None:
        sign_in(api, household.owner)
        assert api.get(path)["Cache-Control"] == "private, no-store"

    @pytest.mark.parametrize("path", PATHS)
    def test_costs_the_same_however_much_there_is(
        self, api: APIClient, household: Account, path: str
    ) -> None:
        sign_in(api, household.owner)
        counts = []
        for number in range(3):
            make_offer(make_product(f"p{number}"))
            own(household, make_product(f"q{number}"))
            household.profiles.create(name=f"P{number}")
            household.devices.create(platform="web", name="x")
            with CaptureQueriesContext(connection) as queries:
                assert api.get(path).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[2] <= 6

    def test_a_path_that_looks_like_a_file_is_no_path(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        for trick in ("/v1/me/x.css", "/v1/me;x.css", "/v1/me%2fx.css"):
            assert api.get(trick).status_code == 404


class TestEntitlements:
    def test_are_told_with_state_and_dates(
        self, api: APIClient, household: Account
    ) -> None:
        ends = timezone.now() + timedelta(days=3)
        own(household, make_product("plus", "films"), ends_at=ends)
        sign_in(api, household.owner)
        (row,) = api.get("/v1/me/entitlements").json()["results"]
        assert row["product_id"] == "plus"
        assert (row["state"], row["has_access"]) == ("active", True)
        assert row["source"] == "operator"
        assert row["expires_at"].endswith("Z")
        assert row["action_required"] is row["manage_url"] is row["auto_renew"] is None


class TestOffers:
    def test_have_exact_prices_in_the_territory(
        self, api: APIClient, household: Account
    ) -> None:
        make_offer(make_product("plus", "films"), "12.90")
        make_offer(make_product("lite", "films"), "5")
        make_offer(make_product("abroad", "films"), territory="DE")
        sign_in(api, household.owner)
        listed = api.get("/v1/me/offers").json()["results"]
        assert [(row["product"], row["price"]) for row in listed] == [
            ("lite", {"amount": "5.00", "currency": "USD"}),
            ("plus", {"amount": "12.90", "currency": "USD"}),
        ]

    @pytest.mark.usefixtures("_dune")
    def test_for_a_title_are_those_that_open_it(
        self, api: APIClient, household: Account
    ) -> None:
        make_offer(make_product("sport"))
        films = make_product("films")
        bundle = make_product("all", "extras", kind="bundle")
        bundle.includes.add(films)
        make_offer(films, "9")
        make_offer(bundle, "19")
        sign_in(api, household.owner)
        listed = api.get("/v1/me/offers?title=ti_dune").json()["results"]
        assert [row["product"] for row in listed] == ["films", "all"]
        assert listed[1]["packages"] == ["extras", "films"]
        unknown = api.get("/v1/me/offers?title=ti_none")
        assert unknown.status_code == 404


class TestCodes:
    def test_a_voucher_is_redeemed_and_the_next_token_has_it(
        self, api: APIClient, household: Account
    ) -> None:
        Voucher.objects.create(code="GIFT", product=make_product("plus"), days=30)
        sign_in(api, household.owner)
        given = api.post("/v1/me/vouchers", {"code": "gift"})
        assert given.status_code == 201
        assert given.json()["state"] == "active"
        assert api.post("/v1/me/vouchers", {"code": "gift"}).status_code == 409
        assert api.get("/v1/me").json()["packages"] == ["plus"]

    def test_guessing_codes_is_limited(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        seen: list[Any] = [
            api.post("/v1/me/vouchers", {"code": f"GUESS{n}"}).status_code
            for n in range(11)
        ]
        assert seen == [400] * 10 + [429]

    def test_a_trial_begins_once(self, api: APIClient, household: Account) -> None:
        make_offer(make_product("plus"), trial_days=7)
        sign_in(api, household.owner)
        begun = api.post("/v1/me/trials", {"offer": "plus-monthly"})
        assert (begun.status_code, begun.json()["is_trial"]) == (201, True)
        again = api.post("/v1/me/trials", {"offer": "plus-monthly"})
        assert again.json()["code"] == "already_used"


class TestAuthentication:
    def test_makes_no_query(self, api: APIClient, household: Account) -> None:
        sign_in(api, household.owner)
        with CaptureQueriesContext(connection) as queries:
            api.get("/v1/me/offers")
        tables = {query["sql"].split('FROM "')[-1].split('"')[0] for query in queries}
        assert "accounts_offer" in tables
        assert not tables & {"accounts_user", "accounts_account", "accounts_signin"}
