"""What authentication costs of a personal request: no query, and hardly any time."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import Account
from tests.accounts.conftest import sign_in

pytestmark = pytest.mark.django_db


def cost(work: Callable[[], object], times: int) -> float:
    """The median time of one call."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return median(taken)


def test_is_at_most_a_twentieth_of_the_request(
    api: APIClient, household: Account, record_property: Callable[[str, object], None]
) -> None:
    token = sign_in(api, household.owner)["access_token"]
    now = timezone.now()
    request = cost(lambda: api.get("/v1/me"), 20)
    verification = cost(lambda: tokens.verify(token, now=now), 200)
    record_property("request_us", round(request * 1e6))
    record_property("verification_us", round(verification * 1e6, 1))
    assert verification / request < 0.05
