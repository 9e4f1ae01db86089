"""ClearKey licences: for the playing session, in time, and never a key too many."""

from __future__ import annotations

import base64
import json
import logging
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from catalog import publishing
from playback import vault
from playback.models import Asset, ContentKey, PlaybackSession
from playback.protection import TrackKey, tracks_of
from tests.factories import accounts, catalog, playback
from tests.playback.screens import PLAY, Screen, household

pytestmark = pytest.mark.django_db
HEIGHTS = (144, 360, 720, 1080, 2160)


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Film:
    """A protected film in a package, and its keys as only the packager knew them."""

    def __init__(self, packages: tuple[str, ...] = ("basic",)) -> None:
        title = catalog.title("Harbour Lights", genres=["drama"])
        title.packages.set([accounts.make_package(code) for code in packages])
        self.asset: Asset = playback.asset(title, heights=HEIGHTS, protected=True)
        tracks = tracks_of(HEIGHTS)
        made = vault.make(self.asset, self.asset.folder, tracks, now=timezone.now())
        self.keys: dict[str, TrackKey] = {one.track: one for one in made}
        publishing.publish(title, by=None, now=timezone.now())
        self.id = title.public_id

    def kids(self, *tracks: str) -> list[str]:
        wanted = tracks or tuple(self.keys)
        return [text(self.keys[track].kid.bytes) for track in wanted]

    def opened(self, answer: dict) -> set[str]:
        """The tracks that a licence opens, with the right key each."""
        by_kid = {text(one.kid.bytes): one for one in self.keys.values()}
        for key in answer["keys"]:
            assert key["kty"] == "oct"
            assert key["k"] == text(by_kid[key["kid"]].key)
        return {by_kid[key["kid"]].track for key in answer["keys"]}


@pytest.fixture
def film() -> Film:
    return Film()


@pytest.fixture
def screens() -> list[Screen]:
    return household(2, streams=2, max_height=2160)


def licence(screen: Screen, drm: dict, kids: list[str], **headers: str):
    body = {"kids": kids, "type": "temporary"}
    return screen.send("POST", drm["license_url"], body, **(drm["headers"] | headers))


def protected(screen: Screen, film: Film, **body: object) -> dict:
    response = screen.play(film.id, **body)
    assert response.status_code == 201, response.json()
    answer: dict = response.json()["drm"]
    return answer


class TestTheBlock:
    def test_says_where_the_licence_is_and_which_keys_it_holds(
        self, film: Film, screens: list[Screen]
    ) -> None:
        answer = screens[0].play(film.id).json()
        drm = answer["drm"]
        assert drm["system"] == "clearkey"
        assert drm["license_url"] == f"{PLAY}/{answer['session_id']}/license"
        assert list(drm["headers"]) == ["X-License-Token"]
        assert drm["content_id"] == film.asset.public_id
        assert drm["persistent"] is False
        assert drm["token_expires_at"] < answer["expires_at"]
        wanted = [str(film.keys[track].kid) for track in ("audio", "sd", "hd")]
        assert drm["key_ids"] == wanted

    def test_clear_video_has_none(self, screens: list[Screen]) -> None:
        title = catalog.title("In the Open", genres=["drama"])
        playback.asset(title)
        publishing.publish(title, by=None, now=timezone.now())
        assert screens[0].play(title.public_id).json()["drm"] is None

    def test_a_vendor_goes_before_clearkey(
        self, film: Film, screens: list[Screen], settings: Settings
    ) -> None:
        vendor = "https://licences.example.com/widevine"
        settings.LICENSE_SERVERS = {"widevine": {"license_url": vendor}}
        drm = protected(screens[0], film, **browser("widevine"))
        assert (drm["system"], drm["license_url"]) == ("widevine", vendor)
        drm = protected(screens[0], film, **browser("playready"))
        assert drm["system"] == "clearkey"

    def test_without_any_server_the_address_is_open(
        self, film: Film, screens: list[Screen], settings: Settings
    ) -> None:
        settings.CLEARKEY_LICENSES = False
        drm = protected(screens[0], film, **browser("playready"))
        assert (drm["system"], drm["license_url"]) == ("playready", None)

    def test_a_renewal_has_a_fresh_token(
        self, film: Film, screens: list[Screen]
    ) -> None:
        (screen, *_) = screens
        first = protected(screen, film)
        with time_machine.travel(timezone.now() + timedelta(seconds=301)):
            assert licence(screen, first, film.kids()).status_code == 403
            renewed = screen.send("POST", f"{PLAY}/{screen.session}/renew").json()
            answer = licence(screen, renewed["drm"], film.kids())
            assert film.opened(answer.json()) == {"audio", "sd", "hd"}
            assert renewed["drm"]["key_ids"] == first["key_ids"]


def browser(system: str) -> dict[str, object]:
    return {"device": {"platform": "web", "drm": {"system": system}}}


class TestLicence:
    def test_holds_what_the_session_needs(
        self, film: Film, screens: list[Screen]
    ) -> None:
        response = licence(screens[0], protected(screens[0], film), film.kids())
        assert response.status_code == 200
        assert response["Cache-Control"] == "private, no-store"
        assert response.json()["type"] == "temporary"
        assert film.opened(response.json()) == {"audio", "sd", "hd"}

    def test_holds_no_more_than_was_asked_for(
        self, film: Film, screens: list[Screen]
    ) -> None:
        drm = protected(screens[0], film)
        answer = licence(screens[0], drm, film.kids("sd")).json()
        assert film.opened(answer) == {"sd"}

    @pytest.mark.parametrize(
        ("height", "tracks"),
        [(360, {"audio", "sd"}), (720, {"audio", "sd", "hd"})],
    )
    def test_a_capped_session_gets_no_key_above_its_cap(
        self, film: Film, screens: list[Screen], height: int, tracks: set[str]
    ) -> None:
        drm = protected(screens[0], film, max_height=height)
        assert len(drm["key_ids"]) == len(tracks)
        assert film.opened(licence(screens[0], drm, film.kids()).json()) == tracks
        if "hd" not in tracks:
            refused = licence(screens[0], drm, film.kids("hd", "uhd"))
            assert refused.status_code == 403
            assert refused.json()["code"] == "license_refused"

    def test_free_video_may_be_protected_too(self, client: Client) -> None:
        film = Film(packages=())
        asked = {"content_id": film.id, "device": {"platform": "web"}}
        answer = client.post(PLAY, asked, content_type="application/json").json()
        response = client.post(
            answer["drm"]["license_url"],
            {"kids": film.kids()},
            content_type="application/json",
            headers=answer["drm"]["headers"],
        )
        assert film.opened(response.json()) == {"audio", "sd", "hd"}


class TestRefusals:
    def test_another_household_finds_no_session(
        self, film: Film, screens: list[Screen]
    ) -> None:
        drm = protected(screens[0], film)
        (stranger,) = household(1)
        assert licence(stranger, drm, film.kids()).status_code == 404

    def test_a_visitor_finds_no_session(
        self, film: Film, screens: list[Screen], client: Client
    ) -> None:
        drm = protected(screens[0], film)
        response = client.post(
            drm["license_url"],
            {"kids": film.kids()},
            content_type="application/json",
            headers=drm["headers"],
        )
        assert response.status_code == 404

    def test_a_token_is_good_for_its_own_session_alone(
        self, film: Film, screens: list[Screen]
    ) -> None:
        one, other = screens
        mine, theirs = protected(one, film), protected(other, film)
        swapped = licence(one, mine, film.kids(), **theirs["headers"])
        assert swapped.status_code == 403
        assert "another session" in swapped.json()["detail"]

    @pytest.mark.parametrize("token", ["", "made-up", "eyJhIjoxfQ:1t:abc"])
    def test_a_made_up_token_is_worth_nothing(
        self, film: Film, screens: list[Screen], token: str
    ) -> None:
        drm = protected(screens[0], film)
        headers = {"X-License-Token": token}
        response = licence(screens[0], drm, film.kids(), **headers)
        assert response.status_code == 403
        assert response.json()["code"] == "license_refused"

    def test_nothing_after_the_token_expired(
        self, film: Film, screens: list[Screen]
    ) -> None:
        drm = protected(screens[0], film)
        with time_machine.travel(timezone.now() + timedelta(seconds=280)):
            assert licence(screens[0], drm, film.kids()).status_code == 200
        with time_machine.travel(timezone.now() + timedelta(seconds=301)):
            assert licence(screens[0], drm, film.kids()).status_code == 403

    def test_nothing_after_the_session_ended(
        self, film: Film, screens: list[Screen]
    ) -> None:
        drm = protected(screens[0], film)
        screens[0].stop()
        response = licence(screens[0], drm, film.kids())
        assert response.status_code == 410
        assert response.json()["code"] == "session_ended"

    def test_the_keys_of_another_film_are_not_given(
        self, film: Film, screens: list[Screen]
    ) -> None:
        other = Film()
        drm = protected(screens[0], film)
        assert licence(screens[0], drm, other.kids()).status_code == 403
        strange = [text(uuid.uuid4().bytes)]
        assert licence(screens[0], drm, strange).status_code == 403

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "/kids"),
            ({"kids": []}, "/kids"),
            ({"kids": ["short"]}, "/kids"),
            ({"kids": ["A" * 22] * 33}, "/kids"),
            ({"kids": ["!" * 22]}, "/kids"),
            ({"kids": ["A" * 22], "type": "persistent-license"}, "/type"),
        ],
    )
    def test_a_request_that_is_none_is_explained(
        self, film: Film, screens: list[Screen], body: dict, pointer: str
    ) -> None:
        drm = protected(screens[0], film)
        url = drm["license_url"]
        response = screens[0].send("POST", url, body, **drm["headers"])
        assert response.status_code == 400
        assert pointer in json.dumps(response.json())

    def test_in_production_there_is_no_such_thing(
        self, film: Film, screens: list[Screen], settings: Settings
    ) -> None:
        drm = protected(screens[0], film)
        settings.CLEARKEY_LICENSES = False
        assert licence(screens[0], drm, film.kids()).status_code == 404


class TestSecrecy:
    def test_no_answer_log_or_admin_page_holds_a_key(
        self,
        film: Film,
        screens: list[Screen],
        admin_client: Client,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        (screen, *_) = screens
        said = [screen.play(film.id).content]
        session = PlaybackSession.objects.get()
        for method, path in (
            ("POST", f"{PLAY}/{screen.session}/renew"),
            ("GET", f"/v1/titles/{film.id}"),
            ("GET", "/v1/me/history"),
            ("GET", "/v1/me/continue-watching"),
        ):
            said.append(screen.send(method, path).content)
        said.append(screen.beat(1000).content)
        drm = protected(screen, film)
        refused = licence(screen, drm, film.kids(), **{"X-License-Token": "x"})
        said.append(refused.content)
        assert licence(screen, drm, film.kids()).status_code == 200
        for path in (
            f"/admin/playback/asset/{film.asset.pk}/change/",
            f"/admin/playback/playbacksession/{session.pk}/change/",
            "/admin/playback/asset/",
            "/admin/",
        ):
            page = admin_client.get(path)
            assert page.status_code == 200
            said.append(page.content)
        said.append(caplog.text.encode())
        for row in ContentKey.objects.all():
            for secret in forms(vault.unseal(row)) | forms(bytes(row.sealed)):
                assert not any(secret in one for one in said)


def forms(raw: bytes) -> set[bytes]:
    """A secret as somebody might write it."""
    plain = base64.b64encode(raw)
    return {raw, raw.hex().encode(), plain, plain.rstrip(b"="), text(raw).encode()}
