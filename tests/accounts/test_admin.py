"""Staff find customers, see why, act with a reason; secrets stay out of sight."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts import content, entitlements, pins, roles
from accounts.entitlements import Terms
from accounts.explanations import MEANINGS
from accounts.models import (
    Account,
    AuditEntry,
    Entitlement,
    Package,
    Product,
    SignIn,
    User,
    Voucher,
)
from catalog import publishing
from tests.accounts.conftest import sign_in
from tests.factories import catalog, channels
from tests.factories.accounts import (
    PASSWORD,
    make_account,
    make_device,
    make_offer,
    make_package,
    make_product,
    make_staff,
    make_user,
    own,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> User:
    user = make_staff()
    client.force_login(user)
    return user


@pytest.fixture
def _film() -> Iterator[None]:
    """One film that someone owns the terms of."""
    known = {"ti_film": Terms(packages=frozenset({"films"}), min_age=12)}
    content.register_terms_source(lambda content_id, *_: known.get(content_id))
    yield
    content._sources.pop()


def page(account: Account) -> str:
    return f"/admin/accounts/account/{account.pk}/support/"


def act(client: Client, account: Account, deed: str, **fields: Any) -> Any:
    body = {"deed": deed, "reason": "they asked nicely"} | fields
    return client.post(page(account), body, follow=True)


@pytest.mark.usefixtures("staff")
class TestFinding:
    def test_by_address_profile_or_device(
        self, client: Client, household: Account
    ) -> None:
        device = make_device(household, name="Attic")
        other = make_account()
        for query in (
            household.owner.email,
            household.profiles.get().public_id,
            device.public_id,
        ):
            found = client.get(
                "/admin/accounts/account/", {"q": query}
            ).content.decode()
            assert household.public_id in found
            assert other.public_id not in found

    @pytest.mark.parametrize(
        "model", ["user", "package", "product", "offer", "voucher", "auditentry"]
    )
    def test_every_list_opens(self, client: Client, model: str) -> None:
        make_offer(make_product("plus"))
        assert client.get(f"/admin/accounts/{model}/").status_code == 200

    def test_no_page_shows_a_secret(self, client: Client, household: Account) -> None:
        token = sign_in(APIClient(), household.owner)["refresh_token"]
        profile = household.profiles.get()
        pins.store(profile, "1234")
        own(household, make_product("plus"))
        row = SignIn.objects.get()
        household.owner.refresh_from_db()
        secrets = [token, row.token_hash, profile.pin_hash, household.owner.password]
        for path in (
            f"/admin/accounts/account/{household.pk}/change/",
            page(household),
            f"/admin/accounts/user/{household.owner.pk}/change/",
        ):
            shown = client.get(path)
            assert shown.status_code == 200
            assert not [
                secret for secret in secrets if secret in shown.content.decode()
            ]

    def test_nothing_of_a_household_is_changed_by_hand(
        self, client: Client, household: Account
    ) -> None:
        url = f"/admin/accounts/account/{household.pk}"
        assert client.post(f"{url}/change/", {"territory": "DE"}).status_code == 403
        assert client.post(f"{url}/delete/", {"post": "yes"}).status_code == 403
        assert client.get("/admin/accounts/auditentry/add/").status_code == 403

    def test_a_voucher_is_stored_in_capitals(self, client: Client) -> None:
        fields = {
            "code": "spring",
            "product": make_product("plus").pk,
            "days": 30,
            "max_redemptions": 5,
            "starts_at_0": "2026-01-01",
            "starts_at_1": "00:00:00",
        }
        client.post("/admin/accounts/voucher/add/", fields)
        assert Voucher.objects.get().code == "SPRING"


class TestDeeds:
    def test_give_extend_and_take_away(
        self, client: Client, staff: User, household: Account
    ) -> None:
        product = make_product("plus")
        done = act(client, household, "give", product=product.pk)
        assert "Give a product: done." in done.content.decode()
        given = Entitlement.objects.get()
        ends = (timezone.now() + timedelta(days=5)).strftime("%Y-%m-%d %H:%M")
        act(client, household, "extend", owned=given.public_id, ends_at=ends)
        act(client, household, "revoke", owned=given.public_id)
        given.refresh_from_db()
        assert given.revoked_at is not None
        log = AuditEntry.objects.order_by("pk").values_list("action", "by", "reason")
        assert list(log) == [
            (action, staff.pk, "they asked nicely")
            for action in ("give", "extend", "revoke")
        ]

    def test_sign_out_suspend_and_restore(
        self, client: Client, staff: User, household: Account
    ) -> None:
        tokens = sign_in(APIClient(), household.owner)
        device = household.devices.get(public_id=tokens["device_id"])
        act(client, household, "sign_out_everywhere")
        assert SignIn.objects.get().revoked_reason == "by_support"
        act(client, household, "revoke_device", device=device.public_id)
        device.refresh_from_db()
        assert device.revoked_reason == "by_support"
        act(client, household, "suspend")
        household.refresh_from_db()
        assert household.suspended_at is not None
        act(client, household, "restore")
        household.refresh_from_db()
        assert household.suspended_at is None
        assert AuditEntry.objects.filter(by=staff).count() == 4

    @pytest.mark.usefixtures("staff")
    @pytest.mark.parametrize(
        ("deed", "fields", "words"),
        [
            ("give", {}, "This is needed."),
            ("extend", {}, "This is needed."),
            ("suspend", {"reason": ""}, "This field is required."),
            ("suspend", {"reason": "   "}, "This field is required."),
            ("sell_them", {}, "Select a valid choice."),
        ],
    )
    def test_without_object_or_reason_nothing_happens(
        self,
        client: Client,
        household: Account,
        deed: str,
        fields: dict[str, str],
        words: str,
    ) -> None:
        shown = act(client, household, deed, **fields)
        assert words in shown.content.decode()
        assert not AuditEntry.objects.exists()

    @pytest.mark.usefixtures("staff")
    def test_what_another_household_owns_is_out_of_reach(
        self, client: Client, household: Account
    ) -> None:
        theirs = own(make_account(), make_product("plus"))
        act(client, household, "revoke", owned=theirs.public_id)
        theirs.refresh_from_db()
        assert theirs.revoked_at is None

    def test_the_log_is_never_rewritten(self, household: Account) -> None:
        entry = AuditEntry.objects.create(
            at=timezone.now(), by=make_staff(), action="x", target="y", reason="z"
        )
        with pytest.raises(TypeError):
            entry.save()
        assert str(entry) == "x y"


class TestAccess:
    def test_a_member_of_staff_without_the_permission_sees_no_customer(
        self, client: Client, household: Account
    ) -> None:
        client.force_login(make_user(is_staff=True))
        assert client.get(page(household)).status_code == 403
        assert client.get("/v1/staff/access").status_code == 403

    def test_viewers_and_strangers_do_not_reach_the_admin(
        self, client: Client, household: Account
    ) -> None:
        assert client.get(page(household)).status_code == 302
        client.force_login(household.owner)
        assert client.get(page(household)).status_code == 302
        assert client.get("/v1/staff/access").status_code == 403

    def test_a_viewers_token_opens_no_staff_endpoint(
        self, api: APIClient, household: Account
    ) -> None:
        sign_in(api, household.owner)
        assert api.get("/v1/staff/access").status_code in {401, 403}


class TestRole:
    @pytest.fixture
    def helper(self, client: Client) -> User:
        """A member of staff who is in the support role and nothing more."""
        roles.sync()
        user = make_user(is_staff=True)
        user.groups.add(Group.objects.get(name=roles.Role.SUPPORT.value))
        client.force_login(user)
        return user

    def test_of_support_helps_customers(
        self, client: Client, helper: User, household: Account
    ) -> None:
        found = client.get("/admin/accounts/account/", {"q": household.owner.email})
        assert page(household) in found.content.decode()
        product = make_product("plus")
        make_device(household, revoked_at=timezone.now(), revoked_reason="removed")
        done = act(client, household, "give", product=product.pk).content.decode()
        assert "Give a product: done." in done
        assert "they asked nicely" in done
        assert AuditEntry.objects.get().by == helper
        assert client.get("/v1/staff/access").status_code == 400

    @pytest.mark.usefixtures("helper")
    def test_of_support_changes_nothing_else(
        self, client: Client, household: Account
    ) -> None:
        product = make_product("plus")
        make_offer(product)
        for path in (
            f"product/{product.pk}",
            f"offer/{product.offers.get().pk}",
        ):
            url = f"/admin/accounts/{path}/change/"
            assert client.get(url).status_code == 200
            assert client.post(url, {"name": "x"}).status_code == 403
        assert client.get("/admin/accounts/user/add/").status_code == 403
        assert (
            client.get(f"/admin/accounts/user/{household.owner.pk}/change/").status_code
            == 403
        )


@pytest.mark.usefixtures("_film")
class TestExplain:
    def ask(self, client: Client, account: Account, **fields: str) -> str:
        asked = {"content": "ti_film", "territory": "US"} | fields
        return client.get(page(account), asked).content.decode()

    @pytest.mark.usefixtures("staff")
    def test_a_denied_customer_is_understood_and_helped(
        self, client: Client, household: Account
    ) -> None:
        product = make_product("plus", "films")
        make_offer(product)
        denied = self.ask(client, household)
        assert "Denied: not_entitled" in denied
        assert "plus-monthly" in denied
        act(client, household, "give", product=product.pk)
        assert "Allowed" in self.ask(client, household)

    @pytest.mark.usefixtures("staff")
    def test_profile_and_time_are_inputs(
        self, client: Client, household: Account
    ) -> None:
        ends = timezone.now() + timedelta(days=1)
        own(household, make_product("plus", "films"), ends_at=ends)
        child = household.profiles.create(name="Kid", is_kids=True, maturity=7)
        assert "maturity_blocked" in self.ask(client, household, profile=str(child.pk))
        later = (ends + timedelta(days=1)).strftime("%Y-%m-%d %H:%M")
        assert "Denied: not_entitled" in self.ask(client, household, at=later)

    @pytest.mark.usefixtures("staff")
    def test_a_closed_window_is_named(self, client: Client, household: Account) -> None:
        title = catalog.title("Perihelion", slug="perihelion-2")
        title.windows.create(territories=["DE"])
        publishing.publish(title, by=None, now=timezone.now())
        for name in (title.public_id, "perihelion-2"):
            shown = self.ask(client, household, content=name)
            assert "Denied: territory_blocked" in shown
            assert "No window of it is open" in shown
            there = self.ask(client, household, content=name, territory="DE")
            assert "Allowed" in there

    @pytest.mark.usefixtures("staff")
    def test_takes_the_address_of_a_page(
        self, client: Client, household: Account
    ) -> None:
        address = "https://stream.example/title/ti_film?lang=de"
        assert "Denied: not_entitled" in self.ask(client, household, content=address)

    @pytest.mark.usefixtures("staff")
    def test_every_refusal_has_a_meaning_in_words(self) -> None:
        rules = (Path(entitlements.__file__)).read_text()
        codes = set(re.findall(r'code="(\w+)"', rules))
        codes |= {code for _, code, _ in entitlements._RECOVERABLE}
        assert codes | {"plan_required", "not_entitled"} <= set(MEANINGS)

    @pytest.mark.usefixtures("staff")
    def test_an_unknown_title_is_named(
        self, client: Client, household: Account
    ) -> None:
        assert "There is no content ti_none" in self.ask(
            client, household, content="ti_none"
        )

    @pytest.mark.usefixtures("staff")
    def test_over_the_api(self, client: Client, household: Account) -> None:
        asked = {"account": household.owner.email, "content": "ti_film"}
        answer = client.get("/v1/staff/access", asked).json()
        assert (answer["allowed"], answer["code"]) == (False, "not_entitled")
        assert answer["content"] == {
            "packages": ["films"],
            "min_age": 12,
            "territories": None,
        }
        own(household, make_product("plus", "films"))
        answer = client.get("/v1/staff/access", asked).json()
        assert answer["allowed"]
        assert answer["viewer"]["owns"][0]["gives_access"]

    def test_on_the_command_line(self, household: Account) -> None:
        out = StringIO()
        device = make_device(household, revoked_at=timezone.now())
        arguments = [household.public_id, "ti_film", "--device", device.public_id]
        call_command("explain_access", *arguments, stdout=out)
        assert '"code": "device_revoked"' in out.getvalue()

    @pytest.mark.parametrize(
        "arguments",
        [
            ["nobody@example.org", "ti_film"],
            ["{account}", "ti_none"],
            ["{account}", "ti_film", "--profile", "pr_none"],
            ["{account}", "ti_film", "--at", "yesterday"],
            ["{account}", "ti_film", "--at", "2026-01-01T00:00"],
        ],
    )
    def test_mistakes_on_the_command_line_are_named(
        self, household: Account, arguments: list[str]
    ) -> None:
        filled = [each.format(account=household.public_id) for each in arguments]
        with pytest.raises(CommandError):
            call_command("explain_access", *filled)


class TestSecondFactor:
    def enter(self, client: Client, user: User, **fields: str) -> int:
        body = {"username": user.email, "password": PASSWORD} | fields
        return client.post("/admin/login/", body).status_code

    def test_is_asked_for_where_it_is_on(
        self, client: Client, settings: Settings
    ) -> None:
        settings.STAFF_MFA = True
        user = make_staff()
        assert self.enter(client, user) == 200
        client.force_login(user)
        assert client.get("/admin/").status_code == 302
        assert client.get("/v1/staff/access").status_code == 403
        device = TOTPDevice.objects.create(user=user, name="phone")
        proof = {
            "otp_device": device.persistent_id,
            "otp_token": f"{totp(device.bin_key):06d}",
        }
        client.logout()
        assert self.enter(client, user, **proof) == 302
        assert client.get("/admin/").status_code == 200
        client.logout()
        assert self.enter(client, user, **proof) == 200

    def test_a_password_is_enough_where_it_is_off(self, client: Client) -> None:
        assert self.enter(client, make_staff()) == 302
        assert client.get("/admin/").status_code == 200

    def test_guessing_is_stopped(self, client: Client) -> None:
        user = make_staff()
        seen = [self.enter(client, user, password="wrong") for _ in range(6)]
        assert seen == [200] * 5 + [429]


class TestPackages:
    def delete(self, client: Client, *codes: str) -> str:
        """What the page says that asks whether packages shall go."""
        body = {
            "action": "delete_selected",
            ACTION_CHECKBOX_NAME: [make_package(code).pk for code in codes],
        }
        return client.post("/admin/accounts/package/", body).content.decode()

    def test_the_last_one_of_something_is_kept(
        self, client: Client, staff: User
    ) -> None:
        film, channel = catalog.title(slug="alone"), channels.make_channel("Meridian")
        film.packages.set([make_package("sport"), make_package("film")])
        channel.packages.set([make_package("sport")])
        make_product("all", "sport")

        said = self.delete(client, "sport")

        assert "Meridian" in said
        assert str(film) not in said
        assert "Are you sure" not in said
        assert str(film) in self.delete(client, "sport", "film")
        assert client.post(
            f"/admin/accounts/package/{make_package('sport').pk}/delete/",
            {"post": "yes"},
        )
        assert Package.objects.filter(code="sport").exists()

    def test_others_go(self, client: Client, staff: User) -> None:
        make_product("all", "sport")
        assert "Are you sure" in self.delete(client, "sport")


def test_products_can_be_read_by_name() -> None:
    product = make_product("plus", name="Plus")
    assert str(Product.objects.get()) == product.name
