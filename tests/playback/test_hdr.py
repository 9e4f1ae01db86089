"""A film in HDR: one kind of picture more, shown to devices that have it, to no others."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image, ImageStat
from pytest_django import Settings

from catalog import publishing
from catalog.models import Title
from playback import hlscheck, jobs, media_section, pictures
from playback.models import Asset, PackagingJob
from playback.packaging import Package, ladder, tools
from tests.factories import catalog
from tests.playback.conftest import local_storage, package
from tests.playback.readers import MPD, AppleDevice, DashDevice
from tests.playback.test_families import answer, capped, fetching
from tests.playback.test_packaging import joined, key_frames, probed

pytestmark = pytest.mark.media
RUNGS = ("90:60", "144:120", "144:110:av1", "180:300:av1-pq")
HDR = ["av01.0.05M.10", "avc1.640028"]
TEST_PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=4")
AS_PQ = "out_primaries=bt2020:out_transfer=smpte2084:out_color_matrix=bt2020nc"


def ffmpeg(*arguments: str) -> bytes:
    done = subprocess.run(
        [tools.path_of("ffmpeg"), "-y", "-v", "error", *arguments],
        check=True,
        capture_output=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def made(words: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Package]:
    """Four seconds that came as HDR10: two rungs in H.264, AV1, and AV1 in HDR."""
    location = tmp_path_factory.mktemp("hdr")
    source = location / "hdr.mp4"
    ffmpeg(
        *TEST_PICTURE,
        *("-f", "lavfi", "-i", "sine=f=440:d=4"),
        *("-vf", f"scale={AS_PQ},format=yuv420p10le"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-qp", "10", "-c:a", "aac"),
        str(source),
    )
    return package(location, source, words, RUNGS)


@pytest.fixture
def title(made: tuple[Path, Package], settings: Settings) -> str:
    out, described = made
    location = out.parent.parent
    settings.STORAGES = settings.STORAGES | {"video": local_storage(location)}
    published = catalog.title("Bright", genres=["drama"])
    job = PackagingJob.objects.create(asset=Asset.objects.create(title=published))
    now = timezone.now()
    jobs.complete(job, "as_film/1", described, now=now)
    publishing.publish(published, by=None, now=now)
    return published.public_id


def picture_of(folder: Path, tmp_path: Path) -> dict[str, Any]:
    rung = joined(folder, tmp_path / "rung.mp4")
    (stream,) = probed(rung, "-show_streams")["streams"]
    return dict(stream)


class TestThePictures:
    def test_are_ten_bits_of_pq_in_bt_2020(
        self, made: tuple[Path, Package], tmp_path: Path
    ) -> None:
        stream = picture_of(made[0] / "v180-av01pq", tmp_path)
        assert stream["codec_name"] == "av1"
        assert stream["pix_fmt"] == "yuv420p10le"
        assert stream["color_transfer"] == "smpte2084"
        assert stream["color_primaries"] == "bt2020"
        assert stream["color_space"] == "bt2020nc"

    @pytest.mark.parametrize("folder", ["v90", "v144", "v144-av01"])
    def test_of_the_other_rungs_are_plain(
        self, folder: str, made: tuple[Path, Package], tmp_path: Path
    ) -> None:
        stream = picture_of(made[0] / folder, tmp_path)
        assert stream["pix_fmt"] == "yuv420p"
        assert stream["color_transfer"] == stream["color_primaries"] == "bt709"

    def test_are_cut_at_the_same_instants(
        self, made: tuple[Path, Package], tmp_path: Path
    ) -> None:
        folders = ("v90", "v144-av01", "v180-av01pq")
        cut = [
            key_frames(joined(made[0] / name, tmp_path / f"{name}.mp4"))
            for name in folders
        ]
        assert cut[0] == pytest.approx([0, 2], abs=0.05)
        assert cut[1] == cut[2] == pytest.approx(cut[0], abs=0.05)

    def test_look_in_sdr_as_they_did_before(
        self, made: tuple[Path, Package], tmp_path: Path
    ) -> None:
        """PQ that is shown as if it were SDR is grey."""
        still = ("-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
        film = joined(made[0] / "v144", tmp_path / "film.mp4")
        shown = ffmpeg("-ss", "1", "-i", str(film), *still)
        meant = ffmpeg(*TEST_PICTURE, "-ss", "1", "-vf", "scale=256:144", *still)
        for one, other in zip(colours(shown), colours(meant), strict=True):
            assert one == pytest.approx(other, abs=25)

    def test_are_described_as_such(self, made: tuple[Path, Package]) -> None:
        described = {
            (video.height, video.codecs.partition(".")[0], video.video_range)
            for video in made[1].videos
        }
        assert described == {
            (90, "avc1", "SDR"),
            (144, "avc1", "SDR"),
            (144, "av01", "SDR"),
            (180, "av01", "PQ"),
        }


def colours(pixels: bytes) -> list[float]:
    """The mean and the spread of red, green and blue."""
    found = ImageStat.Stat(Image.frombytes("RGB", (256, 144), pixels))
    return [*found.mean, *found.stddev]


@pytest.mark.parametrize("name", ["master", "master-tv", "master-av01-avc1"])
def test_the_lists_keep_apple_s_rules(name: str, made: tuple[Path, Package]) -> None:
    shown = hlscheck.load(
        f"{name}.m3u8",
        read=lambda one: (made[0] / one).read_text(),
        size_of=lambda one: (made[0] / one).stat().st_size,
    )
    errors = [one for one in hlscheck.check(shown) if one.severity == hlscheck.ERROR]
    assert errors == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stated", "ranges", "resolution"),
    [
        ({}, {90: "SDR", 144: "SDR"}, ("144p", "device")),
        ({"codecs": HDR}, {90: "SDR", 144: "SDR"}, ("144p", "device")),
        ({"hdr": ["pq"]}, {90: "SDR", 144: "SDR"}, ("144p", "device")),
        ({"codecs": HDR, "hdr": ["hlg"]}, {90: "SDR", 144: "SDR"}, ("144p", "device")),
        (
            {"codecs": HDR, "hdr": ["pq"]},
            {90: "SDR", 144: "SDR", 180: "PQ"},
            ("180p", None),
        ),
    ],
    ids=["nothing", "no HDR", "no AV1", "another HDR", "HDR10"],
)
class TestDevices:
    @pytest.mark.parametrize("platform", ["iphone", "ipad"])
    def test_of_apple(
        self,
        platform: str,
        stated: dict[str, Any],
        ranges: dict[int, str],
        resolution: tuple[str, str | None],
        title: str,
    ) -> None:
        said = answer(title, platform, **stated)
        found = {}
        for variant in AppleDevice(said, fetching(said)).variants:
            facts = variant.attributes
            height = int(facts["RESOLUTION"].partition("x")[2])
            found[height] = facts["VIDEO-RANGE"]
            ten_bits = "av01.0.00M.10" in facts["CODECS"]
            assert ten_bits == (facts["VIDEO-RANGE"] == "PQ")
        assert found == ranges
        assert capped(said) == resolution

    @pytest.mark.parametrize("platform", ["android-tv", "web"])
    def test_with_dash(
        self,
        platform: str,
        stated: dict[str, Any],
        ranges: dict[int, str],
        resolution: tuple[str, str | None],
        title: str,
    ) -> None:
        said = answer(title, platform, **stated)
        device = DashDevice(said, fetching(said))
        assert device.heights == set(ranges)
        transfers = {
            transfer(one) for one in device.sets if one.get("contentType") == "video"
        }
        assert ("16" in transfers) == ("PQ" in ranges.values())
        assert capped(said) == resolution


def transfer(pictures_of: ET.Element) -> str:
    """The transfer characteristics that a set of pictures states."""
    (found,) = (
        str(one.get("value"))
        for one in pictures_of.iter(f"{MPD}SupplementalProperty")
        if str(one.get("schemeIdUri")).endswith(":TransferCharacteristics")
    )
    return found


@pytest.mark.django_db
def test_a_lower_limit_holds_in_hdr_too(title: str) -> None:
    said = answer(title, "web", codecs=HDR, hdr=["pq"], max_height=144)
    assert DashDevice(said, fetching(said)).heights == {90, 144}
    assert capped(said) == ("144p", "device")


@pytest.mark.django_db
def test_the_catalogue_says_that_it_is_in_hdr(title: str) -> None:
    pk = Title.objects.get(public_id=title).pk
    assert media_section.build([pk])[pk]["badges"] == ["hdr"]


class TestKinds:
    def test_a_source_in_sdr_fills_no_rung_in_hdr(self) -> None:
        rungs = ladder.rungs_for(180, ladder.parse(RUNGS))
        assert {rung.kind for rung in rungs} == {"avc1", "av01"}

    def test_every_device_finds_a_list_of_its_own(self) -> None:
        rungs = [("avc1", "SDR"), ("hvc1", "SDR"), ("hvc1", "PQ"), ("av01", "SDR")]
        assert list(pictures.selections(rungs)) == [
            "",
            "av01",
            "av01-avc1",
            "av01-avc1-hvc1",
            "av01-hvc1",
            "av01-hvc1-hvc1pq",
            "avc1",
            "avc1-hvc1",
            "avc1-hvc1-hvc1pq",
            "hvc1",
            "hvc1-hvc1pq",
        ]

    def test_of_one_kind_there_is_one_list(self) -> None:
        assert list(pictures.selections([("avc1", "SDR")])) == [""]
