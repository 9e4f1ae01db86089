"""Protected packages: encrypted once, for every system, with a key of each kind."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from playback import drm, hlscheck, m3u8
from playback.packaging import Package, tools
from playback.protection import track_of, tracks_of, tracks_up_to
from tests.playback.conftest import KEYS
from tests.playback.test_packaging import MPD, joined

CENC = "{urn:mpeg:cenc:2013}"
FAIRPLAY = "com.apple.streamingkeydelivery"
SYSTEMS = {
    "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed",  # Widevine
    "9a04f079-9840-4286-ab92-e65be0885f95",  # PlayReady
    "1077efec-c0b2-4d02-ace3-3c1e52e2fb4b",  # common, as ClearKey uses it
}
FOLDERS = {"a0-en": "audio", "v144": "sd", "v360": "sd", "v720": "hd"}
BY_TRACK = {one.track: one for one in KEYS}


@pytest.fixture(scope="module")
def out(encrypted: tuple[Path, Package]) -> Path:
    return encrypted[0]


class TestKinds:
    def test_each_height_has_its_kind(self) -> None:
        kinds = [track_of(height) for height in (144, 576, 577, 1080, 1081, 4320)]
        assert kinds == ["sd", "sd", "hd", "hd", "uhd", "uhd"]

    def test_a_cap_leaves_out_the_keys_above_it(self) -> None:
        assert tracks_up_to(360) == ("audio", "sd")
        assert tracks_up_to(1080) == ("audio", "sd", "hd")
        assert tracks_up_to(2160) == ("audio", "sd", "hd", "uhd")

    def test_a_ladder_needs_the_kinds_it_has(self) -> None:
        assert tracks_of([720, 144]) == ("audio", "sd", "hd")
        assert tracks_of([144]) == ("audio", "sd")


@pytest.mark.media
class TestEncryption:
    @pytest.mark.parametrize("folder", FOLDERS)
    def test_each_track_opens_with_its_own_key_alone(
        self, folder: str, out: Path, tmp_path: Path
    ) -> None:
        track = joined(out / folder, tmp_path / "track.mp4")
        own = BY_TRACK[FOLDERS[folder]].key
        assert decoded(track, own) == decoded(track, own) != ""
        for other in KEYS:
            if other.key != own:
                assert decoded(track, other.key) != decoded(track, own)

    def test_no_file_holds_a_key(self, out: Path) -> None:
        for path in filter(Path.is_file, out.rglob("*")):
            content = path.read_bytes()
            for one in KEYS:
                assert one.key not in content
                assert one.key.hex().encode() not in content.lower()

    def test_only_the_package_is_left_behind(self, out: Path) -> None:
        assert not list(out.rglob("*.flags"))


@pytest.mark.media
class TestDash:
    def test_every_picture_and_sound_is_signalled_for_every_system(
        self, out: Path
    ) -> None:
        root = ET.parse(out / "manifest.mpd").getroot()
        found = {}
        for one in root.iter(f"{MPD}AdaptationSet"):
            marks = one.findall(f"{MPD}ContentProtection")
            if one.get("contentType") == "text":
                assert not marks
                continue
            media = one.find(f".//{MPD}SegmentTemplate").get("media")
            kid = marks[0].get(f"{CENC}default_KID")
            found[media.partition("/")[0]] = kid
            assert marks[0].get("value") == "cbcs"
            systems = {mark.get("schemeIdUri")[9:] for mark in marks[1:]}
            assert systems == SYSTEMS
        assert set(found.values()) == {str(one.kid) for one in KEYS}

    def test_a_capped_manifest_has_no_set_of_what_is_gone(self, out: Path) -> None:
        root = ET.parse(out / "manifest-360.mpd").getroot()
        text = (out / "manifest-360.mpd").read_text()
        sets = list(root.iter(f"{MPD}AdaptationSet"))
        assert all(one.findall(f"{MPD}Representation") for one in sets)
        assert "v720" not in text
        assert f'default_KID="{BY_TRACK["hd"].kid}"' not in text


@pytest.mark.media
class TestHls:
    @pytest.mark.parametrize("folder", FOLDERS)
    def test_fairplay_asks_for_each_key_by_its_id(self, folder: str, out: Path) -> None:
        playlists = list((out / folder).glob("*.m3u8"))
        assert len(playlists) == (1 if folder == "a0-en" else 2)
        for path in playlists:
            keys = m3u8.parse(path.read_text()).all("EXT-X-KEY")
            formats = {tag.attributes.get("KEYFORMAT"): tag for tag in keys}
            fairplay = formats[FAIRPLAY].attributes
            assert fairplay["METHOD"] == "SAMPLE-AES"
            assert fairplay["URI"] == f"skd://{BY_TRACK[FOLDERS[folder]].kid.hex}"
            assert "identity" not in formats

    def test_tall_variants_ask_for_a_protected_cable(self, out: Path) -> None:
        master = m3u8.parse((out / "master.m3u8").read_text())
        levels = {
            tag.attributes["RESOLUTION"]: tag.attributes.get("HDCP-LEVEL")
            for tag in master.all("EXT-X-STREAM-INF")
        }
        assert levels == {"256x144": None, "640x360": None, "1280x720": "TYPE-0"}

    def test_variants_name_the_protection_that_they_need(self, out: Path) -> None:
        master = m3u8.parse((out / "master.m3u8").read_text())
        tags = master.all("EXT-X-STREAM-INF") + master.all("EXT-X-I-FRAME-STREAM-INF")
        told = {
            tag.attributes["RESOLUTION"]: tag.attributes["ALLOWED-CPC"] for tag in tags
        }
        everywhere = (
            "com.apple.streamingkeydelivery:AppleBaseline/Baseline/AppleMain/Main,"
            "com.microsoft.playready:SL2000/SL3000,"
            "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed:"
        )
        assert told == {
            "256x144": f"{everywhere}WIDEVINE_SOFTWARE/WIDEVINE_HARDWARE",
            "640x360": f"{everywhere}WIDEVINE_SOFTWARE/WIDEVINE_HARDWARE",
            "1280x720": f"{everywhere}WIDEVINE_HARDWARE",
        }
        assert drm.allowed_classes("uhd") == (
            "com.apple.streamingkeydelivery:AppleMain/Main,"
            "com.microsoft.playready:SL3000,"
            "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed:WIDEVINE_HARDWARE"
        )

    @pytest.mark.parametrize("name", ["master", "master-360", "master-tv"])
    def test_every_rule_that_we_check_is_kept(self, name: str, out: Path) -> None:
        shown = hlscheck.load(
            f"{name}.m3u8",
            read=lambda one: (out / one).read_text(),
            size_of=lambda one: (out / one).stat().st_size,
        )
        errors = [one for one in hlscheck.check(shown) if one.severity == "error"]
        assert errors == []

    def test_a_television_gets_no_variant_for_cellular_networks(
        self, out: Path
    ) -> None:
        master = m3u8.parse((out / "master-tv.m3u8").read_text())
        variants = master.all("EXT-X-STREAM-INF")
        assert {tag.attributes["RESOLUTION"] for tag in variants} == {
            "640x360",
            "1280x720",
        }
        lone = m3u8.parse((out / "master-tv-144.m3u8").read_text())
        assert len(lone.all("EXT-X-STREAM-INF")) == 1


def decoded(path: Path, key: bytes) -> str:
    """A digest of what an outside decoder makes of a track with a key."""
    done = subprocess.run(
        [
            *(tools.path_of("ffmpeg"), "-v", "quiet", "-decryption_key", key.hex()),
            *("-i", str(path), "-f", "md5", "-"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"MD5=(\w+)", done.stdout)
    return found[1] if found else ""
