"""Live television in a browser: the guide, a channel, its programme again, yesterday's."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.screen import Screen
from tests.journeys.service import Service

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
]

CHANNEL = "meridian-one"
BLACKOUT = """
from datetime import timedelta
from django.utils import timezone
from channels.models import Blackout, Channel
now = timezone.now()
Blackout.objects.create(
    channel=Channel.objects.get(slug="meridian-one"), starts_at=now,
    ends_at=now + timedelta(hours=1), alternative=Channel.objects.get(slug="meridian-two"))
"""
LIFTED = "from channels.models import Blackout; Blackout.objects.all().delete()"


@pytest.fixture
def screen(browser: Browser, service: Service) -> Iterator[Screen]:
    """A laptop; the answer to a refused play is no fault of the page."""
    screen = Screen(browser, service.url, width=1280, height=800)
    yield screen
    screen.close()
    assert [one for one in screen.complaints if "(Gone)" not in one] == []


def get(service: Service, path: str) -> Any:
    with urllib.request.urlopen(f"{service.url}{path}", timeout=10) as answer:
        return json.load(answer)


def aired(service: Service, days: int) -> dict[str, Any]:
    """A programme of the channel, from the middle of a day that is past."""
    now = get(service, f"/v1/channels/{CHANNEL}/schedule")["server_time"]
    day = date.fromisoformat(now[:10]) - timedelta(days=days)
    found = get(service, f"/v1/channels/{CHANNEL}/schedule?date={day}")["results"]
    return found[len(found) // 2]


def plays(screen: Screen, mode: str = "live", channel: str = CHANNEL) -> None:
    """The picture of the channel moves."""
    stage = f".stage[data-mode={mode}][data-channel={channel}]"
    screen.page.locator(stage).wait_for()
    screen.wait(lambda: (screen.video("v && v.videoWidth") or 0) > 0, "a picture")
    begun = screen.video("v.currentTime")
    screen.wait(lambda: screen.video("v.currentTime") > begun + 1, "a moving picture")
    assert screen.video("v.error") is None


class TestTheGuide:
    def test_leads_from_a_running_programme_to_the_channel(
        self, screen: Screen
    ) -> None:
        screen.open("/guide")
        row = screen.page.locator(f"[data-channel={CHANNEL}]")
        row.locator(".is-now").click()
        expect(screen.see("airing")).to_contain_text("Meridian One")
        screen.see("watch-live").click()
        plays(screen)
        assert f"/channel/{CHANNEL}" in screen.page.url

    def test_arrows_walk_over_programmes_and_channels(self, screen: Screen) -> None:
        screen.open("/guide")
        row = screen.page.locator(f"[data-channel={CHANNEL}]")
        row.locator(".is-now").focus()
        for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowUp"):
            screen.page.keyboard.press(key)
        focused = screen.page.evaluate(
            "() => document.activeElement.closest('.guide__row').dataset.channel"
        )
        assert focused == CHANNEL
        screen.page.keyboard.press("Enter")
        screen.see("airing")

    def test_loads_what_is_scrolled_to(self, screen: Screen) -> None:
        screen.open("/guide")
        screen.see("programme")
        before = screen.page.get_by_test_id("programme").count()
        tomorrow = screen.page.get_by_role("button", name="Tomorrow")
        tomorrow.click()
        screen.wait(
            lambda: screen.page.get_by_test_id("programme").count() > before,
            "programmes of tomorrow",
        )
        expect(tomorrow).to_have_attribute("aria-pressed", "true")
        screen.see("to-now").click()
        screen.see("now-line")

    def test_a_phone_reads_one_channel_and_day(
        self, browser: Browser, service: Service
    ) -> None:
        phone = Screen(browser, service.url, width=390, height=844)
        phone.open("/guide")
        phone.see("daylist")
        phone.page.locator("[data-channel=meridian-two]").click()
        phone.page.locator(".daylist__item.is-now").click()
        expect(phone.see("airing")).to_contain_text("Meridian Two")
        assert phone.complaints == []
        phone.close()


class TestPlaying:
    def test_live_then_from_the_start_then_live_again(self, screen: Screen) -> None:
        screen.open(f"/channel/{CHANNEL}")
        plays(screen)
        screen.wait(
            lambda: (
                "is-live" in (screen.see("live-badge").get_attribute("class") or "")
            ),
            "the live edge",
        )
        screen.page.mouse.move(300, 300)
        screen.see("restart").click()
        plays(screen, mode="startover")
        assert screen.video("v.currentTime") < 60
        screen.page.mouse.move(300, 320)
        expect(screen.see("live-badge")).to_have_text("Go to live")
        screen.see("live-badge").click()
        plays(screen)

    def test_yesterdays_programme(self, screen: Screen, service: Service) -> None:
        past = aired(service, 1)
        screen.open(f"/channel/{CHANNEL}?airing={past['id']}")
        plays(screen, mode="catchup")
        assert screen.video("v.currentTime") < 60
        length = screen.video("v.duration")
        assert abs(length - past["duration_s"]) < 15

    def test_one_that_is_not_kept_any_longer(
        self, screen: Screen, service: Service
    ) -> None:
        # Catch-up on this channel is three days; the guide begins two days ago.
        change = "Channel.objects.filter(slug='{0}').update(catchup_hours={1})"
        past = aired(service, 1)
        head = "from channels.models import Channel; "
        service.manage("shell", "--command", head + change.format(CHANNEL, 1))
        try:
            screen.open(f"/channel/{CHANNEL}?airing={past['id']}")
            expect(screen.see("failure")).to_contain_text("not kept any longer")
        finally:
            service.manage("shell", "--command", head + change.format(CHANNEL, 72))

    def test_keys_change_the_channel(self, screen: Screen) -> None:
        screen.open(f"/channel/{CHANNEL}")
        plays(screen)
        screen.page.keyboard.press("PageUp")
        plays(screen, channel="meridian-two")
        for digit in "3.1":
            screen.page.keyboard.press(digit)
        plays(screen, channel="northlight-local")


class TestBlackout:
    def test_stops_the_player_and_offers_another_channel(
        self, screen: Screen, service: Service
    ) -> None:
        screen.page.route("**/v1/playback/sessions", _with_quick_heartbeats)
        screen.open(f"/channel/{CHANNEL}")
        plays(screen)
        with blackout(service):
            other = screen.see("alternative")
            expect(screen.see("stopped")).to_contain_text("cannot be shown here")
            assert screen.video("v.paused")
            other.click()
            plays(screen, channel="meridian-two")


def _with_quick_heartbeats(route: Any) -> None:
    """The service as it is, but that the player reports every second."""
    response = route.fetch()
    answer = response.json()
    if "heartbeat" in answer:
        answer["heartbeat"]["interval_s"] = 1
    route.fulfill(response=response, json=answer)


@contextmanager
def blackout(service: Service) -> Iterator[None]:
    """While the channel may not be shown."""
    service.manage("shell", "--command", BLACKOUT)
    try:
        yield
    finally:
        service.manage("shell", "--command", LIFTED)
