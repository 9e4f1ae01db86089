"""Press play: what a device gets, what it may fetch with it, what stands in the way."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Package
from catalog import publishing
from catalog.models import AvailabilityWindow, Episode, Title
from playback import m3u8
from playback import packaging as made
from playback.models import Asset, PlaybackSession
from tests.factories import accounts, catalog, playback
from tests.playback.conftest import local_storage

NOW = datetime(2027, 1, 15, 8, 0, 0, tzinfo=UTC)
PLAY = "/v1/playback/sessions"
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.django_db


def publish(title: Title) -> Title:
    publishing.publish(title, by=None, now=NOW)
    return title


def film(packages: Iterable[str] = (), min_age: int = 0, **fields: object) -> Asset:
    """A published film with video."""
    title = catalog.title("Harbour Lights", genres=["drama"], min_age=min_age)
    title.packages.set([accounts.make_package(code) for code in packages])
    asset = playback.asset(title, **fields)
    publish(title)
    return asset


def press_play(client: Client, content_id: str, key: str = "", **body: object):
    asked = {"content_id": content_id, "device": {"platform": "web"}} | body
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(PLAY, asked, content_type="application/json", headers=headers)


class TestTheAnswer:
    def test_has_everything_that_a_player_needs(self, client: Client) -> None:
        asset = film()
        asset.markers.create(kind="intro", start_ms=0, end_ms=45_000)
        asset.markers.create(kind="credits", start_ms=5_200_000)
        content_id = asset.title.public_id
        response = press_play(client, content_id)
        answer = response.json()
        assert response.status_code == 201, answer
        assert response["Cache-Control"] == "private, no-store"
        session = PlaybackSession.objects.get(public_id=answer["session_id"])
        base = f"/v/{asset.folder}"
        authorisation = answer.pop("delivery_auth")
        expires = answer.pop("expires_at")
        assert answer == {
            "session_id": session.public_id,
            "content_id": content_id,
            "title_id": content_id,
            "name": "Harbour Lights",
            "episode": None,
            "next": None,
            "heartbeat": {
                "url": f"/v1/playback/sessions/{session.public_id}/heartbeat",
                "interval_s": 30,
                "ttl_s": 90,
            },
            "manifests": [
                {
                    "type": "hls",
                    "url": f"{base}/master.m3u8",
                    "mime": "application/vnd.apple.mpegurl",
                },
                {
                    "type": "dash",
                    "url": f"{base}/manifest.mpd",
                    "mime": "application/dash+xml",
                },
            ],
            "drm": None,
            "duration_ms": 5_400_000,
            "resume_position_ms": 0,
            "markers": [
                {"type": "intro", "start_ms": 0, "end_ms": 45_000},
                {"type": "credits", "start_ms": 5_200_000, "end_ms": None},
            ],
            "audio_tracks": [
                {
                    "type": "audio",
                    "lang": "en",
                    "role": "main",
                    "label": "en",
                    "codec": "mp4a.40.2",
                    "channels": 2,
                    "default": True,
                }
            ],
            "text_tracks": [
                {
                    "type": "text",
                    "lang": "de",
                    "role": "subtitle",
                    "label": "de",
                    "default": False,
                    "url": f"{base}/text/text-0-de.vtt",
                    "mime": "text/vtt",
                }
            ],
            "thumbnails": {"type": "vtt", "url": f"{base}/thumbnails/thumbnails.vtt"},
            "max_resolution": "720p",
            "max_resolution_reason": None,
            "cmcd": {"sid": str(session.cmcd_sid), "cid": content_id},
            "live": None,
        }
        assert authorisation["type"] == "cookies"
        assert authorisation["path"] == f"{base}/"
        assert authorisation["expires_at"] == expires
        assert set(authorisation["cookies"]) == set(response.cookies)
        for cookie in response.cookies.values():
            assert cookie["path"] == f"{base}/"
            assert cookie["httponly"]
            assert cookie["samesite"] == "Lax"

    def test_names_are_in_the_first_language_that_has_them(
        self,
        client: Client,
        settings: Settings,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        settings.CONTENT_LANGUAGES = ["en", "de", "fr"]
        series = catalog.series("Harbour", seasons=(1, 1))
        series.translations.create(language="fr", name="Le port")
        first, following = Episode.objects.filter(season__title=series).order_by("pk")
        first.translations.create(language="de", name="Nebel")
        first.translations.create(language="fr", name="Brouillard")
        following.translations.create(language="fr", name="Le quai")
        for episode in (first, following):
            playback.asset(episode=episode)
        publish(series)

        def names(wish: str) -> list[str]:
            body = {"content_id": first.public_id, "device": {"platform": "web"}}
            answer = client.post(
                PLAY,
                body,
                content_type="application/json",
                headers={"Accept-Language": wish},
            ).json()
            parts = (answer, answer["episode"], answer["next"])
            return [part["name"] for part in parts]

        assert names("de-CH, fr;q=0.8, en;q=0.5") == ["Le port", "Nebel", "Le quai"]
        assert names("fr, de;q=0.8") == ["Le port", "Brouillard", "Le quai"]
        assert names("de") == ["Harbour", "Nebel", "Episode 1"]
        with django_assert_num_queries(2):
            names("de, fr")

    def test_comes_from_two_queries(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        content_id = film().title.public_id
        press_play(client, content_id)
        with django_assert_num_queries(2):
            assert press_play(client, content_id).status_code == 201

    def test_names_the_media_host_when_there_is_one(
        self, client: Client, settings: Settings
    ) -> None:
        settings.MEDIA_BASE_URL = "https://media.example.com"
        settings.DELIVERY_COOKIE_DOMAIN = ".example.com"
        asset = film()
        response = press_play(client, asset.title.public_id)
        answer = response.json()
        base = f"https://media.example.com/v/{asset.folder}"
        assert answer["manifests"][0]["url"] == f"{base}/master.m3u8"
        assert answer["delivery_auth"]["domain"] == ".example.com"
        cookie = response.cookies["CloudFront-Policy"]
        assert cookie["domain"] == ".example.com"
        assert cookie["secure"]

    def test_has_no_scrub_pictures_when_there_are_none(self, client: Client) -> None:
        asset = film()
        Asset.objects.update(thumbnails="")
        assert press_play(client, asset.title.public_id).json()["thumbnails"] is None

    def test_an_episode_plays_under_its_own_id(self, client: Client) -> None:
        series = catalog.series("Tides", seasons=(2,), genres=["drama"])
        episode = Episode.objects.get(season__title=series, number=2)
        asset = playback.asset(episode=episode)
        publish(series)
        answer = press_play(client, episode.public_id).json()
        assert answer["content_id"] == episode.public_id
        assert answer["title_id"] == series.public_id
        assert asset.folder in answer["manifests"][0]["url"]

    def test_a_trailer_plays_for_everyone(self, client: Client) -> None:
        title = catalog.title(genres=["drama"])
        title.packages.add(Package.objects.create(code="premium", name="Premium"))
        playback.asset(title, kind="trailer")
        publish(title)
        assert press_play(client, title.public_id, kind="trailer").status_code == 201
        assert press_play(client, title.public_id).json()["code"] == "not_playable"


@pytest.mark.media
class TestFetching:
    @pytest.fixture
    def asset(self, packaged: tuple[Path, made.Package], settings: Settings) -> Asset:
        folder, package = packaged
        location = folder.parent.parent
        settings.STORAGES = settings.STORAGES | {"video": local_storage(location)}
        return film(folder="as_film/1", heights=[v.height for v in package.videos])

    def test_a_browser_plays_with_the_cookies_that_it_was_given(
        self, asset: Asset, client: Client
    ) -> None:
        answer = press_play(client, asset.title.public_id).json()
        master_url = answer["manifests"][0]["url"]
        master = m3u8.parse(client.get(master_url).content.decode())
        for tag in master.all("EXT-X-STREAM-INF"):
            playlist_url = urljoin(master_url, tag.uri)
            playlist = m3u8.parse(client.get(playlist_url).content.decode())
            for segment in playlist.segments:
                fetched = client.get(urljoin(playlist_url, segment.uri))
                assert fetched.status_code == 200
                assert b"moof" in b"".join(fetched)
        dash_url = answer["manifests"][1]["url"]
        assert client.get(dash_url).status_code == 200

    def test_a_player_without_a_jar_plays_with_the_query(
        self, asset: Asset, client: Client
    ) -> None:
        answer = press_play(client, asset.title.public_id).json()
        url = answer["manifests"][0]["url"]
        query = answer["delivery_auth"]["query"]
        stranger = Client()
        assert stranger.get(url).status_code == 403
        assert stranger.get(f"{url}?{query}").status_code == 200

    def test_the_permission_ends_and_can_be_renewed(
        self, asset: Asset, client: Client
    ) -> None:
        start = datetime.now(UTC)
        with time_machine.travel(start, tick=False) as traveller:
            answer = press_play(client, asset.title.public_id).json()
            url = answer["manifests"][0]["url"]
            query = answer["delivery_auth"]["query"]
            traveller.shift(timedelta(hours=4))
            assert Client().get(f"{url}?{query}").status_code == 403
            renewed = client.post(f"{PLAY}/{answer['session_id']}/renew")
            assert renewed.status_code == 200
            query = renewed.json()["delivery_auth"]["query"]
            assert Client().get(f"{url}?{query}").status_code == 200
            assert "CloudFront-Policy" in renewed.cookies


class TestDevices:
    @pytest.mark.parametrize(
        ("platform", "manifests"),
        [
            ("iphone", ["hls"]),
            ("ipad", ["hls"]),
            ("appletv", ["hls"]),
            ("android-phone", ["dash", "hls"]),
            ("android-tablet", ["dash", "hls"]),
            ("android-tv", ["dash", "hls"]),
            ("web", ["hls", "dash"]),
        ],
    )
    def test_each_family_gets_its_manifests_best_first(
        self, platform: str, manifests: list[str], client: Client
    ) -> None:
        content_id = film().title.public_id
        answer = press_play(client, content_id, device={"platform": platform}).json()
        assert [one["type"] for one in answer["manifests"]] == manifests

    def test_an_unknown_platform_is_an_error(self, client: Client) -> None:
        content_id = film().title.public_id
        response = press_play(client, content_id, device={"platform": "toaster"})
        problem = response.json()
        assert response.status_code == 400
        assert problem["code"] == "unknown_platform"
        assert problem["errors"][0]["pointer"] == "/device/platform"
        assert "appletv" in problem["platforms"]

    @pytest.mark.parametrize(
        ("asked", "given", "reason", "manifest"),
        [
            (2160, "720p", None, "master.m3u8"),
            (720, "720p", None, "master.m3u8"),
            (719, "360p", "device", "master-360.m3u8"),
            (100, "144p", "device", "master-144.m3u8"),
        ],
    )
    def test_a_small_screen_gets_a_smaller_ladder_and_is_told_why(
        self, asked: int, given: str, reason: str, manifest: str, client: Client
    ) -> None:
        content_id = film().title.public_id
        answer = press_play(client, content_id, max_height=asked).json()
        assert answer["max_resolution"] == given
        assert answer["max_resolution_reason"] == reason
        assert answer["manifests"][0]["url"].endswith(f"/{manifest}")

    def test_a_device_without_the_codec_is_told(self, client: Client) -> None:
        content_id = film().title.public_id
        refused = press_play(client, content_id, codecs=["av01.0.05M.08"])
        assert refused.json()["code"] == "no_common_codec"
        assert press_play(client, content_id, codecs=["avc1.640028"]).status_code == 201


class TestRefusals:
    def test_what_is_not_published_is_not_found(self, client: Client) -> None:
        asset = playback.asset(catalog.title(genres=["drama"]))
        response = press_play(client, asset.title.public_id)
        assert response.status_code == 404
        assert press_play(client, "ti_0000000000000000").status_code == 404

    def test_an_episode_that_is_not_published_is_not_found(
        self, client: Client
    ) -> None:
        series = catalog.series(genres=["drama"], seasons=(1,))
        publish(series)
        late = Episode.objects.create(season=series.seasons.get(), number=9)
        playback.asset(episode=late)
        assert press_play(client, late.public_id).status_code == 404

    def test_what_has_no_video_yet_says_so(self, client: Client) -> None:
        series = publish(catalog.series(genres=["drama"], seasons=(1,)))
        episode = Episode.objects.get(season__title=series)
        answers = [
            press_play(client, content_id)
            for content_id in (series.public_id, episode.public_id)
        ]
        assert [answer.status_code for answer in answers] == [409, 409]
        assert {answer.json()["code"] for answer in answers} == {"not_playable"}
        assert "episodes" in answers[0].json()["detail"]

    def test_content_of_a_package_asks_a_stranger_to_sign_in(
        self, client: Client
    ) -> None:
        title = catalog.title(genres=["drama"])
        title.packages.add(Package.objects.create(code="premium", name="Premium"))
        playback.asset(title)
        publish(title)
        response = press_play(client, title.public_id)
        assert response.status_code == 401
        assert response.json()["code"] == "not_entitled"
        assert response.json()["help"] == ["sign_in", "subscribe"]
        assert response.json()["packages"] == ["premium"]

    def test_a_window_opens_and_closes_play_to_the_second_where_it_holds(
        self, client: Client
    ) -> None:
        title = film().title
        AvailabilityWindow.objects.create(
            title=title, territories=["DE"], starts_at=NOW, ends_at=NOW + DAY
        )
        publish(title)

        def answer(moment: datetime, territory: str = "DE") -> tuple[int, str]:
            with time_machine.travel(moment, tick=False):
                played = client.post(
                    PLAY,
                    {"content_id": title.public_id, "device": {"platform": "web"}},
                    content_type="application/json",
                    headers={"CloudFront-Viewer-Country": territory},
                )
            return played.status_code, played.json().get("code", "")

        refused = (403, "not_available_now")
        assert answer(NOW - SECOND) == refused
        assert answer(NOW) == (201, "")
        assert answer(NOW, "US") == refused
        assert answer(NOW + DAY - SECOND) == (201, "")
        assert answer(NOW + DAY) == refused

    @pytest.mark.parametrize(
        "body",
        [
            {"device": {}},
            {"device": "web"},
            {"max_height": 0},
            {"codecs": "avc1"},
            {"kind": "sequel"},
            {"start": "sideways"},
        ],
        ids=str,
    )
    def test_a_malformed_request_is_pointed_at(
        self, body: dict[str, object], client: Client
    ) -> None:
        response = press_play(client, "ti_1", **body)
        assert response.status_code == 400
        assert response.json()["errors"][0]["pointer"].startswith(
            f"/{next(iter(body))}"
        )


class TestRepeating:
    def test_the_same_key_gives_the_same_session(self, client: Client) -> None:
        content_id = film().title.public_id
        key = str(uuid.uuid4())
        first = press_play(client, content_id, key).json()
        again = press_play(client, content_id, key).json()
        assert again["session_id"] == first["session_id"]
        assert PlaybackSession.objects.count() == 1

    def test_the_same_key_for_something_else_is_refused(self, client: Client) -> None:
        content_id = film().title.public_id
        press_play(client, content_id, "a-key")
        response = press_play(client, content_id, "a-key", max_height=360)
        assert response.status_code == 422
        assert response.json()["code"] == "idempotency_key_reused"

    def test_a_key_that_is_too_long_is_refused(self, client: Client) -> None:
        response = press_play(client, film().title.public_id, "k" * 256)
        assert response.json()["code"] == "invalid_idempotency_key"


class TestALifetime:
    @pytest.fixture
    def session(self, client: Client) -> str:
        content_id = film().title.public_id
        return f"{PLAY}/{press_play(client, content_id).json()['session_id']}"

    @staticmethod
    def beat(client: Client, session: str, **body: object):
        sent = {"position_ms": 1000} | body
        url = f"{session}/heartbeat"
        return client.post(url, sent, content_type="application/json")

    def test_a_heartbeat_says_to_go_on(self, session: str, client: Client) -> None:
        assert self.beat(client, session).json() == {
            "action": "continue",
            "reason": None,
            "ends_at": None,
            "channel_id": None,
            "next_heartbeat_s": 30,
        }

    def test_a_heartbeat_says_when_to_renew(self, session: str, client: Client) -> None:
        later = datetime.now(UTC) + timedelta(hours=3, minutes=51)
        with time_machine.travel(later, tick=False):
            assert self.beat(client, session).json()["action"] == "renew"

    def test_after_stop_the_session_is_gone(self, session: str, client: Client) -> None:
        assert client.delete(session).status_code == 204
        assert client.delete(session).status_code == 204
        for response in (self.beat(client, session), client.post(f"{session}/renew")):
            assert response.status_code == 410
            assert response.json()["code"] == "session_ended"
            assert response.json()["reason"] == "stopped"

    def test_an_unknown_session_is_not_found(self, client: Client) -> None:
        assert client.delete(f"{PLAY}/ps_0").status_code == 404

    def test_a_heartbeat_that_makes_no_sense_is_refused(
        self, session: str, client: Client
    ) -> None:
        assert self.beat(client, session, position_ms=-1).status_code == 400
        assert self.beat(client, session, state="asleep").status_code == 400
