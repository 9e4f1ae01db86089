"""The ladder by ffmpeg: all rungs in one pass, key frames at the same instants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from django.conf import settings

from playback import pictures
from playback.packaging import AV1, HEVC, tools
from playback.packaging.ladder import Rung
from playback.packaging.probe import Source

KEY_FRAME_S: Final = 2
AUDIO_KBPS: Final = 96
_AV1_PRESETS: Final = {"ultrafast": 10, "superfast": 9, "slow": 5, "slower": 4}
_AS_SDR: Final = (
    ":out_primaries=bt709:out_transfer=bt709:out_color_matrix=bt709"
    ":intent=relative_colorimetric"  # as bright as it was; highlights beyond white are cut
)
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
        if source.video_range != rung.video_range:
            size += _AS_SDR
        depth = "yuv420p" if rung.video_range == pictures.SDR else "yuv420p10le"
        steps.append(f"[s{index}]{size},setsar=1,format={depth}[v{index}]")
    return ";".join(steps)


def _video(rung: Rung) -> list[str]:
    ways = {HEVC: _hevc, AV1: _av1}
    return [
        *ways.get(rung.codec, _avc)(rung),
        *("-maxrate", f"{rung.kbps * 12 // 10}k", "-bufsize", f"{rung.kbps * 2}k"),
        *("-force_key_frames", f"expr:gte(t,n_forced*{KEY_FRAME_S})"),
    ]


def _av1(_rung: Rung) -> list[str]:
    """Of even quality below the highest rate: only so does SVT-AV1 set its key frames
    where they are asked for. HDR is known by what the picture itself says.
    """
    preset = _AV1_PRESETS.get(settings.PACKAGING_PRESET, 8)
    return [
        *("-c:v", "libsvtav1", "-preset", str(preset), "-crf", "32", "-g", "-1"),
        *("-svtav1-params", "enable-force-key-frames=1:scd=0"),
    ]


def _x26(rung: Rung) -> list[str]:
    return [
        *("-preset", settings.PACKAGING_PRESET, "-profile:v", rung.profile),
        *("-b:v", f"{rung.kbps}k"),
    ]


def _hevc(rung: Rung) -> list[str]:
    """As Apple's devices want it: parameter sets in the header, ``hvc1``."""
    options = "keyint=9999:scenecut=0:open-gop=0:log-level=error"
    return [
        *("-c:v", "libx265", "-tag:v", "hvc1", "-forced-idr", "1"),
        *("-x265-params", options),
        *_x26(rung),
    ]


def _avc(rung: Rung) -> list[str]:
    level = next((name for height, name in _LEVELS if rung.height <= height), "5.1")
    return [
        *("-c:v", "libx264", "-level:v", level, "-x264-params", "open-gop=0"),
        *("-g", "9999", "-sc_threshold", "0"),
        *_x26(rung),
    ]


def _audio() -> list[str]:
    return ["-c:a", "aac", "-b:a", f"{AUDIO_KBPS}k", "-ac", "2", "-ar", "48000"]
