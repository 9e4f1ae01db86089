"""Heartbeats and overlays in front of Django: the same answers, or none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any
from unittest.mock import Mock

import pytest
import time_machine
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import InterfaceError, OperationalError, close_old_connections
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from psycopg_pool import PoolTimeout
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import tokens
from accounts.tokens import Viewer
from channels.models import Channel, ChannelSource
from playback import overlay, rights_news
from playback.door import UsualFirst
from playback.models import PlaybackSession
from playback.personal_serializers import MAX_ITEMS
from streamapi.responsecache.access import AccessLines
from tests.factories import channels
from tests.playback.screens import PLAY, Screen, household
from tests.playback.test_play import film
from tests.playback.test_streams import no_redis

pytestmark = pytest.mark.django_db

Environ = dict[str, Any]
OVERLAY = "/v1/me/overlay"
TOLD = ("Content-Type", "Cache-Control", "X-Content-Type-Options")


class Lines(AccessLines):
    """Keeps what would be written."""

    @property
    def written(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._lines]


class Spy:
    """Django, counting what comes through to it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self._django = WSGIHandler()

    def __call__(
        self, environ: Environ, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        self.bodies.append(environ["wsgi.input"].read())
        environ["wsgi.input"] = BytesIO(self.bodies[-1])
        return self._django(environ, start_response)


class Door:
    """The door, and what it lets through."""

    def __init__(self) -> None:
        self.behind, self.lines = Spy(), Lines()
        self._door = UsualFirst(self.behind, self.lines)

    def ask(self, environ: Environ) -> tuple[int, dict[str, str], Any]:
        """Status, headers and JSON of the answer."""
        return _call(self._door, environ)

    def ask_raw(self, environ: Environ) -> tuple[int, dict[str, str], bytes]:
        """The same, the body as it came."""
        return _raw(self._door, environ)


def _call(application: Any, environ: Environ) -> tuple[int, dict[str, str], Any]:
    status, headers, body = _raw(application, environ)
    return status, headers, json.loads(body)


def _raw(application: Any, environ: Environ) -> tuple[int, dict[str, str], bytes]:
    said: list[Any] = []
    with _connection_of_the_test():
        parts = application(environ, lambda status, lines: said.extend([status, lines]))
        body = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
    status, lines = said
    headers = dict(lines)
    assert headers["Content-Length"] == str(len(body))
    return int(status[:3]), headers, body


@contextmanager
def _connection_of_the_test() -> Iterator[None]:
    """It stays open; Django's test client takes care of that in the same way."""
    both = (request_started, request_finished)
    for signal in both:
        signal.disconnect(close_old_connections)
    yield
    for signal in both:
        signal.connect(close_old_connections)


def request(
    screen: Screen, body: Any, *, method: str = "POST", path: str = "", **more: str
) -> Environ:
    """The WSGI environment of a heartbeat; ``more`` replaces parts of it."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    environ: Environ = (
        RequestFactory()
        .generic(
            method,
            path or f"{PLAY}/{screen.session}/heartbeat",
            raw,
            content_type="application/json",
            headers=screen.headers,
        )
        .environ
    )
    return environ | more


def page(screen: Screen, ids: Any, **more: str) -> Environ:
    """The WSGI environment of an overlay."""
    return request(screen, {"ids": ids}, **({"path": OVERLAY} | more))


def kept(screen: Screen) -> str:
    """The film that plays, which is on the list of the profile and liked."""
    content = PlaybackSession.objects.get().content_id
    screen.send("PUT", f"/v1/me/watchlist/{content}")
    screen.send("PUT", f"/v1/me/ratings/{content}", {"value": "like"})
    return content


@pytest.fixture
def screen() -> Screen:
    """A screen on which a film plays."""
    (one,) = household(1)
    assert one.play(film(packages=["basic"]).title.public_id).status_code == 201
    return one


@pytest.fixture
def door() -> Door:
    """A door before a Django that counts."""
    return Door()


class TestTheUsualHeartbeat:
    def test_is_answered_without_django_and_without_sql(
        self,
        screen: Screen,
        door: Door,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        environ = request(screen, {"position_ms": 5000}, HTTP_X_REQUEST_ID="abcdefgh")
        with django_assert_num_queries(0):
            status, headers, answer = door.ask(environ)
        assert door.behind.bodies == []
        assert (status, answer["action"]) == (200, "continue")
        assert headers["X-Request-Id"] == "abcdefgh"
        (line,) = door.lines.written
        assert line["path"] == f"{PLAY}/{screen.session}/heartbeat"
        assert (line["method"], line["status"]) == ("POST", 200)

    def test_says_what_django_says(self, screen: Screen, door: Door) -> None:
        status, headers, answer = door.ask(request(screen, {"position_ms": 5000}))
        theirs = screen.beat(5000)
        assert (status, answer) == (theirs.status_code, theirs.json())
        assert {name: headers[name] for name in TOLD} == {
            name: theirs[name] for name in TOLD
        }

    def test_moves_the_position(self, screen: Screen, door: Door) -> None:
        door.ask(request(screen, {"position_ms": 61_000, "seq": 3}))
        again = screen.play(PlaybackSession.objects.get().content_id)
        assert again.json()["resume_position_ms"] == 61_000

    def test_of_a_screen_that_was_replaced_is_told_to_stop(
        self, screen: Screen, door: Door
    ) -> None:
        old = screen.session
        screen.play(PlaybackSession.objects.get().content_id)
        path = f"{PLAY}/{old}/heartbeat"
        _, _, answer = door.ask(request(screen, {"position_ms": 1}, path=path))
        assert (answer["action"], answer["reason"]) == ("stop", "replaced")
        assert door.behind.bodies == []

    def test_of_somebody_who_has_not_signed_in(self, door: Door) -> None:
        (screen,) = household(1)
        asked = {"content_id": film().title.public_id, "device": {"platform": "web"}}
        played = screen.client.post(PLAY, asked, content_type="application/json")
        screen.session = played.json()["session_id"]
        environ = request(screen, {"position_ms": 1})
        del environ["HTTP_AUTHORIZATION"]
        assert door.ask(environ)[2]["action"] == "continue"
        assert door.behind.bodies == []


class TestWhatGoesOnToDjango:
    @pytest.mark.parametrize(
        "more",
        [
            {"method": "GET"},
            {"path": f"{PLAY}/x/renew"},
            {"path": f"{PLAY}/ps_unknown/heartbeat"},
            {"CONTENT_TYPE": "text/plain"},
            {"CONTENT_TYPE": "application/json; charset=utf-8"},
            {"HTTP_ACCEPT": "text/html"},
            {"HTTP_ACCEPT": "application/json, text/plain"},
            {"HTTP_AUTHORIZATION": "Bearer nonsense"},
            {"HTTP_AUTHORIZATION": "Basic YTpi"},
        ],
        ids=str,
    )
    def test_because_of_how_it_is_asked(
        self, screen: Screen, door: Door, more: dict[str, str]
    ) -> None:
        ours = door.ask(request(screen, {"position_ms": 1}, **more))
        assert door.behind.bodies == [b'{"position_ms": 1}']
        theirs = _call(WSGIHandler(), request(screen, {"position_ms": 1}, **more))
        assert _without_ids(ours) == _without_ids(theirs)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b'{"position_ms": 1, "position_ms": 2}',
            b'{"position_ms": NaN}',
            {},
            {"position_ms": -1},
            {"position_ms": "far"},
            {"position_ms": 1, "state": "dancing"},
            {"position_ms": 1, "sent_at": "yesterday"},
            {"position_ms": 1, "more": "x" * 1100},
        ],
        ids=str,
    )
    def test_because_of_what_is_sent(
        self, screen: Screen, door: Door, body: Any
    ) -> None:
        ours = door.ask(request(screen, body))
        assert len(door.behind.bodies) == 1
        assert _without_ids(ours) == _without_ids(
            _call(WSGIHandler(), request(screen, body))
        )

    def test_because_the_token_has_expired(self, screen: Screen, door: Door) -> None:
        long_ago = timezone.now() - timedelta(seconds=tokens.LIFE_S + 60)
        viewer = Viewer(account_id="ac_1", profile_id="pr_1", device_id="de_1")
        old = f"Bearer {tokens.issue(viewer, now=long_ago)}"
        environ = request(screen, {"position_ms": 1}, HTTP_AUTHORIZATION=old)
        status, _, problem = door.ask(environ)
        assert (status, problem["code"]) == (401, "token_expired")

    def test_because_the_session_has_ended(self, screen: Screen, door: Door) -> None:
        screen.stop()
        status, _, problem = door.ask(request(screen, {"position_ms": 1}))
        assert (status, problem["code"]) == (410, "session_ended")

    def test_because_redis_does_not_answer(
        self, screen: Screen, door: Door, settings: Settings
    ) -> None:
        with no_redis(settings):
            status, _, answer = door.ask(request(screen, {"position_ms": 1}))
        assert (status, answer["action"]) == (200, "continue")
        assert len(door.behind.bodies) == 1

    def test_a_body_without_a_stated_length(self, screen: Screen, door: Door) -> None:
        environ = request(screen, {"position_ms": 1})
        environ["CONTENT_LENGTH"] = ""
        environ["HTTP_TRANSFER_ENCODING"] = "chunked"
        door.ask(environ)
        assert len(door.behind.bodies) == 1


class TestTheUsualOverlay:
    def test_is_answered_without_django_and_with_one_statement(
        self,
        screen: Screen,
        door: Door,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        environ = page(screen, [kept(screen)], HTTP_X_REQUEST_ID="abcdefgh")
        with django_assert_num_queries(1):
            status, headers, answer = door.ask(environ)
        assert door.behind.bodies == []
        (added,) = answer["items"].values()
        assert (status, added["in_watchlist"]) == (200, True)
        assert headers["X-Request-Id"] == "abcdefgh"
        (line,) = door.lines.written
        assert (line["path"], line["status"]) == (OVERLAY, 200)

    def test_says_what_django_says(self, screen: Screen, door: Door) -> None:
        ids = [kept(screen), film(packages=["premium"]).title.public_id, "ti_unknown"]
        status, headers, body = door.ask_raw(page(screen, ids))
        theirs = screen.send("POST", OVERLAY, {"ids": ids})
        assert (status, body) == (theirs.status_code, theirs.content)
        assert {name: headers[name] for name in TOLD} == {
            name: theirs[name] for name in TOLD
        }

    def test_of_a_whole_page_is_answered(self, screen: Screen, door: Door) -> None:
        ids = [f"{number:032d}" for number in range(MAX_ITEMS)]
        assert door.ask(page(screen, ids))[2] == {"items": {}}
        assert door.behind.bodies == []

    @pytest.mark.parametrize("fails", [None, OperationalError("gone")], ids=str)
    def test_ends_as_a_request_does(
        self,
        screen: Screen,
        door: Door,
        fails: Exception | None,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """What Django's own listeners do then gives connections back."""
        heard: list[str] = []

        def began(**_: Any) -> None:
            heard.append("began")

        def ended(**_: Any) -> None:
            heard.append("ended")

        if fails:
            monkeypatch.setattr(overlay, "overlay", Mock(side_effect=fails))
        request_started.connect(began, sender=UsualFirst)
        request_finished.connect(ended, sender=UsualFirst)
        door.ask(page(screen, ["ti_1"]))
        assert heard == ["began", "ended"]

    @pytest.mark.parametrize(
        "fails",
        [OperationalError("gone"), InterfaceError("gone"), PoolTimeout("none is free")],
        ids=str,
    )
    def test_is_explained_by_django_while_postgresql_is_away(
        self,
        screen: Screen,
        door: Door,
        fails: Exception,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(overlay, "overlay", Mock(side_effect=fails))
        status, headers, problem = door.ask(page(screen, ["ti_1"]))
        assert (status, problem["code"]) == (503, "unavailable")
        assert headers["Retry-After"] == "2"
        assert door.behind.bodies == [b'{"ids": ["ti_1"]}']

    @pytest.mark.parametrize(
        "more",
        [
            {"method": "GET"},
            {"CONTENT_TYPE": "text/plain"},
            {"HTTP_ACCEPT": "text/html"},
            {"HTTP_AUTHORIZATION": ""},
            {"HTTP_AUTHORIZATION": "Bearer nonsense"},
            {"HTTP_AUTHORIZATION": "Basic YTpi"},
        ],
        ids=str,
    )
    def test_goes_on_because_of_how_it_is_asked(
        self, screen: Screen, door: Door, more: dict[str, str]
    ) -> None:
        ours = door.ask(page(screen, ["ti_1"], **more))
        assert door.behind.bodies == [b'{"ids": ["ti_1"]}']
        theirs = _call(WSGIHandler(), page(screen, ["ti_1"], **more))
        assert _without_ids(ours) == _without_ids(theirs)

    def test_goes_on_without_a_profile(self, screen: Screen, door: Door) -> None:
        screen.profile.public_id = ""
        status, _, problem = door.ask(page(screen, ["ti_1"]))
        assert (status, problem["code"]) == (403, "profile_required")

    @pytest.mark.parametrize(
        "ids",
        [None, [], "ti_1", [None], [["ti_1"]], ["x" * 33], [""], ["ti"] * 241],
        ids=str,
    )
    def test_goes_on_because_of_what_is_sent(
        self, screen: Screen, door: Door, ids: Any
    ) -> None:
        ours = door.ask(page(screen, ids))
        assert len(door.behind.bodies) == 1
        theirs = _call(WSGIHandler(), page(screen, ids))
        assert ours[0] == 400
        assert _without_ids(ours) == _without_ids(theirs)


class TestLive:
    @pytest.fixture
    def channel(self) -> Channel:
        channel = channels.make_channel("Meridian", slug="meridian")
        source = film().title.public_id
        channels.make_stream(channel, kind=ChannelSource.Kind.ORIGIN, url=source)
        # A change within the second in which rights were asked for is asked about again.
        long_ago = timezone.now() - timedelta(hours=1)
        Channel.objects.filter(pk=channel.pk).update(updated_at=long_ago)
        return channel

    @pytest.fixture
    def watching(self, channel: Channel) -> Iterator[Screen]:
        (one,) = household(1)
        answer = one.play("", channel_id=channel.public_id)
        assert answer.status_code == 201, answer.json()
        rights_news.forget()
        yield one
        rights_news.forget()

    def test_is_django_s_where_news_of_rights_are_not_fresh(
        self, watching: Screen, door: Door
    ) -> None:
        beat = {"position_ms": 0}
        assert door.ask(request(watching, beat))[2]["action"] == "continue"
        assert len(door.behind.bodies) == 1
        assert door.ask(request(watching, beat))[2]["action"] == "continue"
        assert len(door.behind.bodies) == 1

    def test_is_django_s_where_rights_have_changed(
        self, watching: Screen, door: Door, channel: Channel
    ) -> None:
        channel.territories = ["FR"]
        with time_machine.travel(timezone.now() + timedelta(seconds=2), tick=False):
            channel.save()
            _, _, answer = door.ask(request(watching, {"position_ms": 0}))
        assert (answer["action"], len(door.behind.bodies)) == ("stop", 1)


class TestWhateverIsSent:
    @hypothesis_settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        body=st.fixed_dictionaries(
            {},
            optional={
                "position_ms": st.integers(-5, 2 * 10**9)
                | st.sampled_from(["12", 1.0, 1.5, True, None, "x", [], "٣"]),
                "state": st.sampled_from(["playing", "ended", "", "PLAYING", None, 1]),
                "seq": st.integers(-1, 2**54) | st.none(),
                "sent_at": st.datetimes().map(str)
                | st.sampled_from(["2026-01-01T00:00:00Z", "", None, 5]),
            },
        )
    )
    def test_the_door_never_says_anything_else(
        self, screen: Screen, door: Door, body: dict[str, Any]
    ) -> None:
        ours = door.ask(request(screen, body))
        theirs = _call(WSGIHandler(), request(screen, body))
        assert _without_ids(ours) == _without_ids(theirs)

    @hypothesis_settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(data=st.data())
    def test_an_overlay_is_the_same_byte_for_byte(
        self, screen: Screen, door: Door, data: st.DataObject
    ) -> None:
        played = PlaybackSession.objects.get().content_id
        known = st.sampled_from([played, "ti_unknown", f"{played} x"])
        odd = st.text(max_size=34) | st.integers() | st.none() | st.lists(st.text())
        body = data.draw(
            st.fixed_dictionaries({"ids": st.lists(known | odd, max_size=6)})
            | st.dictionaries(st.text(max_size=3), odd, max_size=2)
        )
        ours = door.ask_raw(request(screen, body, path=OVERLAY))
        theirs = _raw(WSGIHandler(), request(screen, body, path=OVERLAY))
        if ours[0] == 200:
            assert (ours[0], ours[2]) == (theirs[0], theirs[2])
        else:
            assert len(door.behind.bodies) > 0
            assert _without_ids(_decoded(ours)) == _without_ids(_decoded(theirs))


def _decoded(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, Any, Any]:
    status, headers, body = answer
    return status, headers, json.loads(body)


def _without_ids(answer: tuple[int, dict[str, str], Any]) -> tuple[int, Any]:
    status, _, body = answer
    return status, {name: one for name, one in body.items() if name != "request_id"}
