"""What is for people with a browser, and what devices go past."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db

POLICY = "Content-Security-Policy"


@pytest.mark.parametrize(
    "path", ["/", "/admin/login/", "/v1/docs", "/v1/docs/problems"]
)
def test_a_page_has_a_policy(client: Client, path: str) -> None:
    assert "default-src 'none'" in client.get(path)[POLICY]


@pytest.mark.parametrize("path", ["/v1/titles", "/v1/me", "/v1/nothing"])
def test_an_answer_to_a_device_has_none(client: Client, path: str) -> None:
    answer = client.get(path)
    assert POLICY not in answer
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_cookie_of_the_admin_means_nothing_to_the_api(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(get_user_model().objects.create_superuser("root"))
    with django_assert_num_queries(0):
        answer = client.get("/v1/me")
    assert answer.status_code == 401
    assert "Cookie" not in answer.get("Vary", "")


def test_the_admin_asks_the_api_for_staff_with_its_session(client: Client) -> None:
    assert client.get("/v1/staff/access").status_code == 403
    assert client.get("/v1/staff/access")[POLICY]
