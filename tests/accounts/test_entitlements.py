"""The one rule: every refusal with its code, every allowance with its caps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import entitlements, holdings
from accounts.entitlements import ANONYMOUS, Allow, Deny, Holder, Terms, decide
from accounts.features import FREE, HD, UHD, Features
from accounts.holdings import Holding, Holdings
from accounts.models import Account
from accounts.projection import State
from accounts.tokens import Viewer
from accounts.viewing_hours import ViewingHours
from tests.factories.accounts import (
    make_account,
    make_device,
    make_product,
    make_profile,
    own,
)

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
FILM = Terms(packages=frozenset({"basic", "plus"}), min_age=12)


def holding(**fields: Any) -> Holding:
    return Holding(
        **{
            "entitlement_id": "en_1",
            "product": "basic",
            "kind": "plan",
            "source": "web",
            "state": State.ACTIVE,
            "packages": frozenset({"basic"}),
            "features": Features(streams=2, max_height=HD, ads=False),
        }
        | fields
    )


def holder(*held: Holding, **fields: Any) -> Holder:
    return Holder(
        **{
            "account_id": "ac_1",
            "profile_id": "pr_1",
            "device_id": "de_1",
            "holdings": Holdings(all=held),
        }
        | fields
    )


def ask(who: Holder, terms: Terms = FILM, territory: str = "US") -> Allow | Deny:
    return decide(who, terms, territory=territory, now=NOW)


class TestRefusals:
    @pytest.mark.parametrize(
        ("fields", "terms", "code"),
        [
            ({"is_suspended": True}, FILM, "account_suspended"),
            ({"is_device_revoked": True}, FILM, "device_revoked"),
            ({"profile_id": ""}, FILM, "profile_required"),
            ({"maturity": 7}, FILM, "maturity_blocked"),
            ({"maturity": 12}, replace(FILM, min_age=None), "maturity_blocked"),
            ({}, replace(FILM, territories=frozenset({"DE"})), "territory_blocked"),
            ({}, replace(FILM, packages=frozenset({"sport"})), "not_entitled"),
            (
                {"hours": ViewingHours(time(7), time(9))},
                FILM,
                "outside_viewing_hours",
            ),
        ],
    )
    def test_have_a_stable_code(
        self, fields: dict[str, Any], terms: Terms, code: str
    ) -> None:
        assert isinstance(ask(holder(holding())), Allow)
        refused = ask(holder(holding(), **fields), terms)
        assert isinstance(refused, Deny)
        assert refused.code == code

    @pytest.mark.parametrize(
        ("state", "code", "remedy"),
        [
            (State.EXPIRED, "not_entitled", "subscribe"),
            (State.REVOKED, "not_entitled", "subscribe"),
            (State.BILLING_RETRY, "payment_required", "update_payment"),
            (State.PAUSED, "subscription_paused", "resume"),
            (State.PENDING, "purchase_pending", "wait"),
        ],
    )
    def test_say_what_would_help(self, state: State, code: str, remedy: str) -> None:
        refused = ask(holder(holding(state=state)))
        assert isinstance(refused, Deny)
        assert (refused.code, refused.help) == (code, (remedy,))
        assert refused.packages == FILM.packages

    def test_a_visitor_is_asked_to_sign_in(self) -> None:
        refused = ask(ANONYMOUS)
        assert isinstance(refused, Deny)
        assert refused.help == ("sign_in", "subscribe")

    def test_outside_viewing_hours_say_when_they_begin(self) -> None:
        refused = ask(holder(holding(), hours=ViewingHours(time(7), time(9))))
        assert isinstance(refused, Deny)
        assert refused.until == datetime(2026, 5, 2, 7, tzinfo=UTC)

    def test_an_add_on_alone_needs_a_plan(self) -> None:
        sport = Terms(packages=frozenset({"sport"}), min_age=0)
        add_on = holding(kind="add_on", packages=frozenset({"sport"}))
        refused = ask(holder(add_on), sport)
        assert isinstance(refused, Deny)
        assert refused.code == "plan_required"
        assert isinstance(ask(holder(add_on, holding()), sport), Allow)


class TestAllowances:
    @pytest.mark.parametrize(
        "state", [State.ACTIVE, State.CANCELED, State.GRACE_PERIOD]
    )
    def test_come_with_the_best_caps_of_all_that_is_owned(self, state: State) -> None:
        uhd = holding(
            entitlement_id="en_2",
            packages=frozenset({"other"}),
            features=Features(max_height=UHD, streams=1),
        )
        allowed = ask(holder(holding(state=state), uhd))
        assert isinstance(allowed, Allow)
        assert allowed.via == ("en_1",)
        assert allowed.caps == Features(
            streams=2, devices=5, max_height=UHD, downloads=0, ads=False
        )

    def test_last_as_long_as_the_longest_that_gives_access(self) -> None:
        short, long = NOW + timedelta(days=1), NOW + timedelta(days=9)
        allowed = ask(holder(holding(ends_at=short), holding(ends_at=long)))
        assert isinstance(allowed, Allow)
        assert allowed.ends_at == long
        for_ever = ask(holder(holding(ends_at=short), holding()))
        assert isinstance(for_ever, Allow)
        assert for_ever.ends_at is None

    def test_free_content_is_for_everyone(self) -> None:
        free = Terms(min_age=0)
        allowed = ask(ANONYMOUS, free)
        assert allowed == Allow(caps=FREE)
        assert isinstance(ask(holder(), free), Allow)

    def test_a_rental_begins_its_window_only_where_nothing_else_gives_access(
        self,
    ) -> None:
        rental = holding(kind="rental", play_window=timedelta(hours=48))
        only = ask(holder(rental))
        assert isinstance(only, Allow)
        assert only.starts_window
        begun = ask(holder(replace(rental, started=True)))
        assert isinstance(begun, Allow)
        assert not begun.starts_window
        beside_a_plan = ask(holder(rental, holding()))
        assert isinstance(beside_a_plan, Allow)
        assert not beside_a_plan.starts_window


class TestViewingHours:
    @pytest.mark.parametrize(
        ("hours", "at", "within"),
        [
            (ViewingHours(), time(3), True),
            (ViewingHours(time(7), time(20)), time(7), True),
            (ViewingHours(time(7), time(20)), time(20), False),
            (ViewingHours(time(22), time(2)), time(23), True),
            (ViewingHours(time(22), time(2)), time(1), True),
            (ViewingHours(time(22), time(2)), time(12), False),
            (ViewingHours(time(7), time(20), "Europe/Berlin"), time(5, 30), True),
        ],
    )
    def test_are_on_the_households_clock(
        self, hours: ViewingHours, at: time, within: bool
    ) -> None:
        moment = datetime.combine(NOW.date(), at, UTC)
        assert hours.allow(moment) is within

    def test_open_later_today_or_tomorrow(self) -> None:
        hours = ViewingHours(time(7), time(20))
        early, late = NOW.replace(hour=5), NOW.replace(hour=21)
        assert hours.next_opening(early) == NOW.replace(hour=7)
        assert hours.next_opening(late) == NOW.replace(hour=7) + timedelta(days=1)


@pytest.mark.django_db
class TestReading:
    def viewer(self, account: Account) -> Viewer:
        return Viewer(
            account_id=account.public_id,
            profile_id=make_profile(account, maturity=16).public_id,
            device_id=make_device(account).public_id,
        )

    def test_costs_the_same_however_much_is_owned(self) -> None:
        account = make_account()
        viewer = self.viewer(account)
        counts = []
        for number in range(1, 9):
            own(account, make_product(f"plan-{number}"), now=NOW)
            if number in {1, 8}:
                with CaptureQueriesContext(connection) as queries:
                    entitlements.holder_of(viewer, now=NOW)
                counts.append(len(queries))
        assert counts[0] == counts[1] <= 6

    def test_many_things_are_decided_without_a_query(self) -> None:
        account = make_account()
        own(account, make_product("basic"), now=NOW)
        who = entitlements.holder_of(self.viewer(account), now=NOW)
        with CaptureQueriesContext(connection) as queries:
            decisions = entitlements.decide_all(
                who,
                {"a": FILM, "b": Terms(packages=frozenset({"sport"}), min_age=0)},
                territory="US",
                now=NOW,
            )
        assert not queries.captured_queries
        assert [decisions[key].allowed for key in "ab"] == [True, False]

    def test_states_profile_device_and_account(self) -> None:
        account = make_account(suspended_at=NOW)
        who = entitlements.holder_of(self.viewer(account), now=NOW)
        assert who.is_suspended
        assert who.maturity == 16
        assert entitlements.holder_of(None, now=NOW) is ANONYMOUS

    def test_a_bundle_holds_what_it_includes(self) -> None:
        account = make_account()
        bundle = make_product("all", kind="bundle", streams=1)
        bundle.includes.add(make_product("films", streams=4), make_product("sport"))
        own(account, bundle, now=NOW)
        held = holdings.of(account, now=NOW)
        assert held.packages == {"all", "films", "sport"}
        assert held.features.streams == 4

    def test_a_rented_film_does_not_sharpen_other_streams(self) -> None:
        account = make_account()
        own(account, make_product("film", kind="rental", max_height=UHD), now=NOW)
        assert holdings.of(account, now=NOW).features == FREE
