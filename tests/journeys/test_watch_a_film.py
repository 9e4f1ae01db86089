"""Someone opens the service in a browser, finds a film and watches it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.screen import Screen
from tests.journeys.service import Service

pytestmark = [
    pytest.mark.browser,
    pytest.mark.media,
    pytest.mark.timeout(600),
]

FILM = "the-keepers-light"
EDIT = f"""
from django.utils import timezone
from catalog import publishing
from catalog.models import Title
from streamapi.demo import people
title = Title.objects.get(slug="{FILM}")
title.packages.{{change}}(people.package())
publishing.publish(title, by=None, now=timezone.now())
"""
BROKEN_IMAGES = """
() => [...document.images].filter((one) => one.complete && !one.naturalWidth).length
"""
WIDTHS = {"phone": (390, 844), "tablet": (820, 1180), "tv": (1920, 1080)}


def press_play(screen: Screen) -> None:
    screen.open(f"/title/{FILM}")
    screen.see("play").click()
    screen.see("video")


def choose(screen: Screen, button: str, option: str) -> None:
    """Open a panel of the player and take one of its options."""
    screen.page.mouse.move(300, 300)
    screen.see(button).click()
    screen.page.get_by_role("menuitemradio", name=option, exact=True).click()


class TestBrowsing:
    @pytest.mark.parametrize("device", WIDTHS)
    def test_every_screen_size_shows_pictures_and_nothing_sticks_out(
        self, browser: Browser, service: Service, tmp_path: Path, device: str
    ) -> None:
        width, height = WIDTHS[device]
        screen = Screen(browser, service.url, width=width, height=height)
        for path, test_id in (("/", "rail"), (f"/title/{FILM}", "name")):
            screen.open(path)
            screen.see(test_id)
            screen.page.wait_for_load_state("networkidle")
            reach = "() => document.scrollingElement.scrollWidth"
            assert screen.page.evaluate(reach) <= width
            assert screen.page.evaluate(BROKEN_IMAGES) == 0
            picture = screen.picture()
            picture.save(tmp_path / f"{device}-{test_id}.png")
            assert len(picture.resize((64, 64)).getcolors(64 * 64) or []) > 300
        assert screen.complaints == []
        screen.close()

    def test_a_remote_control_is_enough(self, screen: Screen) -> None:
        screen.open("/")
        screen.see("rail")
        focused = screen.page.locator(":focus")
        for _ in range(3):
            screen.page.keyboard.press("ArrowDown")
        expect(focused).to_have_attribute("data-testid", "card")
        first = focused.get_attribute("data-id")
        screen.page.keyboard.press("ArrowRight")
        expect(focused).to_have_attribute("data-testid", "card")
        assert focused.get_attribute("data-id") != first
        art = focused.locator(".card__art")
        expect(art).to_have_css("outline-style", "solid")
        name = focused.get_attribute("title") or ""
        screen.page.keyboard.press("Enter")
        screen.see("name")
        expect(screen.page).to_have_title(f"{name} · Stream")
        screen.page.keyboard.press("Backspace")
        screen.see("rail")

    def test_a_link_may_name_its_language(self, screen: Screen) -> None:
        screen.open(f"/title/{FILM}?lang=de")
        expect(screen.see("play")).to_contain_text("Abspielen")
        expect(screen.page).to_have_title("Das Licht der Wärterin · Stream")
        screen.see("language").select_option("en")
        expect(screen.page).to_have_title("The Keeper's Light · Stream")

    def test_an_address_that_does_not_exist_is_explained(
        self, browser: Browser, service: Service
    ) -> None:
        screen = Screen(browser, service.url, width=1280, height=800)
        screen.open("/title/there-is-no-such-title")
        expect(screen.see("failure")).to_contain_text("does not exist")
        assert all("404" in complaint for complaint in screen.complaints)
        screen.close()


class TestWatching:
    def test_the_film_plays_with_picture_and_words(self, screen: Screen) -> None:
        with screen.page.expect_request(
            lambda sent: sent.url.endswith("/playback/sessions")
        ) as asked:
            press_play(screen)
        assert "avc1" in asked.value.post_data_json["codecs"]
        choose(screen, "words", "Deutsch")
        cues = "[...v.textTracks].filter(t => t.mode === 'showing')"
        active = f"{cues}.flatMap(t => [...(t.activeCues || [])]).map(c => c.text)"
        screen.wait(lambda: screen.video(active), "a subtitle")
        assert "Die Lampe muss" in screen.video(active)[0]
        screen.wait_for_time(5)
        picture = screen.picture().crop((100, 100, 1180, 600))
        colours = picture.resize((32, 32)).getcolors(32 * 32) or []
        low, high = picture.convert("L").getextrema()
        assert len(colours) > 100
        assert high - low > 60
        assert screen.video("v.error") is None
        assert screen.video("v.webkitAudioDecodedByteCount") > 0

    def test_the_viewer_chooses_the_quality(self, screen: Screen) -> None:
        press_play(screen)
        screen.wait_for_time(1)
        choose(screen, "quality-button", "144p")
        screen.wait(lambda: screen.video("v.videoHeight") == 144, "144 lines")
        before = screen.video("v.currentTime")
        screen.wait_for_time(before + 0.5)
        choose(screen, "quality-button", "360p")
        screen.wait(lambda: screen.video("v.videoHeight") > 144, "more lines")

    def test_keys_pause_seek_and_leave(self, screen: Screen) -> None:
        press_play(screen)
        screen.wait_for_time(0.5)
        screen.page.keyboard.press("k")
        screen.wait(lambda: screen.video("v.paused"), "a pause")
        screen.page.mouse.click(640, 300)
        screen.wait(lambda: not screen.video("v.paused"), "going on")
        screen.see("seek").focus()
        screen.page.keyboard.press("ArrowRight")
        screen.wait_for_time(10)
        with screen.page.expect_request(
            lambda sent: sent.method == "DELETE" and "/playback/sessions/" in sent.url
        ):
            screen.page.keyboard.press("Escape")
        screen.see("play")


class TestSigningIn:
    def test_a_wrong_password_is_explained(
        self, browser: Browser, service: Service
    ) -> None:
        screen = Screen(browser, service.url, width=1280, height=800)
        screen.open("/")
        screen.see("sign-in").click()
        screen.page.fill("input[name=email]", service.viewer[0])
        screen.page.fill("input[name=password]", "not-the-password")
        screen.page.click("dialog button[type=submit]")
        failure = screen.page.locator("dialog .failure")
        expect(failure).to_contain_text("password is not right")
        assert all("401" in complaint for complaint in screen.complaints)
        screen.close()

    def test_a_title_in_a_package_asks_first_and_then_plays(
        self, browser: Browser, service: Service
    ) -> None:
        screen = Screen(browser, service.url, width=1280, height=800)
        with in_package(service):
            screen.open(f"/title/{FILM}")
            screen.see("play").click()
            screen.page.fill("input[name=email]", service.viewer[0])
            screen.page.fill("input[name=password]", service.viewer[1])
            screen.page.click("dialog button[type=submit]")
            screen.see("video")
            screen.wait_for_time(1)
        assert all("401" in complaint for complaint in screen.complaints)
        screen.close()


@contextmanager
def in_package(service: Service) -> Iterator[None]:
    """While an editor has the film in the package."""
    service.manage("shell", "--command", EDIT.format(change="add"))
    yield
    service.manage("shell", "--command", EDIT.format(change="remove"))
