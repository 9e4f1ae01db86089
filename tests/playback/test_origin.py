"""The development origin, read by its rules and by players that nobody here wrote."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from playback import delivery, m3u8, origin
from playback.keyring import delivery_keys
from playback.packaging import Package, tools
from tests.playback.conftest import local_storage

pytestmark = [pytest.mark.media, pytest.mark.django_db]

CHANNEL = "ch_0123456789abcdef"
FOLDER = "as_film/1"
BASE = f"/live/{CHANNEL}/{FOLDER}"
Signed = Callable[..., str]


@pytest.fixture(autouse=True)
def storage(settings: Settings, packaged: tuple[Path, Package]) -> Iterator[Path]:
    """The packaged film, eight seconds long, as a channel."""
    location = packaged[0].parent.parent
    settings.STORAGES = settings.STORAGES | {"video": local_storage(location)}
    for known in (origin._text, origin._track):
        known.cache_clear()
    yield location
    for known in (origin._text, origin._track):
        known.cache_clear()


def permission(resource: str = f"{BASE}/*") -> str:
    expires_at = datetime.now(UTC) + timedelta(hours=1)
    policy = delivery.Policy(resource=resource, expires_at=expires_at)
    return delivery.sign(policy, delivery_keys().active).query()


def get(client: Client, name: str, query: str = "", **headers: Any) -> Any:
    return client.get(f"{BASE}/{name}?{query}&{permission()}", **headers)


class TestAnswers:
    def test_playlists_and_segments_are_below_one_address(self, client: Client) -> None:
        master = get(client, "master.m3u8")
        assert master["Content-Type"] == "application/vnd.apple.mpegurl"
        video = m3u8.parse(master.content.decode()).all("EXT-X-STREAM-INF")[0].uri
        playlist = client.get(f"{BASE}/{video}")
        assert playlist["Cache-Control"] == "private, max-age=2"
        segment = m3u8.parse(playlist.content.decode()).segments[-1].uri
        folder = video.partition("/")[0]
        answer = client.get(f"{BASE}/{folder}/{segment}")
        assert answer.status_code == 200
        assert answer["Content-Type"] == "video/iso.segment"
        assert len(b"".join(answer.streaming_content)) > 1000

    def test_cookies_carry_permission_and_addresses_stay_plain(
        self, client: Client
    ) -> None:
        expires_at = datetime.now(UTC) + timedelta(hours=1)
        policy = delivery.Policy(resource=f"{BASE}/*", expires_at=expires_at)
        grant = delivery.sign(policy, delivery_keys().active)
        for name, value in grant.cookies().items():
            client.cookies[name] = value
        text = client.get(f"{BASE}/master.m3u8").content.decode()
        assert "?" not in m3u8.parse(text).all("EXT-X-STREAM-INF")[0].uri
        assert client.get(f"{BASE}/v144/video.m3u8").status_code == 200

    def test_a_range_goes_on_in_the_addresses_of_its_lists(
        self, client: Client
    ) -> None:
        start = int(datetime.now(UTC).timestamp()) - 120
        for query in (
            f"start={start}&end={start + 60}",
            f"aws.manifestsettings=start:{start};end:{start + 60}",
        ):
            master = get(client, "master.m3u8", query).content.decode()
            video = m3u8.parse(master).all("EXT-X-STREAM-INF")[0].uri
            assert query in video
            text = client.get(f"{BASE}/{video}").content.decode()
            assert m3u8.parse(text).has("EXT-X-ENDLIST")
            assert query not in m3u8.parse(text).segments[0].uri

    def test_lists_are_compressed(self, client: Client) -> None:
        answer = get(client, "v144/video.m3u8", headers={"Accept-Encoding": "gzip"})
        assert answer["Content-Encoding"] == "gzip"
        assert len(answer.content) < 6000

    @pytest.mark.parametrize(
        ("name", "query"),
        [
            ("none/video.m3u8", ""),
            ("v144/none.m4s", ""),
            ("v144/video.m3u8", "start=1"),
            ("v144/video.m3u8", "start=soon"),
            ("v144/video.m3u8", "start=99999999999"),
        ],
    )
    def test_what_there_is_not(self, client: Client, name: str, query: str) -> None:
        assert get(client, name, query).status_code == 404

    def test_nothing_without_permission(self, client: Client) -> None:
        assert client.get(f"{BASE}/master.m3u8").status_code == 403
        other = permission("/live/ch_other/*")
        assert client.get(f"{BASE}/v144/video.m3u8?{other}").status_code == 403
        assert client.post(f"{BASE}/master.m3u8").status_code == 405
        assert get(client, "../../film.mp4").status_code == 403


class TestPlayers:
    """ffmpeg's HLS demuxer over HTTP, across the seam between two rounds."""

    def frames(self, url: str, *options: str) -> int:
        """How many pictures the demuxer finds, each once."""
        done = subprocess.run(
            [
                *(tools.path_of("ffmpeg"), "-v", "error", "-progress", "-"),
                *("-i", url, "-map", "0:v:0", *options),
                *("-c", "copy", "-f", "null", "-"),
            ],
            capture_output=True,
            text=True,
            timeout=90,
        )
        assert done.returncode == 0, done.stderr
        counts = [line for line in done.stdout.splitlines() if line[:6] == "frame="]
        return int(counts[-1].partition("=")[2])

    def test_a_complete_range_has_all_its_pictures(
        self, live_server: LiveServer
    ) -> None:
        start = int(datetime.now(UTC).timestamp()) - 120
        query = f"start={start}&end={start + 40}&{permission()}"
        frames = self.frames(f"{live_server.url}{BASE}/v144/video.m3u8?{query}")
        assert 40 * 25 <= frames <= 54 * 25
        assert frames % 50 == 0  # whole segments

    def test_live_plays_over_several_seams(self, live_server: LiveServer) -> None:
        url = f"{live_server.url}{BASE}/master.m3u8?{permission()}"
        wanted = str(20 * 25)  # the film has 8 seconds, so two or three seams
        assert self.frames(url, "-frames:v", wanted) == 20 * 25

    def test_ffprobe_sees_every_rung_and_language(
        self, live_server: LiveServer
    ) -> None:
        url = f"{live_server.url}{BASE}/master.m3u8?{permission()}"
        told = tools.run(
            "ffprobe",
            [*("-v", "error", "-show_entries", "stream=codec_type,height"), url],
        )
        assert {f"height={height}" for height in (144, 240, 360)} <= set(told.split())
        assert "codec_type=subtitle" in told
