"""Whether an address is known cannot be told: neither from the answer nor from its time.

Work is measured as processor time of the whole process, so that other work on the machine
does not count; known and unknown addresses take turns, so that a drift meets both alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median, quantiles
from typing import Any

import pytest
from django.core import mail
from pytest_django import Settings
from rest_framework.test import APIClient

from streamapi import state
from tests.factories.accounts import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.fault]
ROUNDS = 15
Send = Callable[[APIClient, str], Any]


def sign_in(api: APIClient, email: str) -> Any:
    body = {"email": email, "password": "wrong", "device": {"platform": "web"}}
    return api.post("/v1/auth/sign-in", body)


def sign_up(api: APIClient, email: str) -> Any:
    body = {"email": email, "password": "a-good-long-phrase", "name": "Ada"}
    return api.post("/v1/auth/sign-up", body)


def reset(api: APIClient, email: str) -> Any:
    return api.post("/v1/auth/password-reset", {"email": email})


def page(api: APIClient, email: str) -> Any:
    return api.post(
        "/activate", {"email": email, "password": "wrong"}, format="multipart"
    )


@pytest.fixture(autouse=True)
def _as_it_is_run(settings: Settings) -> Iterator[None]:
    """The real hasher, and mails written by a worker, as in production."""
    settings.PASSWORD_HASHERS = ["streamapi.hashing.Argon2"]
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}
    }
    yield
    mail.outbox.clear()


@pytest.mark.parametrize("send", [sign_in, sign_up, reset, page])
def test_known_and_unknown_addresses_are_answered_alike_and_as_fast(
    api: APIClient, send: Send, record_property: Callable[[str, object], None]
) -> None:
    known = [make_user().email for _ in range(ROUNDS)]
    unknown = [f"nobody{number}@example.org" for number in range(ROUNDS)]
    send(api, "warm@example.org")
    costs: dict[str, list[float]] = {"known": [], "unknown": []}
    answers = set()
    for pair in zip(known, unknown, strict=True):
        for kind, email in zip(costs, pair, strict=True):
            state.client().flushdb()
            started = time.process_time()
            answer = send(api, email)
            costs[kind].append(time.process_time() - started)
            answers.add((answer.status_code, told(answer, email)))
    assert len(answers) == 1
    middle = {kind: median(times) for kind, times in costs.items()}
    spread = max(q[2] - q[0] for q in map(quantiles, costs.values()))
    for kind, value in middle.items():
        record_property(f"{kind}_ms", round(value * 1000, 2))
    apart = abs(middle["known"] - middle["unknown"])
    assert apart <= max(spread, 0.25 * min(middle.values()))


def told(answer: Any, email: str) -> bytes:
    """The answer without what is different in any two answers."""
    if answer["Content-Type"].startswith("text/html"):
        return answer.content.replace(email.encode(), b"")[:200]  # type: ignore[no-any-return]
    members = dict(answer.json().items())
    members.pop("request_id", None)
    return repr(sorted(members.items())).encode()
