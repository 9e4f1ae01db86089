"""Addresses and public ids of people and households."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError

from accounts.models import User
from tests.factories.accounts import PASSWORD, make_account, make_profile, make_user

pytestmark = pytest.mark.django_db


class TestUser:
    def test_is_found_however_the_address_is_typed(self) -> None:
        user = make_user(email=" Ada@Example.ORG ")
        assert user.email == "ada@example.org"
        assert authenticate(username="ADA@example.org", password=PASSWORD) == user

    def test_cannot_be_stored_with_capitals_behind_the_managers_back(self) -> None:
        with pytest.raises(IntegrityError):
            User.objects.create(email="Ada@example.org")

    def test_cleans_its_address_in_forms(self) -> None:
        user = User(email="Ada@Example.org")
        user.clean()
        assert str(user) == "ada@example.org"

    def test_superuser_is_staff(self) -> None:
        user = User.objects.create_superuser("root@example.org", PASSWORD)
        assert user.is_staff
        assert user.is_superuser


class TestHousehold:
    def test_public_ids_say_what_they_name(self) -> None:
        profile = make_profile(make_account(), name="Ada")
        assert profile.public_id.startswith("pr_")
        assert profile.account.public_id.startswith("ac_")
        assert str(profile.account) == profile.account.public_id
        assert "Ada" in str(profile)
