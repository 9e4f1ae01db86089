"""What each family of devices is offered, read as that family reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from catalog import publishing
from playback import devices, drm, jobs, vault
from playback.models import Asset, PackagingJob, Rendition
from playback.packaging import Package
from streamapi.errors import InvalidInput
from tests.factories import catalog, playback
from tests.playback.conftest import KEYS, local_storage
from tests.playback.readers import AppleDevice, DashDevice
from tests.playback.test_play import press_play

pytestmark = [pytest.mark.django_db, pytest.mark.media]
KIDS = {one.track: one.kid.hex for one in KEYS}
SERVERS = {
    system: {
        "license_url": f"https://licences.example.com/{system}",
        "certificate_url": f"https://licences.example.com/{system}.cer",
    }
    for system in ("fairplay", "widevine", "playready")
}


@pytest.fixture
def film(encrypted: tuple[Path, Package], settings: Settings) -> str:
    """The protected film of this run as a published title, behind the edge."""
    out, package = encrypted
    location = out.parent.parent
    settings.STORAGES = settings.STORAGES | {"video": local_storage(location)}
    settings.LICENSE_SERVERS = SERVERS
    now = timezone.now()
    title = catalog.title("Harbour Lights", genres=["drama"])
    asset = Asset.objects.create(title=title, protected=True)
    vault.keep(asset, "as_film/1", KEYS, now=now)
    job = PackagingJob.objects.create(asset=asset)
    publishing.publish(title, by=None, now=now)
    jobs.complete(job, "as_film/1", package, now=now)
    return title.public_id


@pytest.fixture
def tall_film() -> str:
    """Rows of a protected ladder up to 2160 lines."""
    title = catalog.title("Tall Ships", genres=["drama"])
    asset = playback.asset(title, heights=(144, 360, 576, 720, 1080, 2160))
    tracks = ("audio", "sd", "hd", "uhd")
    vault.make(asset, asset.folder, tracks, now=timezone.now())
    publishing.publish(title, by=None, now=timezone.now())
    return title.public_id


def answer(content_id: str, platform: str, drm: Any = None, **body: Any) -> Any:
    device = {"platform": platform} | ({"drm": drm} if drm else {})
    response = press_play(Client(), content_id, device=device, **body)
    assert response.status_code == 201, response.json()
    return response.json()


def fetching(said: dict[str, Any]):
    """Fetches from the edge with the permission of the answer, as a device would."""

    def fetch(url: str) -> str:
        response = Client().get(f"{url}?{said['delivery_auth']['query']}")
        assert response.status_code == 200, url
        return response.content.decode()

    return fetch


def capped(said: dict[str, Any]) -> tuple[str, str | None]:
    return said["max_resolution"], said["max_resolution_reason"]


class TestIphoneAndIpad:
    @pytest.mark.parametrize("platform", ["iphone", "ipad"])
    def test_hls_with_fairplay(self, platform: str, film: str) -> None:
        said = answer(film, platform)
        device = AppleDevice(said, fetching(said))
        assert device.heights == {144, 360, 720}
        assert device.asked_for() == set(KIDS.values())
        assert {kid.replace("-", "") for kid in said["drm"]["key_ids"]} == set(
            KIDS.values()
        )
        assert said["drm"]["license_url"] == SERVERS["fairplay"]["license_url"]

    @pytest.mark.parametrize(
        ("packed", "expected"),
        [
            (None, ("application/octet-stream", b"\xffspc")),
            ("raw", ("application/octet-stream", b"\xffspc")),
            ("form", ("application/x-www-form-urlencoded", b"spc=%2F3NwYw%3D%3D")),
            ("json", ("application/json", b'{"spc": "/3NwYw=="}')),
        ],
    )
    def test_its_licence_request_is_packed_as_the_vendor_wants_it(
        self,
        film: str,
        settings: Settings,
        packed: str | None,
        expected: tuple[str, bytes],
    ) -> None:
        hint = {"license_request_format": packed} if packed else {}
        settings.LICENSE_SERVERS = {"fairplay": SERVERS["fairplay"] | hint}
        said = answer(film, "iphone")
        device = AppleDevice(said, fetching(said))
        assert device.licence_request(b"\xffspc") == expected

    def test_a_cap_takes_variants_and_keys_away_together(self, film: str) -> None:
        said = answer(film, "iphone", max_height=480)
        device = AppleDevice(said, fetching(said))
        assert capped(said) == ("360p", "device")
        assert device.heights == {144, 360}
        assert device.asked_for() == {KIDS["audio"], KIDS["sd"]}


class TestAppleTv:
    def test_a_list_of_variants_for_televisions(self, film: str) -> None:
        said = answer(film, "appletv")
        device = AppleDevice(said, fetching(said))
        assert device.master_url.endswith("/master-tv.m3u8")
        assert device.heights == {360, 720}
        rates = {float(tag.attributes["FRAME-RATE"]) for tag in device.variants}
        ranges = {tag.attributes.get("VIDEO-RANGE", "SDR") for tag in device.variants}
        assert max(rates) <= 60
        assert ranges == {"SDR"} or min(rates) <= 30
        for tag in device.variants:
            video = [c for c in tag.attributes["CODECS"].split(",") if c[:3] == "avc"]
            assert video  # none is sound alone
            profile, level = int(video[0][5:7], 16), int(video[0][9:11], 16)
            assert profile <= 100
            assert level <= 51

    def test_the_picture_is_held_to_a_protected_cable(self, film: str) -> None:
        said = answer(film, "appletv")
        device = AppleDevice(said, fetching(said))
        for tag in device.variants:
            tall = tag.attributes["RESOLUTION"] == "1280x720"
            assert (tag.attributes.get("HDCP-LEVEL") == "TYPE-0") is tall
        assert device.asked_for() == set(KIDS.values())

    def test_a_capped_list_is_one_for_televisions_too(self, film: str) -> None:
        said = answer(film, "appletv", max_height=400)
        device = AppleDevice(said, fetching(said))
        assert device.heights == {360}


class TestAndroid:
    @pytest.mark.parametrize("platform", ["android-phone", "android-tablet"])
    def test_l1_gets_everything_by_dash_or_hls(self, platform: str, film: str) -> None:
        said = answer(film, platform, {"system": "widevine", "security_level": "L1"})
        assert [one["type"] for one in said["manifests"]] == ["dash", "hls"]
        device = DashDevice(said, fetching(said))
        assert device.heights == {144, 360, 720}
        assert device.asked_for() == set(KIDS.values())
        assert capped(said) == ("720p", None)
        assert device.licence_request(b"\x08")[0] == "application/octet-stream"

    @pytest.mark.parametrize(
        "drm",
        [
            {"system": "widevine", "security_level": "L3"},
            {"system": "widevine", "security_level": "L2"},
            {"system": "widevine"},
            None,
        ],
    )
    def test_l3_is_capped_and_not_refused(self, film: str, drm: Any) -> None:
        said = answer(film, "android-phone", drm)
        device = DashDevice(said, fetching(said))
        assert capped(said) == ("360p", "drm_security_level")
        assert device.heights == {144, 360}
        assert device.asked_for() == {KIDS["audio"], KIDS["sd"]}
        assert len(said["drm"]["key_ids"]) == 2

    @pytest.mark.parametrize(
        ("level", "hdcp", "expected"),
        [
            ("L1", "2.2", ("2160p", None)),
            ("L1", "2.3", ("2160p", None)),
            ("L1", "1.4", ("1080p", "hdcp")),
            ("L1", "", ("1080p", "hdcp")),
            ("L1", "none", ("576p", "hdcp")),
            ("L3", "2.2", ("576p", "drm_security_level")),
        ],
    )
    def test_android_tv_gets_uhd_over_a_cable_that_protects_it(
        self, tall_film: str, level: str, hdcp: str, expected: tuple[str, str | None]
    ) -> None:
        drm = {"system": "widevine", "security_level": level, "hdcp": hdcp}
        said = answer(tall_film, "android-tv", drm)
        assert capped(said) == expected
        assert said["manifests"][0]["type"] == "dash"
        assert len(said["drm"]["key_ids"]) == {"2160p": 4, "1080p": 3}.get(
            expected[0], 2
        )


class TestBrowsers:
    @pytest.mark.parametrize(
        ("system", "level", "expected"),
        [
            ("widevine", "", ("576p", "drm_security_level")),
            ("widevine", "L1", ("2160p", None)),
            ("playready", "", ("1080p", "drm_security_level")),
            ("playready", "SL3000", ("2160p", None)),
            ("playready", "SL150", ("576p", "drm_security_level")),
            ("fairplay", "", ("1080p", "drm_security_level")),
            ("fairplay", "AppleMain", ("2160p", None)),
        ],
    )
    def test_each_by_its_own_system(
        self,
        tall_film: str,
        settings: Settings,
        system: str,
        level: str,
        expected: tuple[str, str | None],
    ) -> None:
        settings.LICENSE_SERVERS = SERVERS
        said = answer(tall_film, "web", {"system": system, "security_level": level})
        assert said["drm"]["system"] == system
        assert said["drm"]["license_url"] == SERVERS[system]["license_url"]
        assert capped(said) == expected
        assert [one["type"] for one in said["manifests"]] == ["hls", "dash"]

    @pytest.mark.parametrize("system", ["widevine", "playready", "clearkey"])
    def test_dash_is_signalled_for_each(
        self, film: str, settings: Settings, system: str
    ) -> None:
        if system == "clearkey":
            settings.LICENSE_SERVERS = {}
        said = answer(film, "web", {"system": system})
        device = DashDevice(said, fetching(said))
        tracks = ["audio", "sd"] if system == "widevine" else ["audio", "sd", "hd"]
        assert device.asked_for() == {KIDS[track] for track in tracks}
        assert device.licence_request(b"{}")[1] == b"{}"

    def test_safari_reads_hls(self, film: str) -> None:
        said = answer(film, "web", {"system": "fairplay"})
        said["manifests"] = [one for one in said["manifests"] if one["type"] == "hls"]
        assert AppleDevice(said, fetching(said)).asked_for() == set(KIDS.values())


class TestReasons:
    def test_rights_go_before_all_others(self, tall_film: str) -> None:
        Asset.objects.update(rights_max_height=720)
        said = answer(tall_film, "appletv", {"security_level": "Main"}, max_height=720)
        assert capped(said) == ("720p", "rights")

    def test_clear_video_is_not_narrowed_by_protection(self) -> None:
        title = catalog.title("In the Open", genres=["drama"])
        playback.asset(title, heights=(144, 2160))
        publishing.publish(title, by=None, now=timezone.now())
        assert capped(answer(title.public_id, "android-tv")) == ("2160p", None)

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({}, ("720p", "device")),
            ({"codecs": ["avc1"]}, ("720p", "device")),
            ({"codecs": ["avc1", "hvc1"]}, ("1080p", "device")),
            ({"codecs": ["avc1", "hev1"], "hdr": ["pq"]}, ("2160p", None)),
            ({"codecs": ["avc1"], "hdr": ["pq"]}, ("720p", "device")),
        ],
    )
    def test_codecs_and_hdr_narrow_the_ladder(
        self, body: dict[str, Any], expected: tuple[str, str | None]
    ) -> None:
        title = catalog.title("Bright", genres=["drama"])
        asset = playback.asset(title, heights=(144, 720, 1080, 2160))
        hevc = Rendition.objects.filter(asset=asset, height__gt=720)
        hevc.update(codecs="hvc1.2.4.L150,mp4a.40.2")
        hevc.filter(height=2160).update(video_range="PQ")
        publishing.publish(title, by=None, now=timezone.now())
        assert capped(answer(title.public_id, "appletv", **body)) == expected


class TestMistakes:
    @pytest.mark.parametrize(
        ("device", "code"),
        [
            ({"platform": "toaster"}, "unknown_platform"),
            (
                {"platform": "iphone", "drm": {"system": "widevine"}},
                "unknown_drm_system",
            ),
            ({"platform": "web", "drm": {"system": "marlin"}}, "unknown_drm_system"),
            (
                {"platform": "android-tv", "drm": {"security_level": "L9"}},
                "unknown_security_level",
            ),
            ({"platform": "android-tv", "drm": {"hdcp": "9"}}, "unknown_hdcp"),
        ],
    )
    def test_what_we_do_not_know_is_an_error_and_no_guess(
        self, tall_film: str, device: dict[str, Any], code: str
    ) -> None:
        response = press_play(Client(), tall_film, device=device)
        assert response.status_code == 400
        assert response.json()["code"] == code
        assert response.json()["errors"][0]["pointer"].startswith("/device/")

    def test_without_a_common_codec_what_there_is_is_told(self) -> None:
        rungs = [
            {"height": 720, "codecs": "avc1.4d401f,mp4a.40.2", "video_range": "SDR"}
        ]
        with pytest.raises(InvalidInput) as refusal:
            devices.shown(rungs, ["vp9"], [])
        assert refusal.value.extra["offered"] == ["avc1.4d401f", "mp4a.40.2"]

    @pytest.mark.parametrize(
        ("servers", "said"),
        [
            (["widevine"], "JSON by system"),
            ({"widevine": "https://licences.example.com"}, "JSON by system"),
            ({"widevine": {"url": "https://licences.example.com"}}, "JSON by system"),
            ({"widewine": {}}, "no system 'widewine'"),
            ({"fairplay": {"license_request_format": "xml"}}, "of fairplay is one of"),
        ],
        ids=str,
    )
    def test_a_server_that_could_not_name_its_licences_is_not_started(
        self, settings: Settings, servers: Any, said: str
    ) -> None:
        settings.LICENSE_SERVERS = servers
        with pytest.raises(ImproperlyConfigured, match=said):
            drm.refuse_what_is_unusable()

    def test_one_that_can_is(self, settings: Settings) -> None:
        settings.LICENSE_SERVERS = SERVERS
        drm.refuse_what_is_unusable()
