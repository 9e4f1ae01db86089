"""The player's questions and offers, with answers changed on their way to the browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.screen import Screen
from tests.journeys.test_watch_a_film import FILM, press_play

pytestmark = [
    pytest.mark.browser,
    pytest.mark.media,
    pytest.mark.timeout(600),
]
PLAYS = "**/v1/playback/sessions"


def answering(**more: Any) -> Callable[[Route], None]:
    """Lets play through and puts more into its answer."""

    def change(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, json=response.json() | more)

    return change


class TestResume:
    def test_the_viewer_chooses_where_to_start(self, screen: Screen) -> None:
        screen.page.route(PLAYS, answering(resume_position_ms=12_000))
        screen.open(f"/title/{FILM}")
        screen.see("play").click()
        question = screen.see("resume")
        expect(question).to_contain_text("Resume at 00:12")
        screen.page.keyboard.press("Enter")
        screen.see("video")
        screen.wait_for_time(12)

    def test_or_to_start_again(self, screen: Screen) -> None:
        screen.page.route(PLAYS, answering(resume_position_ms=12_000))
        screen.open(f"/title/{FILM}")
        screen.see("play").click()
        screen.see("resume").get_by_role("button").nth(1).click()
        screen.see("video")
        screen.wait_for_time(0.5)
        assert screen.video("v.currentTime") < 12


class TestTakeOver:
    def test_a_full_household_says_which_screen_gives_way(self, screen: Screen) -> None:
        sent: list[dict[str, Any]] = []

        def full_at_first(route: Route) -> None:
            sent.append(json.loads(route.request.post_data or "{}"))
            token = sent[-1].pop("take_over", None)
            if token:
                assert token == "the-token-of-ada"
                route.continue_(post_data=json.dumps(sent[-1]))
                return
            stream = {
                "session_id": "ps_1",
                "device_name": "Living room",
                "profile_name": "Ada",
                "content_title": "Perihelion",
                "take_over": "the-token-of-ada",
            }
            problem = {"code": "concurrent_stream_limit", "limit": 1}
            route.fulfill(status=409, json=problem | {"active": [stream]})

        screen.page.route(PLAYS, full_at_first)
        screen.open(f"/title/{FILM}")
        screen.see("play").click()
        question = screen.see("take-over")
        expect(question).to_contain_text("Living room")
        expect(question).to_contain_text("Ada · Perihelion")
        question.get_by_role("button").first.click()
        screen.see("video")
        screen.wait_for_time(0.5)
        assert len(sent) == 2
        screen.complaints.clear()  # of the 409 that was meant


class TestWhatComesNext:
    NEXT = {"content_id": "ep_next", "season": 1, "episode": 2, "name": "Low Tide"}
    CREDITS = {"type": "credits", "start_ms": 1000, "end_ms": None}

    def test_is_offered_at_the_credits_and_can_be_declined(
        self, screen: Screen
    ) -> None:
        screen.page.route(PLAYS, answering(next=self.NEXT, markers=[self.CREDITS]))
        press_play(screen)
        offer = screen.see("up-next")
        expect(offer).to_contain_text("S1 E2 · Low Tide")
        offer.get_by_role("button").nth(1).click()
        expect(offer).to_be_hidden()
        expect(screen.page.get_by_test_id("toggle")).to_be_focused()
        screen.wait_for_time(2)
        assert "ep_next" not in screen.page.url
        expect(screen.page.get_by_test_id("next")).to_be_visible()

    def test_starts_by_itself(self, screen: Screen) -> None:
        screen.page.route(PLAYS, answering(next=self.NEXT, markers=[self.CREDITS]))
        press_play(screen)
        screen.see("up-next")
        screen.page.wait_for_url("**/watch/ep_next")
        screen.complaints.clear()  # there is no such episode here

    def test_an_intro_can_be_skipped(self, screen: Screen) -> None:
        intro = {"type": "intro", "start_ms": 0, "end_ms": 10_000}
        screen.page.route(PLAYS, answering(markers=[intro]))
        press_play(screen)
        skip = screen.see("skip")
        expect(skip).to_have_text("Skip intro")
        screen.see("toggle").click()
        screen.see("seek").hover(position={"x": 200, "y": 10})
        screen.see("preview")
        expect(skip).to_be_hidden()  # the preview has the place for itself
        screen.see("toggle").hover()
        skip.click()
        screen.wait_for_time(10)
        expect(skip).to_be_hidden()


class TestKeys:
    def test_a_remote_control_plays_seeks_and_leaves(self, screen: Screen) -> None:
        press_play(screen)
        screen.wait_for_time(0.5)
        screen.page.keyboard.press("MediaPlayPause")
        screen.wait(lambda: screen.video("v.paused"), "a pause")
        screen.page.keyboard.press("l")
        screen.wait(lambda: screen.video("v.currentTime") >= 10, "ten seconds on")
        preview = screen.see("preview")
        expect(preview).to_be_hidden()  # by itself: no pointer leaves
        screen.see("words").focus()
        screen.page.keyboard.press("Enter")
        screen.see("panel")
        screen.page.keyboard.press("ArrowDown")
        screen.page.keyboard.press("Enter")
        expect(screen.page.get_by_test_id("panel").first).to_be_hidden()
        assert screen.video("[...v.textTracks].some(t => t.mode === 'showing')")
        screen.page.keyboard.press("Escape")
        screen.see("play")
