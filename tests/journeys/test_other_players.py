"""Players that nobody here wrote open the exported playlist: ffmpeg's, and mpv."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from playback.packaging import tools
from tests.journeys.service import Service

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
]

CHANNEL = "Meridian One"
RUNNING = "/v1/channels/meridian-one/schedule"


def send(service: Service, path: str, body: object = None, token: str = "") -> bytes:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = Request(service.url + path, data=data, headers=headers)
    with urlopen(request, timeout=30) as answer:
        text: bytes = answer.read()
    return text


@pytest.fixture(scope="module")
def playlist(service: Service, _room: None) -> str:
    """The playlist of a household's television, with addresses of this service."""
    email, password = service.viewer
    body = {
        "email": email,
        "password": password,
        "device": {"platform": "android-tv", "name": "Kodi"},
    }
    signed_in = json.loads(send(service, "/v1/auth/sign-in", body))
    token = signed_in["access_token"]
    if not signed_in.get("profile_id"):
        (profile, *_) = signed_in["profiles"]
        chosen = send(service, f"/v1/me/profiles/{profile['id']}/choose", {}, token)
        token = json.loads(chosen)["access_token"]
    link = json.loads(send(service, "/v1/me/playlist-links", {}, token))
    parts = urlsplit(link["playlist_url"])
    text = send(service, f"{parts.path}?{parts.query}").decode()
    return text.replace(f"{parts.scheme}://{parts.netloc}", service.url)


@pytest.fixture(scope="module")
def live(playlist: str) -> str:
    """Where the playlist says that the channel is."""
    found = re.search(rf"#EXTINF[^\n]*,{CHANNEL}\n([^#\n]+)", playlist)
    assert found, playlist
    return found[1]


@pytest.fixture(scope="module")
def past(service: Service, playlist: str, live: str) -> str:
    """The address of a past programme, made as players make it of the playlist."""
    entry = re.search(
        rf'#EXTINF[^\n]*catchup-source="([^"]+)"[^\n]*,{CHANNEL}\n', playlist
    )
    assert entry, playlist
    guide = json.loads(send(service, RUNNING))
    now = datetime.fromisoformat(guide["server_time"])
    day = now.date() - timedelta(days=1)
    shown = json.loads(send(service, f"{RUNNING}?date={day}"))["results"]
    chosen = shown[len(shown) // 2]
    start, end = (
        int(datetime.fromisoformat(chosen[name]).timestamp())
        for name in ("starts_at", "ends_at")
    )
    source = entry[1].replace("{utcend}", str(end)).replace("{utc}", str(start))
    return live + source


@pytest.mark.parametrize("kind", ["live", "past"])
class TestPlayers:
    def test_ffmpeg(self, kind: str, request: pytest.FixtureRequest) -> None:
        """Its demuxer reads past a seam: the film of the channel has thirty seconds."""
        url = request.getfixturevalue(kind)
        done = subprocess.run(
            [
                *(tools.path_of("ffmpeg"), "-v", "error", "-progress", "-"),
                *("-i", url, "-map", "0:v:0", "-c", "copy", "-frames:v", "840"),
                *("-f", "null", "-"),
            ],
            capture_output=True,
            text=True,
            timeout=150,
        )
        assert done.returncode == 0, done.stderr
        assert "frame=840" in done.stdout

    def test_mpv(self, kind: str, request: pytest.FixtureRequest) -> None:
        """It decodes picture and sound for some seconds."""
        mpv = shutil.which("mpv")
        if mpv is None:
            pytest.skip("mpv is not installed")
        url = request.getfixturevalue(kind)
        done = subprocess.run(
            [
                *(mpv, "--no-config", "--vo=null", "--ao=null", "--hls-bitrate=min"),
                *("--length=5", "--term-status-msg=at ${=playback-time}", url),
            ],
            capture_output=True,
            text=True,
            timeout=150,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "h264" in done.stdout
        assert "aac" in done.stdout
