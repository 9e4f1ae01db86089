"""A protected film plays through EME with our licence, and with nothing else."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import Browser, Route

from playback import licences
from tests.journeys.screen import Screen
from tests.journeys.service import Service
from tests.playback.conftest import make_film

SHAKA = Path(settings.BASE_DIR) / "templates/static/vendor/shaka-player.js"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.media,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not SHAKA.exists(), reason="shaka-player is not here: npm was not found"
    ),
]
PROTECT = """
from pathlib import Path
from django.utils import timezone
from catalog import publishing
from catalog.models import Title
from playback import assets, jobs
from playback.models import Asset, PackagingJob
from streamapi.demo import people
title = Title.objects.filter(kind="movie", assets=None).order_by("pk").first()
title.packages.set([people.package()])
now = timezone.now()
publishing.publish(title, by=None, now=now)
asset = assets.create_from_source(source=Path("{source}"), title=title, now=now)
Asset.objects.filter(pk=asset.pk).update(protected=True)
asset.refresh_from_db()
job, _ = jobs.create(asset, now=now)
jobs.run(job.pk, clock=timezone.now)
job.refresh_from_db()
assert job.state == PackagingJob.State.DONE, job.error
print(title.public_id)
"""
SECRET = "for-development-only-" + "x" * 40
PLAYS = "**/v1/playback/sessions"
LICENCES = "**/license"


@pytest.fixture(scope="module")
def film(service: Service, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A title of the service with a protected film of eight seconds, SD and HD."""
    source = make_film(tmp_path_factory.mktemp("film") / "film.mp4", size="1280x720")
    ladder = "144:80,360:750,720:2600"
    rich = replace(service, variables=service.variables | {"PACKAGING_LADDER": ladder})
    return rich.manage("shell", "--command", PROTECT.format(source=source)).split()[-1]


@pytest.fixture
def viewer(browser: Browser, service: Service) -> Iterator[Screen]:
    """A screen of the household that has the film in its plan."""
    screen = Screen(browser, service.url, width=1280, height=800)
    screen.open("/")
    sign_in(screen, *service.viewer)
    yield screen
    screen.open("/")  # the player says that it is done
    screen.close()


def sign_in(screen: Screen, email: str, password: str) -> None:
    screen.see("sign-in").click()
    screen.page.fill("input[name=email]", email)
    screen.page.fill("input[name=password]", password)
    screen.page.click("dialog button[type=submit]")
    screen.see("profile").click()
    screen.see("rail")  # the choice has been made


def watch(screen: Screen, film: str) -> dict[str, Any]:
    """Open the player, from the beginning; the answer to play."""
    with screen.page.expect_response(
        lambda answer: answer.url.endswith("/playback/sessions")
    ) as asked:
        screen.open(f"/watch/{film}")
    answer = asked.value.json()
    if answer.get("resume_position_ms"):
        screen.see("resume").get_by_role("button").nth(1).click()
    return answer


def refused(screen: Screen) -> str:
    """What the screen says when it does not play; nothing was shown."""
    said = screen.see("stopped").inner_text()
    assert not screen.video("v && v.webkitDecodedFrameCount")
    return said


class TestLicensed:
    def test_the_film_plays(self, viewer: Screen, film: str) -> None:
        with viewer.page.expect_response(LICENCES) as licensed:
            answer = watch(viewer, film)
        assert answer["drm"]["system"] == "clearkey"
        assert answer["max_resolution"] == "720p"
        assert len(licensed.value.json()["keys"]) == 3
        viewer.wait_for_time(3)
        assert viewer.video("v.mediaKeys !== null")
        assert viewer.video("v.webkitVideoDecodedByteCount") > 0
        picture = viewer.picture().crop((200, 150, 1080, 550))
        assert len(picture.resize((32, 32)).getcolors(32 * 32) or []) > 100
        assert viewer.complaints == []

    def test_a_capped_screen_plays_without_the_key_of_hd(
        self, viewer: Screen, film: str
    ) -> None:
        viewer.page.route(PLAYS, with_body(max_height=400))
        with viewer.page.expect_response(LICENCES) as licensed:
            answer = watch(viewer, film)
        assert answer["max_resolution"] == "360p"
        assert len(licensed.value.json()["keys"]) == 2
        viewer.wait_for_time(1)
        assert viewer.video("v.videoHeight") <= 360


class TestUnlicensed:
    def test_a_wrong_key_shows_nothing(self, viewer: Screen, film: str) -> None:
        viewer.page.route(LICENCES, with_wrong_keys)
        watch(viewer, film)
        viewer.wait(
            lambda: (
                viewer.page.get_by_test_id("stopped").is_visible()
                or viewer.video("!v || !v.webkitDecodedFrameCount")
            ),
            "a failure",
        )
        viewer.page.wait_for_timeout(3000)
        picture = viewer.picture().crop((200, 150, 1080, 350))
        assert viewer.video("!v || !v.webkitDecodedFrameCount") or (
            len(picture.resize((32, 32)).getcolors(32 * 32) or []) < 100
        )
        # the position alone says nothing: the player jumps over what it cannot decode
        assert viewer.video("!v || v.paused || v.readyState < 3")

    def test_an_expired_token_gets_no_licence(self, viewer: Screen, film: str) -> None:
        def expire(route: Route) -> None:
            session = route.request.url.split("/")[-2]
            then = datetime.now(UTC) - timedelta(hours=1)
            with override_settings(SECRET_KEY=SECRET):  # of the local settings
                token, _ = licences.token_for(session, now=then, ends_at=then)
            route.continue_(headers=route.request.headers | {"x-license-token": token})

        viewer.page.route(LICENCES, expire)
        with viewer.page.expect_response(LICENCES) as licensed:
            watch(viewer, film)
        assert licensed.value.status == 403
        assert licensed.value.json()["code"] == "license_refused"
        assert "licence" in refused(viewer)

    def test_somebody_else_with_the_cookies_and_the_answer_sees_nothing(
        self, browser: Browser, viewer: Screen, service: Service, film: str
    ) -> None:
        answer = watch(viewer, film) | {"resume_position_ms": 0}
        viewer.wait_for_time(1)
        cookies = viewer.page.context.cookies()
        stranger = Screen(browser, service.url, width=1280, height=800)
        stranger.page.context.add_cookies(cookies)
        stranger.page.route(PLAYS, lambda route: route.fulfill(status=201, json=answer))
        with stranger.page.expect_response(LICENCES) as licensed:
            stranger.open(f"/watch/{film}")
        assert licensed.value.status == 404
        assert "licence" in refused(stranger)
        stranger.close()


def with_body(**more: Any) -> Callable[[Route], None]:
    """Lets a request through with more in its body."""

    def change(route: Route) -> None:
        body = json.loads(route.request.post_data or "{}") | more
        route.continue_(post_data=json.dumps(body))

    return change


def with_wrong_keys(route: Route) -> None:
    """A licence of the right form in which every key is another one."""
    answer = route.fetch()
    licence = answer.json()
    for key in licence["keys"]:
        key["k"] = base64.urlsafe_b64encode(bytes(range(16))).rstrip(b"=").decode()
    route.fulfill(response=answer, json=licence)
