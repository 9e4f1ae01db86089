"""Somebody looks for a film: types, goes down with the remote control, opens it."""

from __future__ import annotations

import json
import urllib.request

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.screen import Screen
from tests.journeys.service import Service

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("journeys"),
    pytest.mark.timeout(300),
]


def a_title(service: Service) -> dict[str, str]:
    with urllib.request.urlopen(f"{service.url}/v1/titles?lang=en", timeout=10) as read:
        found: dict[str, str] = json.load(read)["results"][-1]
        return found


def test_a_few_letters_find_a_title_and_the_arrows_open_it(
    screen: Screen, service: Service
) -> None:
    title = a_title(service)
    screen.open("/?lang=en")
    box = screen.see("search")
    box.press_sequentially(title["name"][:7], delay=20)
    found = screen.page.locator(f"[data-results] a[data-id={title['id']}]")
    expect(found).to_be_visible()
    expect(box).to_be_focused()
    assert "/search?q=" in screen.page.url

    screen.page.keyboard.press("Enter")
    expect(screen.page.locator("[data-results] a").first).to_be_focused()
    found.focus()
    screen.page.keyboard.press("Enter")
    expect(screen.page.get_by_role("heading", name=title["name"])).to_be_visible()


def test_what_nobody_has_is_said_kindly_with_a_way_on(screen: Screen) -> None:
    screen.open("/search?q=qqqqzzzz&lang=en")
    nothing = screen.see("found-nothing")
    expect(nothing).to_contain_text("Nothing found for “qqqqzzzz”.")
    nothing.get_by_role("link").first.click()
    screen.see("grid")


def test_somebody_found_leads_to_what_they_made(screen: Screen) -> None:
    screen.open("/search?q=a&lang=en")
    person = screen.see("person")
    name = person.inner_text().splitlines()[-1]
    person.click()
    expect(screen.page.get_by_role("heading", name=name)).to_be_visible()
    screen.see("card")


def test_a_page_that_comes_late_draws_over_nobody(screen: Screen) -> None:
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    screen.page.route("**/v1/pages/home*", hold)
    screen.open("/?lang=en")
    screen.see("search").press_sequentially("qqqqzzzz", delay=20)
    screen.see("found-nothing")
    screen.wait(lambda: waiting, "the home page to be asked for")
    with screen.page.expect_response("**/v1/pages/home*"):
        waiting[0].continue_()
    expect(screen.see("found-nothing")).to_be_visible()
    assert "/search?q=" in screen.page.url
