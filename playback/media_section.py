"""What the catalogue says about a title's video: how long, which languages, how good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from playback.models import Asset, AssetWindow
from playback.models.assets import TextRole, VideoRange

_BADGES: Final = ((2160, "4k"), (1080, "full_hd"), (720, "hd"))


def build(title_pks: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """The section of each title that has video; six queries for any number of them."""
    assets = (
        Asset.objects.of_titles(title_pks)
        .playable()
        .with_tracks()
        .prefetch_related("windows")
        .select_related("episode__season")
        .order_by("position", "pk")
    )
    by_title: dict[int, list[Asset]] = defaultdict(list)
    beside: dict[int, list[Asset]] = defaultdict(list)
    for asset in assets:
        where = by_title if asset.kind == Asset.Kind.MAIN else beside
        where[asset.owner_pk].append(asset)
    sections = {pk: _section(found) for pk, found in by_title.items()}
    for pk, found in beside.items():
        sections.setdefault(pk, {})["videos"] = [_video(asset) for asset in found]
    return sections


def _section(assets: Sequence[Asset]) -> dict[str, Any]:
    audio = [track.language for one in assets for track in one.audio_tracks.all()]
    texts = [track for one in assets for track in one.text_tracks.all()]
    section: dict[str, Any] = {
        "playable": True,
        "audio_languages": _distinct(audio),
        "subtitle_languages": _distinct(track.language for track in texts),
        "badges": _badges(assets, {track.role for track in texts}),
    }
    for asset in assets:
        if asset.episode is None:
            section["runtime_s"] = asset.duration_ms // 1000
    section["episodes"] = {
        asset.episode.public_id: {
            "runtime_s": asset.duration_ms // 1000,
            "playable": True,
        }
        for asset in assets
        if asset.episode is not None
    }
    return section


def _video(asset: Asset) -> dict[str, Any]:
    """A trailer or an extra, with the windows that it may be played in."""
    kind = Asset.Kind(asset.kind)
    spoken = (track.language for track in asset.audio_tracks.all())
    return {
        "id": asset.public_id,
        "kind": kind.value,
        "name": asset.name or str(kind.label).capitalize(),
        "names": asset.names,
        "language": next(spoken, asset.language),
        "duration_ms": asset.duration_ms,
        "windows": [_window(one) for one in asset.windows.all()],
    }


def _window(window: AssetWindow) -> dict[str, Any]:
    return {
        "territories": window.territories,
        "excluded": window.excluded,
        "starts_at": window.starts_at and window.starts_at.isoformat(),
        "ends_at": window.ends_at and window.ends_at.isoformat(),
    }


def _badges(assets: Sequence[Asset], roles: set[str]) -> list[str]:
    rungs = [rung for asset in assets for rung in asset.renditions.all()]
    tallest = max((rung.height for rung in rungs), default=0)
    quality = [badge for height, badge in _BADGES if tallest >= height][:1]
    bright = any(rung.video_range != VideoRange.SDR for rung in rungs)
    captions = TextRole.CAPTION in roles
    return [*quality, *["hdr"] * bright, *["captions"] * captions]


def _distinct(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
