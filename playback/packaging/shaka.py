"""Segments and manifests by Shaka Packager: one CMAF set, HLS and DASH over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from playback.packaging import DASH_MANIFEST, HLS_MANIFEST, TextSource, tools
from playback.packaging.encoding import KEY_FRAME_S, audio_name, video_name
from playback.packaging.ladder import Rung
from playback.packaging.manifests import KEY_URI
from playback.protection import AUDIO, TrackKey, track_of

SEGMENT_S: Final = 6
NO_LANGUAGE: Final = "zxx"
_KEYS_FILE: Final = "keys.flags"
_SYSTEMS: Final = "Widevine,PlayReady,FairPlay,CommonSystem"


def segment(
    rungs: Sequence[Rung],
    audios: Sequence[tuple[str, str]],
    texts: Mapping[str, TextSource],
    work: Path,
    default_language: str,
    keys: Sequence[TrackKey] = (),
) -> None:
    """Write ``out/`` in ``work`` from what the encoder left there.

    ``audios`` are (language, label) pairs, ``texts`` are WebVTT files by name. With
    ``keys`` everything but words is encrypted, once for all systems.
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
            *(_encryption(keys, work) if keys else ()),
        ],
        directory=work,
    )


def _encryption(keys: Sequence[TrackKey], work: Path) -> list[str]:
    """``cbcs``, as every system can play it. The keys go through a file: whoever is on
    this machine can read the arguments of a process.
    """
    listed = ",".join(
        f"label={one.track}:key_id={one.kid.hex}:key={one.key.hex()}" for one in keys
    )
    flags = work / _KEYS_FILE
    flags.touch(mode=0o600)
    flags.write_text(f"--keys={listed}\n")
    return [
        *("--flagfile", _KEYS_FILE, "--enable_raw_key_encryption"),
        *("--protection_scheme", "cbcs", "--protection_systems", _SYSTEMS),
        *("--clear_lead", "0", "--hls_key_uri", KEY_URI),
    ]


def _video(rung: Rung) -> str:
    folder = f"v{rung.name}"
    return _descriptor(
        {
            "in": video_name(rung),
            "stream": "video",
            "init_segment": f"out/{folder}/init.mp4",
            "segment_template": f"out/{folder}/$Number$.m4s",
            "drm_label": track_of(rung.height),
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
            "drm_label": AUDIO,
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
