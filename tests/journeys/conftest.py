"""One seeded service and one browser for all journeys."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.journeys.screen import Screen
from tests.journeys.service import Service, running

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)


ROOM = """
from accounts.models import Product
Product.objects.update(streams=50, devices=500)
"""


@pytest.fixture(scope="session")
def executable() -> str:
    """The installed browser."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium or Chrome is installed")
    return found


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with eight titles, the first of them with video."""
    with running(tmp_path_factory.mktemp("service"), "--demo-titles=8") as made:
        yield made


@pytest.fixture(scope="session")
def _room(service: Service) -> None:
    """Plans have room for the screens of all journeys, and for their devices.

    A screen that was closed in the middle of a film keeps its slot for a while.
    """
    service.manage("shell", "--command", ROOM)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """What drives browsers. Its event loop must not outlive this module: Django
    refuses to query while one runs."""
    with sync_playwright() as driving:
        yield driving


@pytest.fixture(scope="module")
def browser(playwright: Playwright, executable: str, _room: None) -> Iterator[Browser]:
    """A headless browser."""
    yield from launched(playwright, executable)


def launched(playwright: Playwright, executable: str, *more: str) -> Iterator[Browser]:
    """A headless browser with more flags than usual."""
    browser = playwright.chromium.launch(
        executable_path=executable, headless=True, args=[*FLAGS, *more]
    )
    yield browser
    browser.close()


@pytest.fixture
def screen(browser: Browser, service: Service) -> Iterator[Screen]:
    """A fresh laptop screen; at the end nothing may have gone wrong on it."""
    screen = Screen(browser, service.url, width=1280, height=800)
    yield screen
    screen.close()
    assert screen.complaints == []
