"""Everything that is sold or given, from the offer to the film that plays, over the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts import content, grants, ledger
from accounts.entitlements import Terms, decide, holder_of
from accounts.models import Account, Entitlement, Product, Voucher
from accounts.projection import Event, Kind
from accounts.tokens import verify
from tests.accounts.conftest import sign_in
from tests.factories.accounts import make_offer, make_product, make_staff, own

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PACKAGES = ("films", "sport", "dune")


@pytest.fixture(autouse=True)
def _content() -> Iterator[None]:
    """A film in each package."""
    known = {f"ti_{name}": Terms(packages=frozenset({name})) for name in PACKAGES}
    content.register_terms_source(lambda content_id, *_: known.get(content_id))
    yield
    content._sources.pop()


class Household:
    """One household at a desk: what it sees and what it may watch on any day."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.api = APIClient()
        self.device: dict[str, str] = {}

    def on(self, day: float) -> APIClient:
        """Signed in on this day; the clock stays there until the next."""
        with time_machine.travel(NOW + timedelta(days=day), tick=False):
            self.api.credentials()
            told = sign_in(self.api, self.account.owner, **self.device)
            self.device = {"id": told["device_id"]}
        self.token = told["access_token"]
        return self.api

    def get(self, path: str, day: float = 0) -> Any:
        api = self.on(day)
        with time_machine.travel(NOW + timedelta(days=day), tick=False):
            return api.get(path).json()

    def post(self, path: str, body: dict[str, Any], day: float = 0) -> Any:
        api = self.on(day)
        with time_machine.travel(NOW + timedelta(days=day), tick=False):
            return api.post(path, body)

    def states(self, day: float = 0) -> dict[str, str]:
        rows = self.get("/v1/me/entitlements", day)["results"]
        return {row["product_id"]: row["state"] for row in rows}

    def watches(self, name: str, day: float = 0) -> Any:
        """The decision of the rule that play asks, for who the token says it is."""
        self.on(day)
        moment = NOW + timedelta(days=day)
        holder = holder_of(verify(self.token, now=moment), now=moment)
        terms = content.terms_of(f"ti_{name}", territory="US", now=NOW)
        return decide(holder, terms, territory="US", now=moment)


@pytest.fixture
def home(household: Account) -> Household:
    return Household(household)


def bought(home: Household, product: Product, day: float = 0, **fields: Any) -> None:
    """What an adapter of a store will tell of a purchase."""
    moment = NOW + timedelta(days=day)
    event = Event(
        id=f"{product.code}:{day}",
        kind=Kind.STARTED,
        occurred_at=moment,
        product=product.code,
        **fields,
    )
    ledger.record(
        event,
        account=home.account,
        source="apple",
        external_id=product.code,
        now=moment,
    )


def test_a_bundle_opens_all_of_its_parts_with_the_best_of_their_features(
    home: Household,
) -> None:
    bundle = make_product("all", "films", kind="bundle", streams=1)
    bundle.includes.add(make_product("sport", kind="add_on", streams=3))
    make_offer(bundle, "19.00", starts_at=NOW)
    (offer,) = home.get("/v1/me/offers")["results"]
    assert (offer["kind"], offer["packages"]) == ("bundle", ["films", "sport"])
    assert offer["features"]["streams"] == 3
    bought(home, bundle, expires_at=NOW + timedelta(days=30), auto_renew=True)
    (row,) = home.get("/v1/me/entitlements")["results"]
    assert row["packages"] == ["films", "sport"]
    assert home.watches("films").allowed
    assert home.watches("sport").caps.streams == 3
    assert home.get("/v1/me")["features"]["streams"] == 3


def test_an_add_on_works_while_there_is_a_plan(home: Household) -> None:
    own(home.account, make_product("sport", kind="add_on"), now=NOW)
    assert home.watches("sport").code == "plan_required"
    plan = make_product("films")
    own(home.account, plan, now=NOW, ends_at=NOW + timedelta(days=10))
    assert home.watches("sport", 9).allowed
    assert home.watches("sport", 10).code == "plan_required"


def test_a_rental_waits_for_its_first_play_and_lasts_two_days_from_then(
    home: Household,
) -> None:
    rental = make_product("rent-dune", "dune", kind="rental")
    make_offer(rental, "3.99", period="once", starts_at=NOW)
    (offer,) = home.get("/v1/me/offers?title=ti_dune")["results"]
    assert (offer["period"], offer["price"]["amount"]) == ("once", "3.99")
    own(home.account, rental, now=NOW)
    (row,) = home.get("/v1/me/entitlements", 1)["results"]
    assert row["expires_at"] == "2026-05-31T12:00:00Z"
    allowed = home.watches("dune", 20)
    assert allowed.starts_window
    grants.first_play(allowed.via[0], now=NOW + timedelta(days=20))
    again = home.watches("dune", 21)
    assert (again.allowed, again.starts_window) == (True, False)
    assert again.ends_at == NOW + timedelta(days=22)
    assert home.watches("dune", 22).code == "not_entitled"


def test_a_rental_that_was_never_started_runs_out(home: Household) -> None:
    own(home.account, make_product("rent-dune", "dune", kind="rental"), now=NOW)
    assert home.watches("dune", 29.9).allowed
    assert home.states(30) == {"rent-dune": "expired"}


def test_a_purchase_is_for_good_and_makes_nothing_else_sharper(home: Household) -> None:
    product = make_product("buy-dune", "dune", kind="purchase", streams=9)
    make_offer(product, "12.99", period="once", starts_at=NOW)
    bought(home, product)
    allowed = home.watches("dune", 3000)
    assert (allowed.allowed, allowed.ends_at) == (True, None)
    assert allowed.caps.streams == 1
    assert home.states(3000) == {"buy-dune": "active"}


def test_a_trial_begins_once_and_ends_by_itself(home: Household) -> None:
    make_offer(make_product("plus", "films"), trial_days=7, starts_at=NOW)
    begun = home.post("/v1/me/trials", {"offer": "plus-monthly"}).json()
    assert (begun["is_trial"], begun["expires_at"]) == (True, "2026-05-08T12:00:00Z")
    assert home.watches("films", 6.9).allowed
    assert home.watches("films", 7).code == "not_entitled"
    again = home.post("/v1/me/trials", {"offer": "plus-monthly"}, 8)
    assert again.json()["code"] == "already_used"


def test_a_voucher_gives_its_product_for_its_days(home: Household) -> None:
    product = make_product("plus", "films")
    Voucher.objects.create(code="SPRING", product=product, days=30, starts_at=NOW)
    given = home.post("/v1/me/vouchers", {"code": "spring"}).json()
    assert (given["source"], given["state"]) == ("voucher", "active")
    assert home.watches("films", 29).allowed
    assert home.states(30) == {"plus": "expired"}


def test_a_grant_has_a_reason_and_an_end_that_can_be_moved(home: Household) -> None:
    given = own(
        home.account, make_product("films"), now=NOW, ends_at=NOW + timedelta(days=2)
    )
    because = {"by": make_staff(), "reason": "the film did not play"}
    grants.extend(given, ends_at=NOW + timedelta(days=4), now=NOW, **because)
    assert home.watches("films", 3).allowed
    grants.revoke(given, now=NOW + timedelta(days=3), **because)
    assert home.watches("films", 3).code == "not_entitled"
    assert home.states(3) == {"films": "revoked"}


def test_a_subscription_goes_through_every_state_as_its_store_tells(
    home: Household,
) -> None:
    plan = make_product("films")
    bought(home, plan, expires_at=NOW + timedelta(days=30), auto_renew=True)

    def tell(kind: Kind, day: float, **fields: Any) -> None:
        moment = NOW + timedelta(days=day)
        event = Event(id=f"{kind}:{day}", kind=kind, occurred_at=moment, **fields)
        ledger.record(
            event, account=home.account, source="apple", external_id="films", now=moment
        )

    assert home.states(1) == {"films": "active"}
    tell(Kind.PAYMENT_FAILED, 30, grace_until=NOW + timedelta(days=33))
    (row,) = home.get("/v1/me/entitlements", 31)["results"]
    assert (row["state"], row["action_required"]) == ("grace_period", "update_payment")
    assert row["manage_url"].startswith("https://apps.apple.com/")
    assert home.watches("films", 32).allowed
    assert home.watches("films", 34).code == "payment_required"
    tell(Kind.RENEWED, 35, expires_at=NOW + timedelta(days=65), auto_renew=True)
    tell(Kind.CANCELED, 40)
    assert home.states(50) == {"films": "canceled"}
    assert home.watches("films", 64).allowed
    assert home.states(65) == {"films": "expired"}
    tell(Kind.RENEWED, 70, expires_at=NOW + timedelta(days=100), auto_renew=True)
    tell(Kind.PAUSED, 75)
    assert home.watches("films", 76).code == "subscription_paused"
    tell(Kind.REVOKED, 80)
    assert home.states(81) == {"films": "revoked"}
    assert Entitlement.objects.count() == 1


def test_prices_are_of_the_territory_exact_and_never_a_float(
    home: Household, settings: Settings
) -> None:
    settings.TRUST_EDGE_HEADERS = True
    offer = make_offer(make_product("films"), "9.99", starts_at=NOW)
    for territory, currency, amount in (("DE", "EUR", "8.99"), ("CH", "CHF", "9.9")):
        offer.prices.create(territory=territory, currency=currency, amount=amount)
    offer.prices.create(territory="JP", currency="JPY", amount="1200")
    seen = {}
    for territory in ("US", "DE", "CH", "GB"):
        api = home.on(0)
        with time_machine.travel(NOW, tick=False):
            headers = {"cloudfront-viewer-country": territory}
            listed = api.get("/v1/me/offers", headers=headers).json()["results"]
        seen[territory] = [row["price"] for row in listed]
    assert seen["GB"] == []
    assert seen["US"] == [{"amount": "9.99", "currency": "USD"}]
    assert seen["DE"] == [{"amount": "8.99", "currency": "EUR"}]
    assert seen["CH"] == [{"amount": "9.90", "currency": "CHF"}]
