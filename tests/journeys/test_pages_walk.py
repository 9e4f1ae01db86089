"""An editor makes a series, puts it on the home page, previews, publishes, takes back."""

from __future__ import annotations

import io
import json
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.screen import Screen
from tests.journeys.service import Service
from tests.journeys.test_edit_and_publish import sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
]
NAME = "The Lantern Keepers"


def save(page: Page, button: str = "_continue") -> None:
    with page.expect_navigation():
        page.click(f"[name={button}]")
    page.wait_for_selector(".messagelist .success")


def add_row(page: Page, prefix: str) -> str:
    """One more line in an inline; the prefix of its fields."""
    group = page.locator(f"#{prefix}-group")
    details = group.locator("details")
    if details.count() and details.first.get_attribute("open") is None:
        details.first.locator("summary").click()
    number = page.locator(f"#id_{prefix}-TOTAL_FORMS").input_value()
    group.locator(".add-row a").click()
    return f"{prefix}-{number}"


def poster(folder: Path) -> Path:
    raw = io.BytesIO()
    Image.new("RGB", (600, 900), "#7a3d1d").save(raw, "PNG")
    file = folder / "poster.png"
    file.write_bytes(raw.getvalue())
    return file


def make_series(page: Page, service: Service, folder: Path) -> None:
    page.goto(f"{service.url}/admin/catalog/title/add/")
    page.fill("[name=original_name]", NAME)
    page.fill("[name=slug]", "the-lantern-keepers")
    page.select_option("[name=kind]", "series")
    page.fill("[name=translations-0-language]", "en")
    page.fill("[name=translations-0-name]", NAME)
    page.fill("[name=translations-0-synopsis]", "Someone has to light them.")
    for number in ("1", "2"):
        page.fill(f"[name={add_row(page, 'seasons')}-number]", number)
    picture = add_row(page, "artwork")
    page.select_option(f"[name={picture}-role]", "poster")
    page.set_input_files(f"[name={picture}-image]", poster(folder))
    page.fill(f"[name={picture}-alt]", "A lantern")
    window = add_row(page, "windows")
    page.fill(f"[name={window}-territories]", "DE")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    page.fill(f"[name={window}-starts_at_0]", f"{yesterday:%Y-%m-%d}")
    page.fill(f"[name={window}-starts_at_1]", "00:00:00")
    save(page)
    series = page.url
    for index in range(2):
        page.goto(series)
        page.locator("#seasons-group a.inlinechangelink").nth(index).click()
        page.wait_for_url("**/season/*/change/**")
        page.fill("[name=episodes-0-number]", "1")
        page.fill("[name=episodes-0-name]", f"Lantern {index + 1}")
        save(page)
    page.goto(series)


def put_first_by_drag(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/admin/catalog/page/")
    page.locator("#result_list a", has_text="home").first.click()
    page.locator(".catalog-order a", has_text="Our picks").click()
    page.fill("#rail-find", "lantern")
    expect(page.locator("#rail-found li")).to_have_count(1)
    page.press("#rail-find", "Enter")
    lines = page.locator("#rail-items > li")
    mine = lines.filter(has_text=NAME)
    expect(mine).to_have_count(1)
    mine.drag_to(lines.first, target_position={"x": 200, "y": 3})
    expect(lines.first).to_contain_text(NAME)
    with page.expect_navigation():
        page.click("[name=_save]")


def previewed(page: Page, territory: str, language: str = "en") -> Page:
    """The preview of the page that is open, as next week in a territory."""
    address = page.url
    with page.expect_navigation():
        page.click(".object-tools >> text=Preview as")
    next_week = datetime.now(UTC) + timedelta(days=7)
    page.fill("[name=at_0]", f"{next_week:%Y-%m-%d}")
    page.select_option("[name=territory]", territory)
    page.select_option("[name=language]", language)
    with page.expect_popup() as opened:
        page.click("[value='Open the preview']")
    shown = opened.value
    shown.get_by_test_id("preview").wait_for()
    shown.get_by_test_id("rail").first.wait_for()
    page.goto(address)
    return shown


def on_devices(service: Service, territory: str) -> list[str]:
    request = urllib.request.Request(
        f"{service.url}/v1/pages/home?lang=en",
        headers={"CloudFront-Viewer-Country": territory},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        hero = json.load(answer)["rails"][0]
    return [card["name"] for card in hero["results"]]


def test_a_series_is_made_previewed_published_and_taken_back(
    screen: Screen, service: Service, tmp_path: Path
) -> None:
    page = sign_in(screen, service)
    make_series(page, service, tmp_path)
    series = page.url
    page.screenshot(path=tmp_path / "series.png", full_page=True)

    put_first_by_drag(page, service)
    home = page.url
    page.screenshot(path=tmp_path / "page.png", full_page=True)
    assert NAME not in on_devices(service, "DE")

    there = previewed(page, "DE")
    expect(there.get_by_test_id("preview")).to_contain_text("DE")
    expect(there.get_by_test_id("rail").first).to_contain_text(NAME)
    there.screenshot(path=tmp_path / "preview.png")
    there.close()
    elsewhere = previewed(page, "US")
    expect(elsewhere.get_by_test_id("rail").first).not_to_contain_text(NAME)
    elsewhere.close()
    assert NAME not in on_devices(service, "DE")

    page.goto(series)
    save(page, "_publish")
    page.goto(home)
    save(page, "_release")
    screen.wait(lambda: on_devices(service, "DE")[0] == NAME, "the series in Germany")
    assert NAME not in on_devices(service, "US")

    with page.expect_navigation():
        page.click(".object-tools >> text=Versions")
    expect(page.locator("#content")).to_contain_text(f"with {NAME}")
    page.screenshot(path=tmp_path / "versions.png", full_page=True)
    page.locator("[value='Show this version to devices']").first.click()
    screen.wait(lambda: NAME not in on_devices(service, "DE"), "the page as it was")
