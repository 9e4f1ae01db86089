"""Staff see which variant an answer is of, on every way to it; nobody else does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from accounts import staff_tokens
from accounts.models import StaffToken
from tests.factories import accounts
from tests.streamapi.responsecache.site import Backstage
from tests.streamapi.responsecache.test_worker import PAGE, Served
from tests.streamapi.responsecache.workers import Worker

pytestmark = pytest.mark.django_db

PATH = "/v1/pages/home?lang=de&maturity=13"
SHOWN = "language=de;territory=US;form_factor=web;maturity=12"


@pytest.fixture
def token() -> str:
    user = accounts.make_user(is_staff=True)
    _, text = staff_tokens.issue(user, name="curl", days=1, now=timezone.now())
    return text


class TestFrontDoor:
    def test_shows_staff_the_variant_of_a_miss_and_of_a_hit(
        self, worker: Worker, token: str
    ) -> None:
        for state in ("MISS", "HIT"):
            reply = worker.get(PATH, x_staff_token=token)
            assert (reply.cache, reply.headers["X-Variant"]) == (state, SHOWN)
            assert reply.headers["Cache-Control"].startswith("private")

    def test_shows_nobody_else_anything(self, worker: Worker, token: str) -> None:
        worker.get(PATH, x_staff_token=token)
        for headers in ({}, {"x_staff_token": "stf_guessed"}, {"x_staff_token": "x"}):
            reply = worker.get(PATH, **headers)
            assert reply.cache == "HIT"
            assert "X-Variant" not in reply.headers

    def test_takes_no_token_that_ended(self, worker: Worker, token: str) -> None:
        StaffToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert "X-Variant" not in worker.get(PATH, x_staff_token=token).headers

    def test_answers_without_it_while_the_database_is_down(
        self, worker: Worker, token: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        worker.get(PATH)

        def fail(*_: Any, **__: Any) -> None:
            raise DatabaseError

        monkeypatch.setattr(staff_tokens, "verify", fail)
        reply = worker.get(PATH, x_staff_token=token)
        assert (reply.status, reply.cache) == (200, "HIT")
        assert "X-Variant" not in reply.headers


class TestWorkerClass:
    def test_shows_staff_the_variant_and_nobody_else(
        self, worker: Worker, token: str
    ) -> None:
        worker.get()
        served = Served(worker.door)
        line = f"X-Staff-Token: {token}\r\n"
        (_, staff, _), (_, viewer, _) = served.send(PAGE.format(line), PAGE.format(""))
        served.worker.tmp.close()
        assert staff["X-Variant"].startswith("language=en")
        assert staff["X-Cache"] == viewer["X-Cache"] == "HIT"
        assert "X-Variant" not in viewer
        assert viewer["Cache-Control"].startswith("public")


class TestWithoutFrontDoor:
    @pytest.fixture
    def site_client(self, backstage: Backstage) -> Client:
        return Client()

    def test_shows_staff_the_variant_and_nobody_else(
        self, site_client: Client, token: str
    ) -> None:
        staff = site_client.get(PATH, headers={"X-Staff-Token": token})
        assert staff["X-Variant"] == SHOWN
        assert staff["Cache-Control"].startswith("private")
        viewer = site_client.get(PATH)
        assert "X-Variant" not in viewer
        assert viewer["Cache-Control"].startswith("public")

    def test_shows_everyone_while_debugging(
        self, backstage: Backstage, settings: Any
    ) -> None:
        settings.RESPONSE_CACHE_SHOW_VARIANT = True
        assert Client().get(PATH)["X-Variant"] == SHOWN


@pytest.mark.django_db(transaction=True)
def test_looking_a_token_up_keeps_no_connection(token: str) -> None:
    assert staff_tokens.counts(token)
    assert connection.connection is None
    assert not staff_tokens.counts("stf_another")
    assert connection.connection is None
