"""A film in two codecs: each device is led to the pictures that it can show, no others."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from catalog import publishing
from playback import hlscheck, jobs, m3u8
from playback.models import Asset, PackagingJob
from playback.packaging import Package
from tests.factories import catalog
from tests.playback.conftest import local_storage, package
from tests.playback.readers import MPD
from tests.playback.test_families import answer, capped, fetching
from tests.playback.test_packaging import joined, key_frames, probed

pytestmark = [pytest.mark.django_db, pytest.mark.media]
BOTH = ["avc1.640028", "hvc1.1.6.L93.B0"]


@pytest.fixture(scope="module")
def made(
    film: Path, words: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Package]:
    """Two rungs in H.264 and, for the taller one, HEVC beside it."""
    location = tmp_path_factory.mktemp("codecs")
    return package(location, film, words, ("144:80", "240:280", "360:500:hevc"))


@pytest.fixture
def title(made: tuple[Path, Package], settings: Settings) -> str:
    out, described = made
    location = out.parent.parent
    settings.STORAGES = settings.STORAGES | {"video": local_storage(location)}
    published = catalog.title("Two Codecs", genres=["drama"])
    asset = Asset.objects.create(title=published)
    job = PackagingJob.objects.create(asset=asset)
    now = timezone.now()
    publishing.publish(published, by=None, now=now)
    jobs.complete(job, "as_film/1", described, now=now)
    return published.public_id


def in_hls(said: dict[str, Any]) -> list[tuple[str, str]]:
    """Codec and size of every variant, of those for trick play too."""
    (url,) = [one["url"] for one in said["manifests"] if one["type"] == "hls"]
    master = m3u8.parse(fetching(said)(url))
    tags = [*master.all("EXT-X-STREAM-INF"), *master.all("EXT-X-I-FRAME-STREAM-INF")]
    return sorted(
        {(one.attributes["CODECS"][:4], one.attributes["RESOLUTION"]) for one in tags}
    )


def in_dash(said: dict[str, Any]) -> list[tuple[str, str]]:
    (url,) = [one["url"] for one in said["manifests"] if one["type"] == "dash"]
    found = set()
    for group in ET.fromstring(fetching(said)(url)).iter(f"{MPD}AdaptationSet"):
        if group.get("contentType") == "video":
            for one in group.iter(f"{MPD}Representation"):
                width = one.get("width") or group.get("width")
                height = one.get("height") or group.get("height")
                codecs = one.get("codecs") or group.get("codecs") or ""
                found.add((codecs[:4], f"{width}x{height}"))
    return sorted(found)


AVC = [("avc1", "256x144"), ("avc1", "426x240")]
HEVC = [("hvc1", "640x360")]


@pytest.mark.parametrize(
    ("codecs", "offered", "resolution"),
    [
        ([], AVC, ("240p", "device")),
        (["avc1.640028"], AVC, ("240p", "device")),
        (["hev1.1.6.L93.B0"], HEVC, ("360p", None)),
        (BOTH, AVC + HEVC, ("360p", None)),
    ],
    ids=["nothing stated", "H.264", "HEVC", "both"],
)
@pytest.mark.parametrize("platform", ["iphone", "android-tablet", "web"])
def test_the_manifests_hold_what_the_device_can_show(
    platform: str,
    codecs: list[str],
    offered: list[tuple[str, str]],
    resolution: tuple[str, str | None],
    title: str,
) -> None:
    said = answer(title, platform, codecs=codecs)
    assert capped(said) == resolution
    assert in_hls(said) == offered
    if platform != "iphone":
        assert in_dash(said) == offered


@pytest.mark.parametrize(("codecs", "named"), [([], "-tv-avc1"), (BOTH, "-tv")])
def test_televisions_have_lists_of_their_own(
    codecs: list[str], named: str, title: str
) -> None:
    (manifest,) = answer(title, "appletv", codecs=codecs)["manifests"]
    assert manifest["url"].endswith(f"/master{named}.m3u8")


def test_a_limit_of_height_holds_in_one_codec_too(title: str) -> None:
    said = answer(title, "web", max_height=200)
    assert in_hls(said) == in_dash(said) == AVC[:1]
    said = answer(title, "web", max_height=200, codecs=BOTH)
    assert in_hls(said) == in_dash(said) == AVC[:1]


def test_the_pictures_are_hevc_cut_where_the_others_are(
    made: tuple[Path, Package], tmp_path: Path
) -> None:
    out, _ = made
    hevc = joined(out / "v360-hvc1", tmp_path / "hevc.mp4")
    avc = joined(out / "v240", tmp_path / "avc.mp4")
    (stream,) = probed(hevc, "-show_streams")["streams"]
    assert stream["codec_name"] == "hevc"
    assert stream["codec_tag_string"] == "hvc1"
    assert stream["height"] == 360
    assert key_frames(hevc) == pytest.approx(key_frames(avc), abs=0.05)


@pytest.mark.parametrize("name", ["master", "master-avc1", "master-tv"])
def test_the_lists_keep_apple_s_rules(name: str, made: tuple[Path, Package]) -> None:
    out, _ = made
    shown = hlscheck.load(
        f"{name}.m3u8",
        read=lambda one: (out / one).read_text(),
        size_of=lambda one: (out / one).stat().st_size,
    )
    errors = [one for one in hlscheck.check(shown) if one.severity == hlscheck.ERROR]
    assert errors == []
