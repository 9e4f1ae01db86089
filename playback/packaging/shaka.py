"""Segments and manifests by Shaka Packager: one CMAF set, HLS and DASH over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from playback.packaging import DASH_MANIFEST, HLS_MANIFEST, TextSource, tools
from playback.packaging.encoding import KEY_FRAME_S, audio_name, video_name
from playback.packaging.ladder import Rung

SEGMENT_S: Final = 6
NO_LANGUAGE: Final = "zxx"


def segment(
    rungs: Sequence[Rung],
    audios: Sequence[tuple[str, str]],
    texts: Mapping[str, TextSource],
    work: Path,
    default_language: str,
) -> None:
    """Write ``out/`` in ``work`` from what the encoder left there.

    ``audios`` are (language, label) pairs, ``texts`` are WebVTT files by name.
    """
    streams = [_video(rung) for rung in rungs]
    streams += [_audio(n, *track) for n, track in enumerate(audios)]
    for number, (name, text) in enumerate(texts.items()):
        streams += _text(number, name, text)
    tools.run(
        "packager",
        [
            *streams,
            "--quiet",
            *("--segment_duration", str(SEGMENT_S)),
            *("--fragment_duration", str(KEY_FRAME_S)),
            *("--hls_master_playlist_output", f"out/{HLS_MANIFEST}"),
            *("--mpd_output", f"out/{DASH_MANIFEST}"),
            *("--hls_playlist_type", "VOD"),
            "--generate_static_live_mpd",
            *("--default_language", default_language),
            # Subtitles are offered, never switched on by themselves.
            *("--default_text_language", NO_LANGUAGE),
        ],
        directory=work,
    )


def _video(rung: Rung) -> str:
    folder = f"v{rung.height}"
    return _descriptor(
        {
            "in": video_name(rung),
            "stream": "video",
            "init_segment": f"out/{folder}/init.mp4",
            "segment_template": f"out/{folder}/$Number$.m4s",
            "playlist_name": f"{folder}/video.m3u8",
            "iframe_playlist_name": f"{folder}/iframe.m3u8",
        }
    )


def _audio(number: int, language: str, label: str) -> str:
    folder = f"a{number}-{language}"
    return _descriptor(
        {
            "in": audio_name(number),
            "stream": "audio",
            "init_segment": f"out/{folder}/init.mp4",
            "segment_template": f"out/{folder}/$Number$.m4s",
            "playlist_name": f"{folder}/audio.m3u8",
            "hls_group_id": "audio",
            "hls_name": label,
            "dash_label": label,
            "language": language,
        }
    )


def _text(number: int, name: str, text: TextSource) -> list[str]:
    """The same words twice: WebVTT segments for HLS, WebVTT in MP4 for DASH."""
    folder = f"t{number}-{text.language}"
    shared = {"in": name, "stream": "text", "language": text.language}
    hls = shared | {
        "segment_template": f"out/{folder}/$Number$.vtt",
        "playlist_name": f"{folder}/text.m3u8",
        "hls_group_id": "text",
        "hls_name": text.label,
        "hls_only": "1",
    }
    dash = shared | {
        "format": "vtt+mp4",
        "init_segment": f"out/{folder}/dash/init.mp4",
        "segment_template": f"out/{folder}/dash/$Number$.m4s",
        "dash_label": text.label,
        "dash_only": "1",
    }
    if text.role == "caption":
        hls["hls_characteristics"] = (
            "public.accessibility.transcribes-spoken-dialog"
            ";public.accessibility.describes-music-and-sound"
        )
        dash["dash_roles"] = "caption"
    elif text.role == "forced":
        hls["forced_subtitle"] = dash["forced_subtitle"] = "1"
    return [_descriptor(hls), _descriptor(dash)]


def _descriptor(fields: Mapping[str, str]) -> str:
    """``name=value`` pairs; a comma separates them, so none may be inside."""
    return ",".join(f"{name}={text.replace(',', ' ')}" for name, text in fields.items())
