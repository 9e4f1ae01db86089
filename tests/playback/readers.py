"""Devices as tests have them: each reads an answer to play, and its files, its own way."""

from __future__ import annotations

import base64
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin

from playback import m3u8
from playback.m3u8 import Playlist, Tag

MPD = "{urn:mpeg:dash:schema:mpd:2011}"
CENC = "{urn:mpeg:cenc:2013}"
SYSTEM_IDS = {
    "widevine": "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed",
    "playready": "urn:uuid:9a04f079-9840-4286-ab92-e65be0885f95",
    "clearkey": "urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b",
}
Fetch = Callable[[str], str]


@dataclass(frozen=True)
class AppleDevice:
    """AVFoundation: HLS alone, FairPlay alone, variants by what the master list says."""

    answer: dict[str, Any]
    fetch: Fetch

    @property
    def master_url(self) -> str:
        (manifest,) = self.answer["manifests"]
        assert manifest["type"] == "hls"
        assert manifest["mime"] == "application/vnd.apple.mpegurl"
        return str(manifest["url"])

    @property
    def variants(self) -> list[Tag]:
        master = m3u8.parse(self.fetch(self.master_url))
        found = master.all("EXT-X-STREAM-INF")
        for tag in found:  # what AVFoundation sorts and filters variants by
            assert {"CODECS", "RESOLUTION", "FRAME-RATE"} <= tag.attributes.keys()
        return found

    @property
    def heights(self) -> set[int]:
        sizes = (tag.attributes["RESOLUTION"] for tag in self.variants)
        return {int(size.partition("x")[2]) for size in sizes}

    def playlists(self) -> Iterator[Playlist]:
        """Every media playlist that it may come to read: pictures, trick play, sound."""
        master = m3u8.parse(self.fetch(self.master_url))
        names = {tag.uri or tag.attributes.get("URI", "") for tag in master.tags}
        for name in sorted(one for one in names if one.endswith(".m3u8")):
            yield m3u8.parse(self.fetch(urljoin(self.master_url, name)))

    def asked_for(self) -> set[str]:
        """The key ids that it would ask the licence server for, by ``skd://``."""
        drm = self.answer["drm"]
        assert drm["system"] == "fairplay"
        assert drm["certificate_url"]
        found = set()
        for playlist in self.playlists():
            for tag in playlist.all("EXT-X-KEY"):
                if tag.attributes["KEYFORMAT"] == "com.apple.streamingkeydelivery":
                    assert tag.attributes["METHOD"] == "SAMPLE-AES"
                    found.add(tag.attributes["URI"].removeprefix("skd://"))
        return found

    def licence_request(self, spc: bytes) -> tuple[str, bytes]:
        """What it sends to the licence server: the media type, and the message."""
        packed = base64.b64encode(spc).decode()
        match self.answer["drm"]["license_request_format"]:
            case "form":
                form = urlencode({"spc": packed}).encode()
                return "application/x-www-form-urlencoded", form
            case "json":
                return "application/json", json.dumps({"spc": packed}).encode()
            case "raw":
                return "application/octet-stream", spc
            case unknown:
                raise AssertionError(unknown)


@dataclass(frozen=True)
class DashDevice:
    """ExoPlayer and browsers: the first manifest, representations, protection by system."""

    answer: dict[str, Any]
    fetch: Fetch

    @property
    def sets(self) -> list[ET.Element]:
        first = next(one for one in self.answer["manifests"] if one["type"] == "dash")
        assert first["mime"] == "application/dash+xml"
        root = ET.fromstring(self.fetch(first["url"]))
        return list(root.iter(f"{MPD}AdaptationSet"))

    @property
    def heights(self) -> set[int]:
        found = set()
        for one in self.sets:
            for representation in one.iter(f"{MPD}Representation"):
                height = representation.get("height") or one.get("height")
                if height and one.get("contentType") == "video":
                    found.add(int(height))
        return found

    def asked_for(self) -> set[str]:
        """The key ids of every set that is protected for the system of the answer."""
        system = SYSTEM_IDS[self.answer["drm"]["system"]]
        found = set()
        for one in self.sets:
            marks = {
                mark.get("schemeIdUri"): mark
                for mark in one.iter(f"{MPD}ContentProtection")
            }
            if marks:
                assert marks[system].find(f"{CENC}pssh") is not None
                scheme = marks["urn:mpeg:dash:mp4protection:2011"]
                assert scheme.get("value") == "cbcs"
                found.add(str(scheme.get(f"{CENC}default_KID")).replace("-", ""))
        return found

    def licence_request(self, challenge: bytes) -> tuple[str, bytes]:
        """What ExoPlayer sends: the challenge as it is, or ClearKey's JSON of EME."""
        clearkey = self.answer["drm"]["system"] == "clearkey"
        wanted = "json" if clearkey else "raw"
        assert self.answer["drm"]["license_request_format"] == wanted
        kind = "application/json" if clearkey else "application/octet-stream"
        return kind, challenge
