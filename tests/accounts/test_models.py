"""Addresses and public ids of people and households."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError
from django.db.models import ProtectedError

from accounts.models import Package, User
from tests.factories import catalog, channels
from tests.factories.accounts import (
    PASSWORD,
    make_account,
    make_package,
    make_product,
    make_profile,
    make_user,
)

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


class TestPackage:
    """Content in no package is free, so the last one of something is not deleted."""

    def test_the_last_one_of_a_title_stays(self) -> None:
        film, sport = catalog.title(), make_package("sport")
        film.packages.set([sport])
        with pytest.raises(ProtectedError) as refused:
            sport.delete()
        assert refused.value.protected_objects == {film}
        with pytest.raises(ProtectedError):
            Package.objects.filter(code="sport").delete()
        assert list(film.packages.all()) == [sport]

    def test_of_a_channel_and_of_a_window_too(self) -> None:
        channel, sport = channels.make_channel("Meridian"), make_package("sport")
        channel.packages.set([sport])
        film, early = catalog.title(), make_package("early")
        window = catalog.window(film, packages=[early])
        for package, kept in ((sport, channel), (early, window)):
            with pytest.raises(ProtectedError) as refused:
                package.delete()
            assert refused.value.protected_objects == {kept}

    def test_two_are_weighed_together(self) -> None:
        film = catalog.title()
        film.packages.set([make_package("sport"), make_package("film")])
        with pytest.raises(ProtectedError):
            Package.objects.all().delete()
        make_package("sport").delete()
        assert [one.code for one in film.packages.all()] == ["film"]

    def test_a_product_does_not_keep_it(self) -> None:
        make_product("all", "sport")
        assert make_package("sport").delete()[0] > 0
        assert not Package.objects.exists()
