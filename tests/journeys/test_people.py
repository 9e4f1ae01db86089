"""People at screens: paired, choosing who watches, helped when they are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.journeys.screen import Screen
from tests.journeys.service import Service
from tests.journeys.test_watch_a_film import in_package

pytestmark = [
    pytest.mark.browser,
    pytest.mark.media,
    pytest.mark.timeout(600),
]

FILM = "the-keepers-light"
PASSWORD = "a-lamp-in-the-window"
PHONE, TABLET, TV = (390, 844), (820, 1180), (1920, 1080)
NEWCOMER = """
from django.utils import timezone
from accounts import identity
account = identity.register(
    email="{email}", password="{password}", name="Wren", now=timezone.now(), verified=True
)
if "{child}":
    account.profiles.create(name="{child}", is_kids=True, maturity=7)
"""
HELPER = """
from django.contrib.auth.models import Group
from accounts import roles
from accounts.models import User
roles.sync()
user = User.objects.create_user(
    "{email}", "{password}", is_staff=True, email_verified_at="2026-01-01T00:00Z"
)
user.groups.add(Group.objects.get(name="Support"))
"""


@pytest.fixture
def phone(browser: Browser, service: Service) -> Iterator[Screen]:
    yield from shown(browser, service, PHONE)


@pytest.fixture
def tv(browser: Browser, service: Service) -> Iterator[Screen]:
    yield from shown(browser, service, TV)


def shown(
    browser: Browser, service: Service, size: tuple[int, int]
) -> Iterator[Screen]:
    """A screen of this size, on which nothing may go wrong but what is refused."""
    screen = Screen(browser, service.url, width=size[0], height=size[1])
    yield screen
    screen.close()
    allowed = ("401", "403", "400")
    assert [
        complaint
        for complaint in screen.complaints
        if not any(status in complaint for status in allowed)
    ] == []


def newcomer(service: Service, name: str, child: str = "") -> tuple[str, str]:
    """Somebody with an account, no plan, and perhaps a child."""
    who = (f"{name}@example.com", PASSWORD)
    code = NEWCOMER.format(email=who[0], password=who[1], child=child)
    service.manage("shell", "--command", code)
    return who


def sign_in(screen: Screen, who: tuple[str, str]) -> None:
    screen.open("/sign-in")
    screen.page.fill("input[name=email]", who[0])
    screen.page.fill("input[name=password]", who[1])
    screen.page.click("button[type=submit]")


def choose(screen: Screen, name: str) -> None:
    screen.page.locator(f"[data-testid=profile][data-name={name}]").click()


def watch_as(screen: Screen, name: str) -> None:
    """Choose a profile that nothing stands in front of, and be at home."""
    choose(screen, name)
    at_home(screen)


def at_home(screen: Screen) -> None:
    """Home is shown, and somebody is watching."""
    expect(screen.page).to_have_url(f"{screen.url}/")
    screen.see("me")


def fits(screen: Screen) -> None:
    """Nothing sticks out at the side."""
    reach = screen.page.evaluate("() => document.scrollingElement.scrollWidth")
    assert reach <= screen.page.viewport_size["width"]  # type: ignore[index]


def beside(left: Screen, right: Screen, path: Path) -> None:
    """Both screens as one picture, for people to look at."""
    one, other = left.picture(), right.picture()
    sheet = Image.new("RGB", (one.width + other.width + 20, other.height), "white")
    sheet.paste(one, (0, (other.height - one.height) // 2))
    sheet.paste(other, (one.width + 20, 0))
    sheet.save(path)


class TestPairing:
    def test_a_phone_lets_a_television_in(
        self, phone: Screen, tv: Screen, service: Service, tmp_path: Path
    ) -> None:
        tv.open("/pair")
        code = tv.see("user-code").inner_text()
        drawn = tv.page.locator(".pair__qr")
        expect(drawn).to_have_js_property("complete", value=True)
        assert drawn.evaluate("image => image.naturalWidth") > 100
        fits(tv)

        phone.open(f"/activate?user_code={code}")
        beside(phone, tv, tmp_path / "pairing-1.png")
        phone.page.fill("input[name=email]", service.viewer[0])
        phone.page.fill("input[name=password]", service.viewer[1])
        phone.page.click("button")
        expect(phone.page.locator("input[name=user_code]")).to_have_value(code)
        phone.page.click("button")
        expect(phone.page.locator(".device")).to_contain_text(code)
        fits(phone)
        beside(phone, tv, tmp_path / "pairing-2.png")
        phone.page.get_by_role("button", name="Yes, let it in").click()
        expect(phone.page.locator("h1")).to_have_text("You are set")

        tv.see("profile")
        beside(phone, tv, tmp_path / "pairing-3.png")
        focused = tv.page.locator(":focus")
        expect(focused).to_have_attribute("data-name", "Robin")
        tv.page.keyboard.press("ArrowRight")
        expect(focused).to_have_attribute("data-name", "Kim")
        tv.page.keyboard.press("ArrowLeft")
        tv.page.keyboard.press("Enter")
        at_home(tv)

    def test_a_no_on_the_phone_app_is_said_on_the_television(
        self, phone: Screen, tv: Screen, service: Service
    ) -> None:
        tv.open("/pair")
        code = tv.see("user-code").inner_text()
        sign_in(phone, service.viewer)
        watch_as(phone, "Robin")
        phone.open("/account")
        phone.see("add-tv").click()
        phone.page.fill("input[name=user_code]", code.lower().replace("-", ""))
        phone.see("confirm").click()
        expect(phone.page.locator(".waiting")).to_contain_text(code)
        phone.page.get_by_role("button", name="Cancel").click()
        expect(tv.page.get_by_role("alert")).to_contain_text("said no")
        tv.page.keyboard.press("Enter")
        assert tv.see("user-code").inner_text() != code


class TestProfiles:
    def test_a_child_is_let_out_by_the_pin_alone(
        self, tv: Screen, service: Service, tmp_path: Path
    ) -> None:
        who = newcomer(service, "pins", child="Kim")
        sign_in(tv, who)
        watch_as(tv, "Kim")
        tv.open("/profiles")
        choose(tv, "Wren")
        tv.page.fill("input[name=password]", "not-the-password")
        tv.see("confirm").click()
        expect(tv.page.locator("dialog .failure")).to_contain_text("not right")
        tv.page.fill("input[name=password]", who[1])
        tv.see("confirm").click()
        at_home(tv)

        tv.open("/profiles/manage")
        tv.page.get_by_role("link", name="Wren").click()
        tv.see("set-pin").click()
        tv.see("pin-ok")
        tv.page.keyboard.type("2580")
        tv.see("pin-ok").click()
        tv.page.fill("dialog input[name=password]", who[1])
        tv.see("confirm").click()
        tv.see("edit-profile")
        tv.open("/profiles")
        watch_as(tv, "Kim")
        tv.open("/profiles")
        choose(tv, "Wren")
        tv.see("pin-ok")
        for key in ("Enter",) * 4:  # the remote stands on the 1
            tv.page.keyboard.press(key)
        tv.see("pin-ok").click()
        expect(tv.page.locator("dialog .failure")).to_contain_text("not the PIN")
        tv.page.keyboard.type("2580")
        tv.picture().save(tmp_path / "pin.png")
        tv.see("pin-ok").click()
        at_home(tv)

        tv.open("/profiles/manage")
        tv.page.get_by_role("link", name="Wren").click()
        tv.page.get_by_role("button", name="Remove the PIN").click()
        tv.page.fill("dialog input[name=password]", who[1])
        tv.see("confirm").click()
        tv.see("edit-profile")

    def test_a_child_is_shown_what_is_for_children(
        self, phone: Screen, service: Service
    ) -> None:
        asked: list[str] = []
        sign_in(phone, service.viewer)
        phone.see("profile")
        phone.page.wait_for_load_state("networkidle")
        phone.page.on("request", lambda sent: asked.append(sent.url))
        choose(phone, "Kim")
        phone.see("card")
        phone.page.wait_for_load_state("networkidle")
        lists = [url for url in asked if re.search(r"/v1/(titles|pages|rails)", url)]
        assert lists
        assert all("maturity=7" in url for url in lists)

    @pytest.mark.parametrize("size", [PHONE, TABLET, TV])
    def test_one_is_made_and_removed(
        self, browser: Browser, service: Service, tmp_path: Path, size: tuple[int, int]
    ) -> None:
        for screen in shown(browser, service, size):
            sign_in(screen, service.viewer)
            screen.see("profile")
            fits(screen)
            screen.picture().save(tmp_path / "who.png")
            watch_as(screen, "Robin")
            screen.open("/profiles/new")
            screen.page.fill("input[name=name]", "Toni")
            screen.page.get_by_label("A child watches here").check()
            fits(screen)
            screen.picture().save(tmp_path / "edit.png")
            screen.see("save").click()
            made = screen.page.get_by_role("link", name="Toni")
            expect(made).to_contain_text("Kids")
            made.click()
            screen.page.get_by_role("button", name="Delete profile").click()
            screen.see("confirm").click()
            expect(made).to_have_count(0)


class TestPlan:
    def test_a_newcomer_signs_up_tries_and_redeems(
        self, phone: Screen, service: Service, tmp_path: Path
    ) -> None:
        phone.open("/sign-up")
        email = "newcomer@example.com"
        phone.page.fill("input[name=name]", "Wren")
        phone.page.fill("input[name=email]", email)
        phone.page.fill("input[name=password]", PASSWORD)
        phone.picture().save(tmp_path / "sign-up.png")
        phone.page.click("button")
        expect(phone.page.locator("h1")).to_have_text("Look into your mail")
        phone.open(mailed_link(service, email))
        phone.page.click("button")
        expect(phone.page.locator("h1")).to_have_text("Confirmed")

        sign_in(phone, (email, PASSWORD))
        at_home(phone)
        phone.open("/account/plan")
        phone.see("no-plan")
        price = phone.page.locator("[data-code=basic-monthly] [data-testid=price]")
        expect(price).to_contain_text("5.49")
        premium = phone.page.locator("[data-code=premium-monthly]")
        premium.get_by_test_id("trial").click()
        phone.see("confirm").click()
        trial = phone.page.locator("[data-testid=holding][data-product=premium]")
        expect(trial).to_contain_text("Trial")
        expect(trial.get_by_test_id("until")).to_contain_text("Until")
        phone.see("voucher").click()
        phone.page.fill("input[name=code]", "not-a-code")
        phone.see("confirm").click()
        expect(phone.page.locator("dialog .failure")).to_contain_text("not valid")
        phone.page.fill("input[name=code]", voucher(service))
        phone.see("confirm").click()
        mine = phone.page.locator("[data-testid=holding][data-product=standard]")
        expect(mine.get_by_test_id("state")).to_have_text("Active")
        expect(mine).to_contain_text("By voucher")
        fits(phone)
        phone.page.screenshot(path=tmp_path / "plan.png", full_page=True)


class TestDevices:
    def test_one_is_renamed_and_another_signed_out(
        self, phone: Screen, tv: Screen, service: Service, tmp_path: Path
    ) -> None:
        who = newcomer(service, "devices")
        for screen in (tv, phone):
            sign_in(screen, who)
            at_home(screen)
        phone.open("/account/devices")
        mine = phone.page.locator("[data-testid=device]", has_text="This one")
        mine.get_by_test_id("rename").click()
        phone.page.fill("dialog input[name=name]", "Pocket")
        phone.see("confirm").click()
        expect(mine).to_have_attribute("data-name", "Pocket")
        fits(phone)
        phone.picture().save(tmp_path / "devices.png")
        other = phone.page.locator("[data-testid=device]:not([data-name=Pocket])")
        other.get_by_test_id("remove").click()
        phone.see("confirm").click()
        expect(other).to_have_count(0)

        tv.page.evaluate(
            "() => { const mine = JSON.parse(localStorage['stream.sign-in']);"
            " mine.access_token = 'gone';"
            " localStorage['stream.sign-in'] = JSON.stringify(mine); }"
        )
        tv.open("/account")
        tv.see("failure")
        tv.open("/")
        tv.see("sign-in")


class TestSupport:
    def test_an_operator_explains_and_mends_a_refusal(
        self, browser: Browser, phone: Screen, service: Service, tmp_path: Path
    ) -> None:
        who = newcomer(service, "refused")
        helper = ("helper@example.com", PASSWORD)
        code = HELPER.format(email=helper[0], password=helper[1])
        service.manage("shell", "--command", code)
        desk = Screen(browser, service.url, width=1440, height=1000)
        with in_package(service):
            sign_in(phone, who)
            at_home(phone)
            phone.open(f"/title/{FILM}")
            phone.see("play").click()
            expect(phone.see("failure")).to_contain_text("does not include")
            expect(phone.page.get_by_role("link", name="See the plans")).to_be_visible()
            phone.picture().save(tmp_path / "refused.png")

            page = desk.page
            desk.open("/admin/")
            page.fill("[name=username]", helper[0])
            page.fill("[name=password]", helper[1])
            page.click("[type=submit]")
            page.wait_for_url(f"{service.url}/admin/")
            desk.open(f"/admin/accounts/account/?q={who[0]}")
            page.screenshot(path=tmp_path / "desk-1.png")
            page.get_by_role("link", name="Help this customer").click()
            page.fill("[name=content]", f"{service.url}/title/{FILM}")
            page.get_by_role("button", name="Explain").click()
            answer = page.get_by_test_id("answer")
            expect(answer).to_contain_text("Denied: not_entitled")
            expect(answer).to_contain_text("They own nothing that contains it.")
            page.screenshot(path=tmp_path / "desk-2.png", full_page=True)

            give = page.get_by_test_id("give")
            give.locator("[name=product]").select_option(label="Standard")
            give.locator("[name=ends_at]").fill("2030-01-01T20:00")
            give.locator("[name=reason]").fill("Paid by bank transfer, ticket 4711")
            give.get_by_role("button", name="Give it").click()
            expect(page.locator(".messagelist")).to_contain_text("done")
            expect(page.get_by_test_id("answer")).to_contain_text("Allowed")
            expect(page.locator("body")).to_contain_text("ticket 4711")
            page.screenshot(path=tmp_path / "desk-3.png", full_page=True)
            desk.close()

            phone.page.get_by_role("button", name="Try again").click()
            phone.see("video")
            phone.wait_for_time(1)
            phone.picture().save(tmp_path / "watching.png")
        assert desk.complaints == []


def mailed_link(service: Service, email: str) -> str:
    """The link that was mailed to an address, once the mail has been written."""
    service.manage("db_worker", "--batch")
    folder = Path(service.variables["STATE_DIR"]) / "mail"
    for letter in sorted(folder.iterdir(), reverse=True):
        text = letter.read_text()
        found = re.search(r"https?://[^/\s]+(/verify-email\S+)", text)
        if email in text and found:
            return found[1]
    raise AssertionError(f"no mail for {email}")


def voucher(service: Service) -> str:
    """The code that the demo told once."""
    notes = Path(service.variables["STATE_DIR"]) / "demo-accounts.txt"
    (code,) = re.findall(r"Voucher +(\S+)", notes.read_text())
    return code
