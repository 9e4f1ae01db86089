"""The tables of `playback`, one aggregate a module."""

from __future__ import annotations

from playback.models.assets import (
    Asset,
    AssetWindow,
    AudioTrack,
    Marker,
    Rendition,
    SourceText,
    TextTrack,
)
from playback.models.jobs import PackagingJob
from playback.models.keys import ContentKey
from playback.models.sessions import PlaybackSession
from playback.models.watching import (
    ContinueItem,
    TitleRating,
    WatchlistItem,
    WatchProgress,
)

__all__ = [
    "Asset",
    "AssetWindow",
    "AudioTrack",
    "ContentKey",
    "ContinueItem",
    "Marker",
    "PackagingJob",
    "PlaybackSession",
    "Rendition",
    "SourceText",
    "TextTrack",
    "TitleRating",
    "WatchProgress",
    "WatchlistItem",
]
