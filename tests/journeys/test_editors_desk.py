"""What an editor on deadline leans on: findings where they are mended, keys, dragging."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.screen import Screen
from tests.journeys.service import Service
from tests.journeys.test_edit_and_publish import sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("journeys"),
    pytest.mark.timeout(300),
]
MAKE = """
from catalog.models import *
series = Title.objects.create(slug="soap", original_name="Soap", kind="series")
season = Season.objects.create(title=series, number=1)
Episode.objects.bulk_create([Episode(season=season, number=n) for n in range(1, 501)])
films = Title.objects.exclude(pk=series.pk).order_by("pk")[:3]
shelf = Collection.objects.create(slug="shelf")
for place, film in enumerate(films):
    CollectionItem.objects.create(collection=shelf, title=film, position=place)
"""


@pytest.fixture(scope="module")
def made(service: Service) -> Service:
    service.manage("shell", "--command", MAKE)
    return service


def open_from_list(page: Page, made: Service, what: str, words: str) -> None:
    page.goto(f"{made.url}/admin/catalog/{what}/?q={words}")
    page.locator("#result_list tbody th a").last.click()
    page.wait_for_url("**/change/**")


def save_by_key(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    page.wait_for_selector(".messagelist .success")


def test_a_finding_stands_at_its_field_and_a_key_saves(
    screen: Screen, made: Service
) -> None:
    page = sign_in(screen, made)
    open_from_list(page, made, "title", "Soap")
    expect(page.locator(".field-genres .catalog-finding")).to_contain_text("genre")
    expect(page.locator("#ratings-group .catalog-finding")).to_be_visible()
    page.fill("[name=year]", "1990")
    save_by_key(page)
    assert page.input_value("[name=year]") == "1990"


def test_five_hundred_episodes_are_edited_on_one_page(
    screen: Screen, made: Service
) -> None:
    page = sign_in(screen, made)
    open_from_list(page, made, "season", "Soap")
    page.fill("[name=episodes-499-name]", "The last of them")
    page.fill("[name=episodes-0-released_on]", "1990-01-31")
    save_by_key(page)
    assert page.input_value("[name=episodes-499-name]") == "The last of them"
    assert page.input_value("[name=episodes-0-released_on]") == "1990-01-31"


def test_titles_of_a_collection_are_dragged_to_their_place(
    screen: Screen, made: Service
) -> None:
    page = sign_in(screen, made)
    open_from_list(page, made, "collection", "shelf")
    rows = page.locator("#items-group tr.has_original")
    names = rows.locator("select option:checked")
    first, second, third = (names.nth(at).inner_text() for at in range(3))
    rows.nth(2).locator(".catalog-handle").drag_to(
        rows.nth(0), target_position={"x": 200, "y": 3}
    )
    save_by_key(page)
    assert names.all_inner_texts() == [third, first, second]

    rows.nth(0).locator(".catalog-handle").focus()
    page.keyboard.press("Alt+End")
    save_by_key(page)
    assert names.all_inner_texts() == [first, second, third]
