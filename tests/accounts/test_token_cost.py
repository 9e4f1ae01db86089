"""What authentication costs of a personal request: no query, and hardly any time."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory

from accounts import tokens
from accounts.authentication import BearerAuthentication
from accounts.models import Account
from tests.accounts.conftest import sign_in

pytestmark = [pytest.mark.fault, pytest.mark.django_db]


def cost(work: Callable[[], object], times: int) -> float:
    """The least processor time of one call: what it costs when nothing disturbs it."""
    taken = []
    tracing = sys.gettrace()
    sys.settrace(None)  # measuring coverage costs more than the code
    try:
        for _ in range(times):
            started = time.thread_time()
            work()
            taken.append(time.thread_time() - started)
    finally:
        sys.settrace(tracing)
    return min(taken)


def test_is_a_small_part_of_the_request(
    api: APIClient, household: Account, record_property: Callable[[str, object], None]
) -> None:
    """Also for a token that this process sees for the first time."""
    token = sign_in(api, household.owner)["access_token"]
    now = timezone.now()

    def first_time() -> None:
        tokens._verified.cache_clear()
        tokens.verify(token, now=now)

    api.get("/v1/me")
    request = cost(lambda: api.get("/v1/me"), 40)
    first = cost(first_time, 100)
    again = cost(lambda: tokens.verify(token, now=now), 200)
    record_property("request_us", round(request * 1e6))
    record_property("first_us", round(first * 1e6, 1))
    record_property("again_us", round(again * 1e6, 1))
    assert first / request < 0.1, "4 to 5 % on a calm core; see docs/accounts.md"
    assert again / request < 0.005


def test_makes_no_query(api: APIClient, household: Account) -> None:
    token = sign_in(api, household.owner)["access_token"]
    asked = APIRequestFactory().get("/", headers={"authorization": f"Bearer {token}"})
    with CaptureQueriesContext(connection) as queries:
        found = BearerAuthentication().authenticate(Request(asked))
    assert found is not None
    assert found[0].account_id == household.public_id
    assert len(queries) == 0
