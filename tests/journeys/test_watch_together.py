"""A household with one stream, a child, a film and a series in two languages."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Playwright, Route, expect

from playback.packaging import tools
from tests.journeys.conftest import launched
from tests.journeys.screen import Screen
from tests.journeys.service import Service
from tests.journeys.test_people import PASSWORD, at_home, choose, sign_in, watch_as
from tests.journeys.test_player import PLAYS
from tests.journeys.test_watch_a_film import choose as choose_option
from tests.journeys.test_watch_protected import SHAKA

pytestmark = [
    pytest.mark.browser,
    pytest.mark.media,
    pytest.mark.timeout(600),
]
EMAILS = [f"wren-{number}@voices.example" for number in range(14)]
"""One for each walk, and for walking it again: with one stream, a screen that was shut
stays in the way a while."""
PIN = "2468"
ENGLISH, GERMAN = 440, 880
"""What the languages sound like, in Hertz."""
LISTEN = """() => {
  const video = document.querySelector("video");
  if (!video.ear) {
    const context = new AudioContext();
    video.ear = context.createAnalyser();
    video.ear.fftSize = 4096;
    context.createMediaElementSource(video).connect(video.ear);
    video.ear.connect(context.destination);
  }
  const { ear } = video;
  const loudness = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(loudness);
  const loudest = Math.max(...loudness);
  const hertz = ear.context.sampleRate / ear.fftSize;
  return loudest > -70 ? loudness.indexOf(loudest) * hertz : 0;
}"""
WITHOUT_SHAKA = """
  addEventListener("DOMContentLoaded",
    () => document.querySelector("meta[name=shaka-player]").setAttribute("content", ""));
"""
PREPARE = """
from pathlib import Path
from django.utils import timezone
from accounts import identity, pins
from catalog import publishing
from catalog.models import Episode
from playback import assets, jobs
from playback.models import PackagingJob
from tests.factories import accounts, catalog
now = timezone.now()
title = catalog.title("Two Voices", slug="two-voices", min_age=16)
title.packages.add(accounts.make_package("voices"))
publishing.publish(title, by=None, now=now)
def package(**facts):
    asset = assets.create_from_source(source=Path("{source}"), now=now, **facts)
    job, _ = jobs.create(asset, now=now)
    jobs.run(job.pk, clock=timezone.now)
    job.refresh_from_db()
    assert job.state == PackagingJob.State.DONE, job.error
    return asset
trailer = package(title=title, kind="trailer")
package(title=title)
series = catalog.series("Two by Two", slug="two-by-two", seasons=(2,))
first, second = Episode.objects.filter(season__title=series).order_by("number")
package(episode=first)
package(episode=second, protected=True)
publishing.publish(series, by=None, now=now)
print(trailer.public_id, title.public_id, first.public_id, second.public_id)
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
    """A trailer and its film; an episode, and a protected one after it."""

    trailer: str
    film: str
    first: str
    second: str


@pytest.fixture(scope="module")
def voices(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Voices:
    """What speaks English in one tone and German in another, and who may watch it."""
    source = tmp_path_factory.mktemp("voices") / "voices.mp4"
    subprocess.run(
        [
            *(tools.path_of("ffmpeg"), "-y", "-v", "error"),
            *("-f", "lavfi", "-i", "testsrc2=s=426x240:r=10:d=60"),
            *("-f", "lavfi", "-i", f"sine=f={ENGLISH}:d=60"),
            *("-f", "lavfi", "-i", f"sine=f={GERMAN}:d=60"),
            *("-map", "0:v", "-map", "1:a", "-map", "2:a", "-shortest"),
            *("-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", str(source)),
        ],
        check=True,
    )
    program = PREPARE.format(source=source, emails=EMAILS, password=PASSWORD, pin=PIN)
    told = service.manage("shell", "--verbosity=0", "--command", program).split()
    return Voices(*told[-4:])


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


@pytest.fixture
def self_playing(
    playwright: Playwright, executable: str, service: Service, email: str
) -> Iterator[Screen]:
    """A browser as Safari is: it plays HLS itself, and lists its sounds."""
    flag = "--enable-blink-features=AudioVideoTracks"
    for browser in launched(playwright, executable, flag):
        for screen in household_screen(browser, service, email):
            screen.page.add_init_script(WITHOUT_SHAKA)
            yield screen


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


@pytest.mark.skipif(
    not SHAKA.exists(), reason="shaka-player is not here: npm was not found"
)
class TestSound:
    def test_the_one_that_is_chosen_is_heard(
        self, laptop: Screen, voices: Voices
    ) -> None:
        watch_as(laptop, "Sam")
        play(laptop, voices.film)
        hears(laptop, ENGLISH)
        choose_option(laptop, "words", "Deutsch")
        hears(laptop, GERMAN)
        chosen_sound_is(laptop, "Deutsch")
        laptop.page.keyboard.press("j")
        hears(laptop, GERMAN)
        choose_option(laptop, "quality-button", "144p")
        laptop.wait(lambda: laptop.video("v.videoHeight") == 144, "144 lines")
        hears(laptop, GERMAN)
        choose_option(laptop, "words", "English")
        hears(laptop, ENGLISH)

    def test_it_is_meant_for_the_next_episode_too_and_for_resuming(
        self, laptop: Screen, voices: Voices
    ) -> None:
        watch_as(laptop, "Sam")
        play(laptop, voices.first)
        choose_option(laptop, "words", "Deutsch")
        hears(laptop, GERMAN)
        fetched: list[str] = []
        laptop.page.on("request", lambda request: fetched.append(request.url))
        laptop.page.mouse.move(300, 320)
        laptop.see("next").click()
        laptop.page.wait_for_url(f"**/watch/{voices.second}")
        laptop.wait(lambda: laptop.video("v && v.mediaKeys !== null"), "a key")
        laptop.wait_for_time(2)
        hears(laptop, GERMAN)
        assert not [url for url in fetched if "/a0-en/" in url and ".m4s" in url]
        laptop.page.keyboard.press("Escape")
        at_home(laptop)
        laptop.open(f"/watch/{voices.second}")
        laptop.see("resume").get_by_role("button").first.click()
        laptop.see("video")
        hears(laptop, GERMAN)

    def test_a_browser_that_plays_by_itself_remembers_it_too(
        self, self_playing: Screen, voices: Voices
    ) -> None:
        watch_as(self_playing, "Sam")
        play(self_playing, voices.film)
        assert self_playing.video("v.src").endswith(".m3u8")
        assert enabled_sounds(self_playing) == ["en"]
        choose_option(self_playing, "words", "Deutsch")
        assert enabled_sounds(self_playing) == ["de"]
        play(self_playing, voices.first)
        assert enabled_sounds(self_playing) == ["de"]
        chosen_sound_is(self_playing, "Deutsch")


def hears(screen: Screen, tone: int) -> None:
    """Until the picture sounds like that, and for a while longer."""
    for _ in range(3):
        screen.wait(
            lambda: abs(screen.page.evaluate(LISTEN) - tone) < 20, f"{tone} Hertz"
        )


def chosen_sound_is(screen: Screen, name: str) -> None:
    """What the panel of choices says."""
    screen.page.mouse.move(300, 340)
    screen.see("words").click()
    chosen = screen.see("audio").get_by_role("menuitemradio", name=name)
    expect(chosen).to_have_attribute("aria-checked", "true")
    screen.page.keyboard.press("Escape")


def enabled_sounds(screen: Screen) -> list[str]:
    """The languages that the browser itself says are on."""
    found: list[str] = screen.video(
        "[...v.audioTracks].filter(t => t.enabled).map(t => t.language)"
    )
    return found


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
