"""From a source file to one set of CMAF segments with HLS and DASH manifests.

The rest of the product knows :class:`Packager` alone. The local one runs ffmpeg and
Shaka Packager; a managed service such as MediaConvert fits beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from playback.protection import TrackKey

if TYPE_CHECKING:
    from playback.packaging.ladder import Rung

HLS_MANIFEST = "master.m3u8"
HLS_TV_MANIFEST = "master-tv.m3u8"
DASH_MANIFEST = "manifest.mpd"
AVC = "avc1"
HEVC = "hvc1"
AV1 = "av01"
"""The codecs that pictures are made in, as manifests name them."""

Progress = Callable[[float, str], None]
"""Told the share that is done (0 to 1) and what is being done."""


class PackagingFailed(Exception):
    """The source cannot be packaged; the message says why, for an editor to read."""


@dataclass(frozen=True, slots=True)
class TextSource:
    """A subtitle file in the video storage, WebVTT or SubRip."""

    name: str
    language: str
    label: str
    role: str = "subtitle"


@dataclass(frozen=True, slots=True)
class Order:
    """What to package, and the folder of the video storage that the result goes to.

    With ``keys`` it is encrypted, each kind of track with the key of that kind.
    """

    source: str
    target: str
    language: str
    ladder: tuple[Rung, ...]
    texts: tuple[TextSource, ...] = ()
    keys: tuple[TrackKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Video:
    """One rung as it came out."""

    width: int
    height: int
    frame_rate: float
    codecs: str
    bandwidth: int
    average_bandwidth: int
    video_range: str = "SDR"


@dataclass(frozen=True, slots=True)
class Audio:
    """One sound track as it came out."""

    language: str
    label: str
    codecs: str
    channels: int


@dataclass(frozen=True, slots=True)
class Package:
    """What lies below ``Order.target`` now."""

    duration_ms: int
    videos: tuple[Video, ...]
    audios: tuple[Audio, ...]
    texts: tuple[tuple[TextSource, str], ...]
    thumbnails: str


class Packager(Protocol):
    """Makes packages."""

    def run(self, order: Order, progress: Progress) -> Package | None:
        """Make one, all of it or nothing; raises PackagingFailed.

        ``None`` says that a service does the work and will report to
        ``playback.jobs.complete`` or ``playback.jobs.fail`` when it is over.
        """


def selection_name(manifest: str, selection: str) -> str:
    """The name of a manifest with some kinds of picture; empty for all there is."""
    stem, _, suffix = manifest.rpartition(".")
    return f"{stem}-{selection}.{suffix}" if selection else manifest


def capped_name(manifest: str, height: int) -> str:
    """The name of a manifest without anything taller than ``height``."""
    stem, _, suffix = manifest.rpartition(".")
    return f"{stem}-{height}.{suffix}"


def packager() -> Packager:
    """The packager that ``PACKAGER`` names."""
    made: Packager = import_string(settings.PACKAGER)()
    return made
