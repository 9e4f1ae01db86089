"""The tables of `playback`, one aggregate a module."""

from __future__ import annotations

from playback.models.assets import (
    Asset,
    AudioTrack,
    Marker,
    Rendition,
    SourceText,
    TextTrack,
)
from playback.models.jobs import PackagingJob
from playback.models.sessions import PlaybackSession

__all__ = [
    "Asset",
    "AudioTrack",
    "Marker",
    "PackagingJob",
    "PlaybackSession",
    "Rendition",
    "SourceText",
    "TextTrack",
]
