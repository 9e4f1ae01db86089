"""A guide of many channels: what is on the page stays bounded, whatever is scrolled to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Request, expect

from tests.journeys.screen import Screen
from tests.journeys.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

CROWD = 150
MAKE = f"""
from django.db import connection
from channels import cache_keys
from channels.models import Channel
from streamapi.responsecache import purge
made = Channel.objects.bulk_create(
    Channel(slug=f"crowd-{{n}}", name=f"Crowd {{n}}", number_major=5000 + n)
    for n in range({CROWD}))
with connection.cursor() as cursor:
    cursor.execute('''
        INSERT INTO channels_programme (channel_id, starts_at, ends_at, language, title,
            subtitle, synopsis, translations, series_key, categories, genres, is_live,
            is_new, is_premiere, is_repeat, is_last_chance, is_filler, details, digest,
            content_id, is_linked_by_hand)
        SELECT c.id, t, t + interval '30 minutes', 'en', 'Half an hour', '', '', '{{}}',
            '', '{{}}', '{{}}', false, false, false, false, false, false, '{{}}', 0, '',
            false
        FROM channels_channel c,
             generate_series(date_trunc('hour', now()) - interval '1 day',
                             now() + interval '3 days', interval '30 minutes') t
        WHERE c.slug LIKE 'crowd-%%' ''')
purge({{cache_keys.CHANNELS}})
"""
REMOVE = """
from channels import cache_keys
from channels.models import Channel, Programme
from streamapi.responsecache import purge
crowd = Channel.objects.filter(slug__startswith="crowd-")
Programme.objects.filter(channel__in=crowd).delete()
crowd.delete()
purge({cache_keys.CHANNELS})
"""
NODES = "document.getElementsByTagName('*').length"
MOST_NODES = 14_000
"""Two pages of channels by a day of half hours, and the empty rows of the rest."""


@pytest.fixture(scope="module", autouse=True)
def crowd(service: Service) -> Iterator[None]:
    """Many channels, of programmes that are as short as they come."""
    service.manage("shell", "--command", MAKE)
    yield
    service.manage("shell", "--command", REMOVE)


@pytest.fixture
def asked(screen: Screen) -> list[str]:
    """The pages of the guide that the browser asked for."""
    found: list[str] = []

    def note(request: Request) -> None:
        if "/v1/guide" in request.url:
            found.append(request.url)

    screen.page.on("request", note)
    return found


def scroll(screen: Screen, **to: int) -> None:
    screen.page.evaluate("to => document.querySelector('.guide').scrollTo(to)", to)


def is_filled(screen: Screen, slug: str) -> bool:
    """Whether a row has the programme that is at its left edge in view."""
    row = screen.page.locator(f".guide__row[data-channel={slug}]")
    return row.locator(".is-held").count() == 1


def focus(screen: Screen) -> dict[str, Any]:
    """Where the focus is."""
    found: dict[str, Any] = screen.page.evaluate(
        "() => ({ row: document.activeElement.closest('.guide__row')?.dataset.channel,"
        " start: Number(document.activeElement.dataset.start) || 0,"
        " end: Number(document.activeElement.dataset.end) || 0 })"
    )
    return found


def open_guide(screen: Screen) -> None:
    screen.open("/guide")
    screen.wait(lambda: is_filled(screen, "meridian-one"), "the first channel")


def test_what_is_far_leaves_the_page(screen: Screen) -> None:
    open_guide(screen)
    for step in range(1, 13):
        scroll(screen, top=step * 900)
        screen.page.wait_for_timeout(50)
        assert screen.page.evaluate(NODES) < MOST_NODES
    scroll(screen, top=10**6)
    screen.wait(lambda: is_filled(screen, f"crowd-{CROWD - 1}"), "the last channel")
    first = screen.page.locator(".guide__row[data-channel=meridian-one]")
    screen.wait(lambda: not first.locator("*").count(), "an empty first row")
    for _ in range(12):
        screen.page.evaluate("document.querySelector('.guide').scrollLeft += 900")
        screen.page.wait_for_timeout(50)
        assert screen.page.evaluate(NODES) < MOST_NODES
    screen.wait(lambda: is_filled(screen, f"crowd-{CROWD - 1}"), "the days after")
    in_view = screen.page.evaluate(
        "() => { const g = document.querySelector('.guide');"
        " return g.clientHeight / document.querySelector('.guide__row').offsetHeight }"
    )
    # Each of them is a layer of its own for the browser: hundreds make it freeze.
    assert screen.page.locator(".is-held").count() <= in_view + 2
    scroll(screen, top=0, left=0)
    screen.see("to-now").click()
    screen.wait(lambda: is_filled(screen, "meridian-one"), "the first channel again")


def test_what_is_jumped_over_is_not_asked_for(screen: Screen, asked: list[str]) -> None:
    open_guide(screen)
    screen.page.wait_for_load_state("networkidle")
    before = len(asked)
    scroll(screen, top=10**6)
    screen.wait(lambda: is_filled(screen, f"crowd-{CROWD - 1}"), "the last channel")
    screen.page.wait_for_load_state("networkidle")
    assert len(asked) - before <= 10  # two pages of channels, five blocks of time


def is_at(screen: Screen, slug: str) -> bool:
    """Whether the row of a channel is the first in view, with the focus in it."""
    above: float = screen.page.evaluate(
        "slug => document.querySelector(`.guide__row[data-channel='${slug}']`)"
        ".getBoundingClientRect().top"
        " - document.querySelector('.guide__head').getBoundingClientRect().bottom",
        slug,
    )
    return abs(above) < 2 and focus(screen)["row"] == slug


def test_digits_and_names_lead_to_a_channel(screen: Screen) -> None:
    open_guide(screen)
    screen.page.keyboard.type("5060")
    expect(screen.page.get_by_test_id("zap")).to_have_text("5060")
    screen.wait(lambda: is_at(screen, "crowd-60"), "channel 5060")
    screen.wait(lambda: focus(screen)["start"], "what is on there")
    find = screen.see("find-channel")
    find.fill("crowd 9")
    found = screen.page.get_by_role("listbox")
    options = found.get_by_role("option")
    expect(options.first).to_contain_text("Crowd 9")
    find.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    find.press("Enter")
    screen.wait(lambda: is_at(screen, "crowd-90"), "the second that was found")
    find.fill("nobody")
    expect(found).to_contain_text("no such channel")


def test_a_phone_jumps_by_number_and_by_group(
    browser: Browser, service: Service
) -> None:
    phone = Screen(browser, service.url, width=390, height=844)
    phone.open("/guide")
    chosen = phone.page.locator("[data-testid=channel][aria-pressed=true]")
    expect(chosen).to_have_attribute("data-channel", "meridian-one")
    phone.see("find-channel").fill("5100")
    phone.page.get_by_role("listbox").get_by_role("option").first.click()
    expect(chosen).to_have_attribute("data-channel", "crowd-100")
    expect(phone.page.locator(".daylist__item.is-now")).to_be_visible()
    phone.page.get_by_role("button", name="News", exact=True).click()
    expect(chosen).to_have_attribute("data-channel", "northlight-news")
    assert phone.page.get_by_test_id("channel").count() < CROWD
    phone.close()
    assert phone.complaints == []


def test_a_remote_walks_down_at_the_same_time_of_day(screen: Screen) -> None:
    open_guide(screen)
    running = screen.page.locator(".guide__row[data-channel=meridian-one] .is-held")
    running.focus()
    moment = max(focus(screen)["start"], screen.page.evaluate("Date.now()") - 1_800_000)
    rows = screen.page.locator(".guide__row").count()
    for _ in range(rows + 5):
        screen.page.keyboard.press("ArrowDown")
    last = f"crowd-{CROWD - 1}"
    screen.wait(lambda: focus(screen)["start"], "the programmes of the last channel")
    assert focus(screen)["row"] == last
    assert focus(screen)["start"] <= moment + 120_000
    assert focus(screen)["end"] > moment - 120_000
    screen.page.keyboard.press("PageUp")
    screen.wait(lambda: focus(screen)["row"] != last, "a page of rows up")
    screen.page.keyboard.press("Enter")
    screen.see("airing")
