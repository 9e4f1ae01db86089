"""The packager: what ffprobe and the playlists say about what it made."""

from __future__ import annotations

import json
import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from playback import hlscheck, m3u8
from playback.packaging import Order, Package, PackagingFailed, ladder, tools
from playback.packaging.local import LocalPackager

pytestmark = pytest.mark.media
MPD = "{urn:mpeg:dash:schema:mpd:2011}"


def joined(folder: Path, into: Path) -> Path:
    """One rendition as a file: its initialisation and all of its segments."""
    segments = sorted(folder.glob("*.m4s"), key=lambda path: int(path.stem))
    parts = [folder / "init.mp4", *segments]
    into.write_bytes(b"".join(part.read_bytes() for part in parts))
    return into


def probed(path: Path, *arguments: str) -> dict:
    shown = subprocess.run(
        [tools.path_of("ffprobe"), "-v", "error", "-of", "json", *arguments, str(path)],
        check=True,
        capture_output=True,
    )
    return json.loads(shown.stdout)


def key_frames(path: Path) -> list[float]:
    entries = ["-select_streams", "v", "-show_entries", "packet=pts_time,flags"]
    packets = probed(path, *entries)["packets"]
    return [float(packet["pts_time"]) for packet in packets if "K" in packet["flags"]]


@pytest.fixture(scope="module")
def out(packaged: tuple[Path, Package]) -> Path:
    return packaged[0]


class TestRenditions:
    @pytest.mark.parametrize("height", [144, 240, 360])
    def test_each_rung_is_h264_of_its_size(
        self, height: int, out: Path, tmp_path: Path
    ) -> None:
        rung = joined(out / f"v{height}", tmp_path / "rung.mp4")
        (stream,) = probed(rung, "-show_streams")["streams"]
        assert stream["codec_name"] == "h264"
        assert stream["height"] == height
        assert stream["pix_fmt"] == "yuv420p"
        assert stream["r_frame_rate"] == "25/1"

    def test_nothing_is_made_larger_than_the_source(self, out: Path) -> None:
        assert sorted(folder.name for folder in out.glob("v*")) == [
            "v144",
            "v240",
            "v360",
        ]

    def test_the_sound_is_stereo_aac_apart_from_the_picture(
        self, out: Path, tmp_path: Path
    ) -> None:
        sound = joined(out / "a0-en", tmp_path / "sound.mp4")
        (stream,) = probed(sound, "-show_streams")["streams"]
        assert stream["codec_name"] == "aac"
        assert stream["profile"] == "LC"
        assert stream["channels"] == 2

    def test_key_frames_stand_every_two_seconds_at_the_same_instants(
        self, out: Path, tmp_path: Path
    ) -> None:
        instants = [
            key_frames(joined(out / f"v{height}", tmp_path / f"{height}.mp4"))
            for height in (144, 240, 360)
        ]
        first = instants[0][0]
        assert [round(at - first, 3) for at in instants[0]] == [0, 2, 4, 6]
        assert instants[0] == instants[1] == instants[2]

    def test_segments_start_with_a_key_frame(self, out: Path, tmp_path: Path) -> None:
        second = tmp_path / "second.mp4"
        parts = [out / "v360/init.mp4", out / "v360/2.m4s"]
        second.write_bytes(b"".join(part.read_bytes() for part in parts))
        entries = ["-select_streams", "v", "-show_entries", "packet=flags"]
        assert probed(second, *entries)["packets"][0]["flags"].startswith("K")


class TestHls:
    def test_every_rule_that_we_check_is_kept(self, out: Path) -> None:
        for master in ("master.m3u8", "master-240.m3u8"):
            shown = hlscheck.load(
                master,
                read=lambda name: (out / name).read_text(),
                size_of=lambda name: (out / name).stat().st_size,
            )
            assert hlscheck.check(shown) == []

    def test_target_durations_are_equal_and_six_seconds(self, out: Path) -> None:
        playlists = [path for path in out.rglob("*.m3u8") if path.parent != out]
        targets = {
            m3u8.parse(path.read_text()).value("EXT-X-TARGETDURATION")
            for path in playlists
        }
        assert len(playlists) == 3 + 3 + 1 + 1
        assert targets == {"6"}

    def test_segments_of_all_rungs_are_cut_at_the_same_places(self, out: Path) -> None:
        cuts = {
            tuple(segment.duration for segment in m3u8.parse(path.read_text()).segments)
            for path in out.glob("v*/video.m3u8")
        }
        assert cuts == {(6.0, 2.0)}

    def test_files_weigh_what_is_declared(self, out: Path) -> None:
        master = m3u8.parse((out / "master.m3u8").read_text())
        sound = [path.stat().st_size for path in sorted(out.glob("a0-en/*.m4s"))]
        for variant in master.all("EXT-X-STREAM-INF"):
            folder = (out / variant.uri).parent
            sizes = [path.stat().st_size for path in sorted(folder.glob("*.m4s"))]
            average = (sum(sizes) + sum(sound)) * 8 / 8
            declared = int(variant.attributes["AVERAGE-BANDWIDTH"])
            assert abs(average - declared) < 0.1 * declared

    def test_the_first_variant_is_the_one_nearest_to_two_megabits(
        self, out: Path
    ) -> None:
        master = m3u8.parse((out / "master.m3u8").read_text())
        assert master.all("EXT-X-STREAM-INF")[0].uri == "v360/video.m3u8"

    def test_subtitles_are_offered_but_not_switched_on(self, out: Path) -> None:
        master = m3u8.parse((out / "master.m3u8").read_text())
        (words,) = [
            tag.attributes
            for tag in master.all("EXT-X-MEDIA")
            if tag.attributes["TYPE"] == "SUBTITLES"
        ]
        assert words["LANGUAGE"] == "de"
        assert words["DEFAULT"] == "NO"

    def test_a_capped_playlist_has_no_taller_variant(self, out: Path) -> None:
        capped = m3u8.parse((out / "master-240.m3u8").read_text())
        for name in ("EXT-X-STREAM-INF", "EXT-X-I-FRAME-STREAM-INF"):
            sizes = [tag.attributes["RESOLUTION"] for tag in capped.all(name)]
            assert sorted(sizes) == ["256x144", "426x240"]


class TestDash:
    def test_it_uses_the_segments_that_hls_uses(self, out: Path) -> None:
        root = ET.parse(out / "manifest.mpd").getroot()
        media = {
            template.attrib["media"] for template in root.iter(f"{MPD}SegmentTemplate")
        }
        assert {f"v{height}/$Number$.m4s" for height in (144, 240, 360)} < media
        assert "a0-en/$Number$.m4s" in media

    def test_a_capped_manifest_has_no_taller_representation(self, out: Path) -> None:
        root = ET.parse(out / "manifest-240.mpd").getroot()
        heights = {
            found.attrib["height"]
            for found in root.iter(f"{MPD}Representation")
            if "height" in found.attrib
        }
        assert heights == {"144", "240"}
        for found in root.iter(f"{MPD}AdaptationSet"):
            assert "maxHeight" not in found.attrib


class TestWordsAndPictures:
    def test_the_whole_subtitle_file_is_there_for_players_that_load_it(
        self, packaged: tuple[Path, Package]
    ) -> None:
        out, package = packaged
        ((text, path),) = package.texts
        assert text.language == "de"
        assert "Good evening." in (out / path).read_text()

    def test_scrub_pictures_cover_the_film(self, out: Path, tmp_path: Path) -> None:
        text = (out / "thumbnails/thumbnails.vtt").read_text()
        cues = re.findall(r"(\S+) --> (\S+)\n(\S+)#xywh=(\d+),(\d+),160,90", text)
        assert [cue[0] for cue in cues] == [
            "00:00:00.000",
            "00:00:02.000",
            "00:00:04.000",
            "00:00:06.000",
        ]
        assert cues[-1][1] == "00:00:08.000"
        sprite = out / "thumbnails" / cues[0][2]
        (stream,) = probed(sprite, "-show_streams")["streams"]
        assert (stream["width"], stream["height"]) == (800, 450)

    def test_the_description_says_what_was_made(
        self, packaged: tuple[Path, Package]
    ) -> None:
        package = packaged[1]
        assert package.duration_ms == 8000
        assert [video.height for video in package.videos] == [144, 240, 360]
        assert package.audios[0].language == "en"
        assert package.videos[0].average_bandwidth < 192_000


class TestLadder:
    LADDER = ladder.parse(["144:80", "240:280", "360:750", "720:2600", "1080:5000"])

    @pytest.mark.parametrize(
        ("height", "rungs"),
        [
            (1080, [144, 240, 360, 720, 1080]),
            (2160, [144, 240, 360, 720, 1080]),
            (720, [144, 240, 360, 720]),
            (576, [144, 240, 360, 576]),
            (405, [144, 240, 360]),
            (145, [144]),
            (101, [100]),
        ],
    )
    def test_a_source_fills_the_rungs_up_to_its_own_height(
        self, height: int, rungs: list[int]
    ) -> None:
        chosen = ladder.rungs_for(height, self.LADDER)
        assert [rung.height for rung in chosen] == rungs


class TestFailures:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"not a film", "Invalid data"),
            (b"", "Invalid data"),
            (None, "No such file"),
        ],
    )
    def test_a_bad_source_is_named_and_leaves_nothing(
        self, content: bytes | None, reason: str, video_storage: Path
    ) -> None:
        video_storage.mkdir()
        if content is not None:
            (video_storage / "film.mp4").write_bytes(content)
        order = Order("film.mp4", "as_x/1", "en", TestLadder.LADDER)
        with pytest.raises(PackagingFailed, match=reason):
            LocalPackager().run(order, lambda _share, _step: None)
        assert not (video_storage / "as_x").exists()
