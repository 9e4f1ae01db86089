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
tall = Page.objects.create(slug="tall", names={"en": "Tall"})
Rail.objects.bulk_create(
    [Rail(page=tall, position=n, names={"en": f"Rail {n}"}) for n in range(30)]
)
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


def test_an_episode_is_dragged_to_its_place_and_numbers_stay(
    screen: Screen, made: Service
) -> None:
    page = sign_in(screen, made)
    open_from_list(page, made, "season", "Soap")
    rows = page.locator("#episodes-group tr.has_original")
    third = page.input_value("[name=episodes-2-id]")
    rows.nth(2).locator(".catalog-handle").drag_to(
        rows.nth(0), target_position={"x": 200, "y": 3}
    )
    assert page.input_value("[name=episodes-2-number]") == "1"
    save_by_key(page)
    assert page.input_value("[name=episodes-0-id]") == third
    assert page.input_value("[name=episodes-499-number]") == "500"


def test_keys_lead_through_the_titles_of_a_list_and_are_listed(
    screen: Screen, made: Service
) -> None:
    page = sign_in(screen, made)
    page.goto(f"{made.url}/admin/catalog/title/")
    links = page.locator("#result_list tbody th a")
    first, second = (links.nth(at).get_attribute("href") or "" for at in range(2))
    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{first}")
    page.keyboard.press("Alt+PageDown")
    page.wait_for_url(f"**{second}")
    page.keyboard.press("Alt+PageUp")
    page.wait_for_url(f"**{first}")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("save and publish, or release")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_rails_are_dragged_past_the_edge_of_the_screen(
    screen: Screen, made: Service
) -> None:
    page = sign_in(screen, made)
    page.goto(f"{made.url}/admin/catalog/page/")
    page.locator("#result_list a", has_text="tall").click()
    lines = page.locator(".catalog-order > li")
    last = lines.last.locator("a").inner_text()
    lines.last.evaluate("line => line.scrollIntoView({block: 'center'})")
    box = lines.last.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    top = page.locator("h2", has_text="Rails")

    def is_at_the_top() -> bool:
        page.mouse.move(box["x"] + 20, 30)
        page.mouse.move(box["x"] + 21, 31)
        seen = top.bounding_box()
        return seen is not None and seen["y"] > 100

    screen.wait(is_at_the_top, "the first rail to come into view")
    lines.first.hover(position={"x": 200, "y": 3}, force=True)
    page.mouse.up()
    expect(lines.first).to_contain_text(last)
    save_by_key(page)
    expect(lines.first).to_contain_text(last)


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
