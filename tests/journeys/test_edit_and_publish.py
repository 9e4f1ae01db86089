"""An editor signs in, changes a title that devices see, publishes and rolls back."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.journeys.screen import Screen
from tests.journeys.service import Service

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
]

FILM = "perihelion"
NEW = "Perihelion, Recut"


def on_devices(service: Service) -> str:
    url = f"{service.url}/v1/titles/{FILM}?lang=en"
    with urllib.request.urlopen(url, timeout=10) as answer:
        name: str = json.load(answer)["name"]
    return name


def sign_in(screen: Screen, service: Service) -> Page:
    screen.open("/admin/")
    page = screen.page
    page.fill("[name=username]", service.editor[0])
    page.fill("[name=password]", service.editor[1])
    page.click("[type=submit]")
    page.wait_for_url(f"{service.url}/admin/")
    return page


def open_title(page: Page, service: Service, name: str) -> None:
    page.goto(f"{service.url}/admin/catalog/title/?q={name}")
    page.locator("#result_list a", has_text=name).first.click()
    page.wait_for_url("**/change/**")


def test_devices_see_what_was_published_and_never_what_is_being_edited(
    screen: Screen, service: Service, tmp_path: Path
) -> None:
    page = sign_in(screen, service)
    open_title(page, service, "Perihelion")
    before = on_devices(service)
    assert before == "Perihelion"

    names = page.locator("input[name^=translations-][name$=-name]")
    values = [names.nth(index).input_value() for index in range(names.count())]
    names.nth(values.index(before)).fill(NEW)
    page.screenshot(path=tmp_path / "edit.png", full_page=True)
    with page.expect_navigation():
        page.click("[name=_continue]")
    page.wait_for_selector(".messagelist .success")
    assert on_devices(service) == before

    with page.expect_navigation():
        page.click("[name=_publish]")
    page.wait_for_selector(".messagelist .success")
    screen.wait(lambda: on_devices(service) == NEW, "the new name on devices")

    with page.expect_navigation():
        page.click(".object-tools >> text=Versions")
    page.screenshot(path=tmp_path / "versions.png", full_page=True)
    page.locator("[value='Show this version to devices']").first.click()
    screen.wait(lambda: on_devices(service) == before, "the old name on devices")
