"""Debian's nginx as the media host: a file for a grant, and for nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from bench.exchange import Answer, fetch
from bench.processes import free_port, tool
from playback import delivery
from playback.keyring import delivery_keys
from tests.deploy.rig import ROOT, Origin, Process

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(tool("nginx") is None, reason="nginx is not installed"),
]
MASTER = "/v/as_film/1/master.m3u8"
FRAME = """
pid {base}/nginx.pid;
error_log {base}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {base}/body; proxy_temp_path {base}/proxy;
    fastcgi_temp_path {base}/fastcgi; uwsgi_temp_path {base}/uwsgi;
    scgi_temp_path {base}/scgi;
    include {base}/media.conf;
}}
"""


@contextmanager
def directory() -> Iterator[Path]:
    """One that the workers of nginx can enter, which run as another account."""
    with tempfile.TemporaryDirectory(prefix="media-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


class MediaHost(Process):
    """nginx with `deploy/nginx/media.conf`, its three lines filled in."""

    def __init__(self, base: Path, origin_port: int) -> None:
        self.video = base / "video"
        for name in ("as_film/1/master.m3u8", "as_film/1/v/1.m4s", "sources/a.mp4"):
            path = self.video / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{name}\n" * 20)
        port = free_port()
        text = (ROOT / "deploy/nginx/media.conf").read_text()
        for line, own in (
            ("server 127.0.0.1:8000;", f"server 127.0.0.1:{origin_port};"),
            ("listen 127.0.0.1:8080;", f"listen 127.0.0.1:{port};"),
            ("alias /srv/streamapi/video/;", f"alias {self.video}/;"),
            ("/var/cache/nginx/media-grants", f"{base}/grants"),
        ):
            assert text.count(line) == 1
            text = text.replace(line, own)
        (base / "media.conf").write_text(text)
        (base / "nginx.conf").write_text(FRAME.format(base=base))
        for path in base.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        command = [tool("nginx"), "-c", str(base / "nginx.conf"), "-g", "daemon off;"]
        super().__init__(command, base / "nginx.log", port)

    def get(
        self, path: str, grant: delivery.Grant | None = None, **headers: str
    ) -> Answer:
        if grant is not None:
            pairs = (f"{name}={text}" for name, text in grant.cookies().items())
            headers["Cookie"] = "; ".join(pairs)
        return fetch(self.port, path, headers)


@pytest.fixture(scope="module")
def origin() -> Iterator[Origin]:
    with directory() as base:
        started = Origin(base / "state", settings_module="streamapi.settings.test")
        yield started
        started.stop()


@pytest.fixture(scope="module")
def host(origin: Origin) -> Iterator[MediaHost]:
    with directory() as base:
        started = MediaHost(base, origin.port)
        yield started
        started.stop()


@pytest.fixture
def keys(origin: Origin) -> Iterator[delivery.SigningKey]:
    """The key that the service made for itself."""
    with override_settings(STATE_DIR=origin.directory, DELIVERY_KEYS=""):
        yield delivery_keys().active


def grant(
    key: delivery.SigningKey, resource: str = "/v/as_film/1/*", life_s: int = 600
) -> delivery.Grant:
    ends = datetime.now(UTC) + timedelta(seconds=life_s)
    policy = delivery.Policy(
        resource=f"{settings.MEDIA_BASE_URL}{resource}", expires_at=ends
    )
    return delivery.sign(policy, key)


class TestWithAGrant:
    def test_cookies_open_everything_in_the_package(
        self, host: MediaHost, keys: delivery.SigningKey
    ) -> None:
        mine = grant(keys)
        answer = host.get(MASTER, mine)
        assert answer.status == 200
        assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
        assert answer.headers["cache-control"] == "private, max-age=3600"
        assert host.get("/v/as_film/1/v/1.m4s", mine).status == 200

    def test_a_signed_query_opens_it_as_well(
        self, host: MediaHost, keys: delivery.SigningKey
    ) -> None:
        assert host.get(f"{MASTER}?{grant(keys).query()}").status == 200

    def test_playlists_are_compressed_and_segments_come_in_ranges(
        self, host: MediaHost, keys: delivery.SigningKey
    ) -> None:
        mine = grant(keys)
        zipped = host.get(MASTER, mine, **{"Accept-Encoding": "gzip"})
        assert zipped.headers["content-encoding"] == "gzip"
        part = host.get("/v/as_film/1/v/1.m4s", mine, Range="bytes=0-9")
        assert (part.status, len(part.body)) == (206, 10)

    def test_the_service_is_asked_once_for_a_package(
        self, host: MediaHost, origin: Origin, keys: delivery.SigningKey
    ) -> None:
        origin.forget()
        mine = grant(keys)
        for _ in range(5):
            assert host.get("/v/as_film/1/v/1.m4s", mine).status == 200
            assert host.get(MASTER, mine).status == 200
        assert len(origin.requests) == 1

    def test_a_yes_for_one_file_is_none_for_another(
        self, host: MediaHost, keys: delivery.SigningKey
    ) -> None:
        only = grant(keys, resource=MASTER)
        assert host.get(MASTER, only).status == 200
        assert host.get("/v/as_film/1/v/1.m4s", only).status == 403


class TestWithout:
    @pytest.mark.parametrize(
        "path", [MASTER, "/v/sources/a.mp4", "/v/as_film/1/../../sources/a.mp4"]
    )
    def test_nothing_is_served(self, host: MediaHost, path: str) -> None:
        assert host.get(path).status == 403

    def test_a_grant_of_another_package_opens_nothing(
        self, host: MediaHost, keys: delivery.SigningKey
    ) -> None:
        other = grant(keys, resource="/v/as_other/1/*")
        assert host.get(MASTER, other).status == 403
        assert host.get("/v/sources/a.mp4", grant(keys)).status == 403
        assert host.get("/v/as_film/1/../../sources/a.mp4", grant(keys)).status == 403

    def test_an_expired_grant_opens_nothing(
        self, host: MediaHost, keys: delivery.SigningKey
    ) -> None:
        assert host.get(MASTER, grant(keys, life_s=-1)).status == 403

    def test_nothing_but_packages_is_there(self, host: MediaHost) -> None:
        assert host.get("/media-grant").status == 404
        assert host.get("/").status == 404
