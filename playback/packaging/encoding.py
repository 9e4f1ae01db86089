"""The ladder by ffmpeg: all rungs in one pass, key frames at the same instants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from django.conf import settings

from playback.packaging import HEVC, tools
from playback.packaging.ladder import Rung
from playback.packaging.probe import Source

KEY_FRAME_S: Final = 2
AUDIO_KBPS: Final = 96
_LEVELS: Final = ((144, "1.3"), (240, "2.1"), (480, "3.1"), (720, "4.0"), (1080, "4.2"))


def video_name(rung: Rung) -> str:
    """The file that the encoder writes for a rung."""
    return f"video-{rung.name}.mp4"


def audio_name(index: int) -> str:
    """The file that the encoder writes for a sound track."""
    return f"audio-{index}.mp4"


def encode(
    source: Source,
    rungs: Sequence[Rung],
    work: Path,
    progress: Callable[[float], None],
) -> None:
    """Write one file for each rung and each sound track into ``work``."""

    def follow(line: str) -> None:
        name, _, value = line.partition("=")
        if name == "out_time_us" and value.lstrip("-").isdigit():
            progress(min(1.0, max(0, int(value)) / 1e6 / source.duration_s))

    arguments = [
        *("-y", "-v", "error", "-nostats", "-progress", "pipe:1"),
        *("-i", str(source.path), "-map_metadata", "-1", "-map_chapters", "-1"),
        *("-filter_complex", _scaled(source, rungs)),
    ]
    for index, rung in enumerate(rungs):
        arguments += ["-map", f"[v{index}]", *_video(rung), video_name(rung)]
    for index, _language in enumerate(source.audio_languages):
        arguments += ["-map", f"0:a:{index}", *_audio(), audio_name(index)]
    tools.run("ffmpeg", arguments, directory=work, on_line=follow)


def _scaled(source: Source, rungs: Sequence[Rung]) -> str:
    """One decoded picture, a constant rate, split and scaled; even sizes only."""
    outputs = "".join(f"[s{index}]" for index in range(len(rungs)))
    steps = [f"[0:v:0]fps={source.frame_rate},split={len(rungs)}{outputs}"]
    for index, rung in enumerate(rungs):
        width = 2 * round(source.width * rung.height / source.height / 2)
        size = f"scale={width}:{rung.height}:flags=bicubic"
        steps.append(f"[s{index}]{size},setsar=1,format=yuv420p[v{index}]")
    return ";".join(steps)


def _video(rung: Rung) -> list[str]:
    return [
        *(_hevc() if rung.codec == HEVC else _avc(rung)),
        *("-preset", settings.PACKAGING_PRESET, "-profile:v", rung.profile),
        *("-b:v", f"{rung.kbps}k", "-maxrate", f"{rung.kbps * 12 // 10}k"),
        *("-bufsize", f"{rung.kbps * 2}k"),
        *("-force_key_frames", f"expr:gte(t,n_forced*{KEY_FRAME_S})"),
    ]


def _hevc() -> list[str]:
    """As Apple's devices want it: parameter sets in the header, ``hvc1``."""
    options = "keyint=9999:scenecut=0:open-gop=0:log-level=error"
    return [
        *("-c:v", "libx265", "-tag:v", "hvc1", "-forced-idr", "1"),
        *("-x265-params", options),
    ]


def _avc(rung: Rung) -> list[str]:
    level = next((name for height, name in _LEVELS if rung.height <= height), "5.1")
    return [
        *("-c:v", "libx264", "-level:v", level, "-x264-params", "open-gop=0"),
        *("-g", "9999", "-sc_threshold", "0"),
    ]


def _audio() -> list[str]:
    return ["-c:a", "aac", "-b:a", f"{AUDIO_KBPS}k", "-ac", "2", "-ar", "48000"]
