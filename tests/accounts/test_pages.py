"""Pages for signing up and for a new password, by forms alone."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from accounts import identity
from tests.factories.accounts import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def mailed_link() -> str:
    found = re.search(r"http://127.0.0.1:8000(\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


class TestSignUp:
    def test_leads_over_the_mail_to_an_account(self, client: Client) -> None:
        assert client.get("/sign-up").status_code == 200
        fields = {"name": "Ada", "email": "ada@example.org", "password": PASSWORD}
        assert b"Look into your mail" in client.post("/sign-up", fields).content
        link = mailed_link()
        assert client.get(link).status_code == 200
        assert b"Confirmed" in client.post(link).content
        person = identity.sign_in(email="ada@example.org", password=PASSWORD)
        assert person.account.profiles.get().name == "Ada"

    @pytest.mark.parametrize("password", ["", "password1"])
    def test_says_what_is_wrong(self, client: Client, password: str) -> None:
        fields = {"name": "Ada", "email": "ada@example.org", "password": password}
        page = client.post("/sign-up", fields)
        assert page.status_code == 400
        assert b"errorlist" in page.content

    def test_a_dead_link_says_so(self, client: Client) -> None:
        page = client.post("/verify-email?token=junk")
        assert page.status_code == 400
        assert b"no longer works" in page.content


class TestResetPassword:
    def test_leads_over_the_mail_to_a_new_password(self, client: Client) -> None:
        user = make_user()
        assert client.get("/reset-password").status_code == 200
        client.post("/reset-password", {"email": user.email})
        link = mailed_link()
        assert b"New password" in client.get(link).content
        done = client.post(link, {"password": "another-good-phrase"})
        assert b"Sign in with it" in done.content
        assert identity.sign_in(email=user.email, password="another-good-phrase")

    def test_pages_are_never_stored(self, client: Client) -> None:
        assert client.get("/reset-password")["Cache-Control"] == "private, no-store"
