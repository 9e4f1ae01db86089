"""Video for tests: rows as the packager leaves them, without the files."""

from __future__ import annotations

from datetime import UTC, datetime

from playback.models import Asset, AudioTrack, Rendition, TextTrack
from tests.factories import catalog

NOW = datetime(2027, 1, 15, 8, 0, 0, tzinfo=UTC)
_WIDTHS = {144: 256, 240: 426, 360: 640, 576: 1024, 720: 1280, 1080: 1920, 2160: 3840}


def asset(
    title=None,
    *,
    episode=None,
    heights=(144, 240, 360, 720),
    audio=("en",),
    texts=("de",),
    duration_ms=5_400_000,
    **fields,
):
    """A packaged asset of a title, or of an episode when one is given."""
    if title is None and episode is None:
        title = catalog.title()
    made = Asset(
        title=title, episode=episode, duration_ms=duration_ms, created_at=NOW, **fields
    )
    made.folder = fields.get("folder", f"{made.public_id}/1")
    made.thumbnails = "thumbnails/thumbnails.vtt"
    made.state = Asset.State.READY
    made.save()
    Rendition.objects.bulk_create(
        Rendition(
            asset=made,
            width=_WIDTHS[height],
            height=height,
            frame_rate=25,
            codecs="avc1.4d401e,mp4a.40.2",
            bandwidth=height * 3000,
            average_bandwidth=height * 2500,
        )
        for height in heights
    )
    AudioTrack.objects.bulk_create(
        AudioTrack(
            asset=made, language=code, label=code, codec="mp4a.40.2", position=position
        )
        for position, code in enumerate(audio)
    )
    TextTrack.objects.bulk_create(
        TextTrack(
            asset=made, language=code, label=code, path=f"text/text-{number}-{code}.vtt"
        )
        for number, code in enumerate(texts)
    )
    return made
