"""States of what is owned follow from events, in whatever order these arrive."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.projection import Event, Kind, State, project

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return T0 + timedelta(days=number)


def event(kind: Kind, on: float, **fields: Any) -> Event:
    return Event(id=f"{on}:{kind}", kind=kind, occurred_at=day(on), **fields)


STARTED = event(Kind.STARTED, 0, product="basic", expires_at=day(30), auto_renew=True)


class TestStates:
    @pytest.mark.parametrize(
        ("later", "on", "state"),
        [
            ([], 29, State.ACTIVE),
            ([], 30, State.EXPIRED),
            ([event(Kind.RENEWED, 30, expires_at=day(60))], 45, State.ACTIVE),
            ([event(Kind.CANCELED, 5)], 10, State.CANCELED),
            ([event(Kind.CANCELED, 5)], 30, State.EXPIRED),
            ([event(Kind.CANCELED, 5), event(Kind.UNCANCELED, 6)], 10, State.ACTIVE),
            (
                [event(Kind.PAYMENT_FAILED, 30, grace_until=day(36))],
                33,
                State.GRACE_PERIOD,
            ),
            (
                [event(Kind.PAYMENT_FAILED, 30, grace_until=day(36))],
                36,
                State.BILLING_RETRY,
            ),
            ([event(Kind.PAYMENT_FAILED, 28)], 29, State.ACTIVE),
            ([event(Kind.PAYMENT_FAILED, 30)], 31, State.BILLING_RETRY),
            (
                [event(Kind.PAYMENT_FAILED, 30), event(Kind.EXPIRED, 50)],
                51,
                State.EXPIRED,
            ),
            (
                [
                    event(Kind.PAYMENT_FAILED, 30),
                    event(Kind.RENEWED, 35, expires_at=day(65)),
                ],
                40,
                State.ACTIVE,
            ),
            ([event(Kind.PAUSED, 10, resumes_at=day(20))], 12, State.PAUSED),
            (
                [event(Kind.PAUSED, 10), event(Kind.RENEWED, 20, expires_at=day(50))],
                21,
                State.ACTIVE,
            ),
            ([event(Kind.EXPIRED, 10)], 11, State.EXPIRED),
            ([event(Kind.REVOKED, 10)], 11, State.REVOKED),
            ([event(Kind.EXTENDED, 10, expires_at=day(40))], 35, State.ACTIVE),
            ([event(Kind.EXTENDED, 10, expires_at=day(5))], 20, State.ACTIVE),
            ([event(Kind.PRODUCT_CHANGED, 9, product="plus")], 10, State.ACTIVE),
        ],
    )
    def test_of_a_subscription(
        self, later: list[Event], on: float, state: State
    ) -> None:
        assert project([STARTED, *later]).state(day(on)) == state

    def test_before_anything_was_paid(self) -> None:
        asked = event(Kind.PENDING, 0, product="basic")
        assert project([asked]).state(day(1)) == State.PENDING
        paid = event(Kind.STARTED, 2, product="basic", expires_at=day(9))
        assert project([asked, paid]).state(day(3)) == State.ACTIVE
        assert project([paid]).state(day(1)) == State.PENDING

    def test_what_has_no_end_never_ends(self) -> None:
        grant = project([event(Kind.STARTED, 0, product="basic")])
        assert grant.state(day(9999)) == State.ACTIVE
        longer = event(Kind.EXTENDED, 1, expires_at=day(2))
        assert project([event(Kind.STARTED, 0), longer]).expires_at is None

    def test_a_change_of_plan_keeps_the_time_paid_for(self) -> None:
        facts = project([STARTED, event(Kind.PRODUCT_CHANGED, 9, product="plus")])
        assert (facts.product, facts.expires_at) == ("plus", day(30))


class TestRental:
    WINDOW = timedelta(hours=48)
    RENTED = event(Kind.STARTED, 0, product="film", expires_at=day(30))

    def test_waits_until_it_is_started(self) -> None:
        facts = project([self.RENTED])
        assert facts.state(day(29), self.WINDOW) == State.ACTIVE
        assert facts.state(day(30), self.WINDOW) == State.EXPIRED

    def test_ends_two_days_after_the_first_play_and_not_the_last(self) -> None:
        facts = project(
            [self.RENTED, event(Kind.FIRST_PLAYED, 5), event(Kind.FIRST_PLAYED, 6)]
        )
        assert facts.state(day(6.9), self.WINDOW) == State.ACTIVE
        assert facts.state(day(7), self.WINDOW) == State.EXPIRED

    def test_never_outlasts_the_rental(self) -> None:
        facts = project([self.RENTED, event(Kind.FIRST_PLAYED, 29)])
        assert facts.ends_at(self.WINDOW) == day(30)


class TestOrder:
    def test_at_one_moment_an_end_comes_after_a_beginning(self) -> None:
        begun = replace(STARTED, id="z")
        ended = Event(id="a", kind=Kind.REVOKED, occurred_at=day(0))
        assert project([ended, begun]).state(day(1)) == State.REVOKED

    def test_of_arrival_does_not_matter(self) -> None:
        log = [
            STARTED,
            event(Kind.CANCELED, 3),
            event(Kind.UNCANCELED, 4),
            event(Kind.PRODUCT_CHANGED, 8, product="plus"),
            event(Kind.PAYMENT_FAILED, 30, grace_until=day(33)),
            event(Kind.RENEWED, 32, expires_at=day(62)),
            event(Kind.REVOKED, 40),
        ]
        expected = project(log)
        for seed in range(20):
            shuffled = log[:]
            random.Random(seed).shuffle(shuffled)
            assert project(shuffled) == expected
