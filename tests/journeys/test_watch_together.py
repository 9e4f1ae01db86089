"""A household with one stream, a child and a film in two languages, on the real service."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Route, expect

from playback.packaging import tools
from tests.journeys.screen import Screen
from tests.journeys.service import Service
from tests.journeys.test_people import PASSWORD, choose, sign_in, watch_as
from tests.journeys.test_player import PLAYS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.media,
    pytest.mark.timeout(600),
]
EMAILS = [f"wren-{number}@voices.example" for number in range(5)]
"""One for each walk: with one stream, a screen that was shut stays in the way a while."""
PIN = "2468"
PREPARE = """
from pathlib import Path
from django.utils import timezone
from accounts import identity, pins
from catalog import publishing
from playback import assets, jobs
from playback.models import Asset, PackagingJob
from tests.factories import accounts, catalog
now = timezone.now()
title = catalog.title("Two Voices", slug="two-voices", min_age=16)
title.packages.add(accounts.make_package("voices"))
publishing.publish(title, by=None, now=now)
for kind in ("trailer", "main"):
    asset = assets.create_from_source(source=Path("{source}"), title=title, now=now)
    Asset.objects.filter(pk=asset.pk).update(kind=kind)
    asset.refresh_from_db()
    job, _ = jobs.create(asset, now=now)
    jobs.run(job.pk, clock=timezone.now)
    job.refresh_from_db()
    assert job.state == PackagingJob.State.DONE, job.error
    print(title.public_id if kind == "main" else asset.public_id)
plan = accounts.make_product("voices", streams=1)
for email in {emails}:
    account = identity.register(
        email=email, password="{password}", name="Wren", now=now, verified=True)
    accounts.own(account, plan)
    pins.store(account.profiles.get(), "{pin}")
    account.profiles.create(name="Sam", maturity=18)
    account.profiles.create(name="Pip", maturity=12)
"""


@dataclass(frozen=True)
class Voices:
    """A trailer, and its film."""

    trailer: str
    film: str


@pytest.fixture(scope="module")
def voices(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Voices:
    """A film that speaks English and German, its trailer, and who may watch them."""
    source = tmp_path_factory.mktemp("voices") / "voices.mp4"
    subprocess.run(
        [
            *(tools.path_of("ffmpeg"), "-y", "-v", "error"),
            *("-f", "lavfi", "-i", "testsrc2=s=426x240:r=25:d=20"),
            *("-f", "lavfi", "-i", "sine=f=440:d=20"),
            *("-f", "lavfi", "-i", "sine=f=880:d=20"),
            *("-map", "0:v", "-map", "1:a", "-map", "2:a", "-shortest"),
            *("-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", str(source)),
        ],
        check=True,
    )
    program = PREPARE.format(source=source, emails=EMAILS, password=PASSWORD, pin=PIN)
    told = service.manage("shell", "--verbosity=0", "--command", program).split()
    return Voices(*told[-2:])


@pytest.fixture
def email(voices: Voices) -> str:
    """Somebody whose household nobody has watched in."""
    return EMAILS.pop()


@pytest.fixture
def laptop(browser: Browser, service: Service, email: str) -> Iterator[Screen]:
    yield from household_screen(browser, service, email)


@pytest.fixture
def other(browser: Browser, service: Service, email: str) -> Iterator[Screen]:
    yield from household_screen(browser, service, email)


def household_screen(
    browser: Browser, service: Service, email: str
) -> Iterator[Screen]:
    """Refusals are what these walks are about; nothing else may go wrong."""
    screen = Screen(browser, service.url, width=1280, height=800)
    sign_in(screen, (email, PASSWORD))
    yield screen
    screen.close()
    meant = ("403", "409", "401")
    wrong = [one for one in screen.complaints if not any(s in one for s in meant)]
    assert wrong == []


def play(screen: Screen, film: str) -> None:
    screen.open(f"/watch/{film}")
    screen.see("video")
    screen.wait_for_time(0.5)


class TestTheTitlePage:
    def test_leads_to_the_trailer_and_back(
        self, laptop: Screen, voices: Voices
    ) -> None:
        watch_as(laptop, "Sam")
        laptop.open("/title/two-voices")
        laptop.see("trailer").click()
        laptop.page.wait_for_url(f"**/watch/{voices.trailer}")
        laptop.see("video")
        laptop.wait_for_time(0.5)
        laptop.page.keyboard.press("Escape")
        expect(laptop.see("name")).to_have_text("Two Voices")


class TestPin:
    def test_a_grown_up_opens_a_film_for_a_younger_one(
        self, laptop: Screen, voices: Voices
    ) -> None:
        watch_as(laptop, "Pip")
        laptop.open(f"/watch/{voices.film}")
        laptop.see("pin-ok")
        enter(laptop, "1111")
        expect(laptop.page.locator(".keypad .failure")).to_have_text(
            "This is not the PIN."
        )
        assert laptop.page.locator("video").count() == 0
        enter(laptop, PIN)
        laptop.see("video")
        laptop.wait_for_time(0.5)

    def test_who_gives_no_pin_sees_nothing(
        self, laptop: Screen, voices: Voices
    ) -> None:
        watch_as(laptop, "Pip")
        laptop.open(f"/watch/{voices.film}")
        laptop.see("pin-ok")
        laptop.page.locator(".keypad").get_by_role("button", name="Cancel").click()
        expect(laptop.page).to_have_url(f"{laptop.url}/")
        assert laptop.page.locator("video").count() == 0


def enter(screen: Screen, pin: str) -> None:
    """Type digits and confirm them."""
    for digit in pin:
        screen.page.keyboard.press(digit)
    screen.page.get_by_test_id("pin-ok").click()


def impatient(route: Route) -> None:
    """The real answer, with a heartbeat every second, so that nobody has to wait."""
    response = route.fetch()
    answer = json.loads(response.text())
    if "heartbeat" in answer:
        answer["heartbeat"]["interval_s"] = 1
    route.fulfill(response=response, json=answer)


class TestOneStream:
    def test_a_second_screen_takes_it_over_and_the_first_is_told(
        self, laptop: Screen, other: Screen, voices: Voices
    ) -> None:
        for screen in (laptop, other):
            choose(screen, "Sam")
            screen.see("me")
        laptop.page.route(PLAYS, impatient)
        play(laptop, voices.film)
        laptop.wait_for_time(2.5)  # at least one heartbeat says where
        other.open("/title/two-voices")
        other.see("play").click()
        question = other.see("take-over")
        expect(question).to_contain_text("Sam · Two Voices")
        question.get_by_role("button").first.click()
        resume = other.see("resume").get_by_role("button").first
        expect(resume).to_contain_text("Resume at 00:0")
        resume.click()
        other.see("video")
        other.wait_for_time(1)
        expect(laptop.see("stopped")).to_contain_text("another screen")
        assert laptop.video("v.paused")
