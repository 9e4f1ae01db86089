"""What holds on every screen, from a small phone to a large television."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WIDTHS = (320, 390, 600, 820, 1024, 1920, 3840)
CUT_OFF = """() => [...document.querySelectorAll(".top__nav a, .top__side > :not(nav)")]
  .filter((node) => {
    const box = node.getBoundingClientRect();
    return !box.width || box.left < 0 || box.right > innerWidth;
  }).map((node) => node.textContent)"""
WIDER = "document.documentElement.scrollWidth > innerWidth"


def test_the_bar_shows_all_of_itself_at_every_width(screen: Screen) -> None:
    screen.open("/?lang=de")
    expect(screen.see("nav").get_by_role("link").last).to_have_text("Programm")
    screen.see("card")
    for width in WIDTHS:
        screen.page.set_viewport_size({"width": width, "height": 900})
        screen.wait(lambda: not screen.page.evaluate(CUT_OFF), f"all of it at {width}")
        assert not screen.page.evaluate(WIDER), width


def test_the_service_hears_all_languages_of_the_viewer(screen: Screen) -> None:
    with screen.page.expect_request("**/v1/pages/home?*") as asked:
        screen.open("/?lang=de")
    page = asked.value
    chain = parse_qs(urlsplit(page.url).query)["lang"][0].split(",")
    assert chain == ["de", "en-GB"]
    assert page.headers["accept-language"].startswith("de,en-GB")
    screen.see("card")


def test_names_of_any_length_and_direction_fit(screen: Screen) -> None:
    def renamed(route: Route) -> None:
        response = route.fetch()
        page = response.json()
        names = (
            "Donaudampfschifffahrtsgesellschaft" * 4,
            "\u05e9\u05e7\u05d9\u05e2\u05d4",
        )
        for rail in page["rails"]:
            for title, name in zip(rail.get("results", ()), names, strict=False):
                title |= {"name": name, "images": []}
        page["rails"][-1]["results"] = []
        route.fulfill(response=response, body=json.dumps(page))

    screen.page.route("**/v1/pages/home?*", renamed)
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.open("/")
    screen.see("card")
    assert not screen.page.evaluate(WIDER)
    rails = screen.page.get_by_test_id("rail")
    cards = rails.filter(has=screen.page.locator("a"))
    assert rails.count() == cards.count()  # an empty one is not drawn


def test_what_cannot_be_reached_can_be_tried_again(screen: Screen) -> None:
    screen.open("/")
    screen.see("card")
    screen.page.context.set_offline(True)
    screen.page.get_by_role("link", name="Movies").click()
    failure = screen.see("failure")
    expect(failure).to_contain_text("cannot be reached")
    expect(failure.get_by_role("button")).to_be_focused()
    screen.page.context.set_offline(False)
    screen.page.keyboard.press("Enter")
    screen.see("card")
    screen.complaints.clear()  # of what was not reached
