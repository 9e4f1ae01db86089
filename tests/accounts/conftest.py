"""Fixtures of the tests of `accounts`."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import Account, User
from streamapi import state
from tests.factories.accounts import PASSWORD, make_account, make_profile


@pytest.fixture(autouse=True)
def _empty_state() -> None:
    """No limit and no pairing of another test is left."""
    state.client().flushdb()


@pytest.fixture(autouse=True)
def _mail_at_once(settings: Settings) -> None:
    """Jobs run where they are enqueued; mail lands in ``mailoutbox``."""
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}
    }


@pytest.fixture
def api() -> APIClient:
    return APIClient()


@pytest.fixture
def household() -> Account:
    """A household with one profile."""
    account = make_account()
    make_profile(account, name="Ada")
    return account


def sign_in(api: APIClient, user: User, **device: str) -> dict[str, Any]:
    """Sign in over HTTP and send the token from now on."""
    response = api.post(
        "/v1/auth/sign-in",
        {
            "email": user.email,
            "password": PASSWORD,
            "device": {"platform": "web", "name": "Browser"} | device,
        },
    )
    assert response.status_code == 200, response.content
    tokens: dict[str, Any] = response.json()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}")
    return tokens
