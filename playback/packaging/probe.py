"""What a source file holds, by ffprobe."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from playback import pictures
from playback.packaging import PackagingFailed, tools

_TALLEST: Final = 4320
_RANGES: Final = {"smpte2084": pictures.PQ, "arib-std-b67": pictures.HLG}
_UNKNOWN_LANGUAGES: Final = frozenset({"", "und", "mul", "zxx"})


@dataclass(frozen=True, slots=True)
class Source:
    """The facts that the encoder needs."""

    path: Path
    duration_s: float
    width: int
    height: int
    frame_rate: Fraction
    audio_languages: tuple[str, ...]
    video_range: str = pictures.SDR


def probe(path: Path, language: str) -> Source:
    """Look into ``path``; sound without a language tag is taken to be ``language``."""
    shown = tools.run(
        "ffprobe",
        ["-v", "error", "-show_streams", "-show_format", "-of", "json", str(path)],
    )
    try:
        facts: dict[str, Any] = json.loads(shown)
        videos = [s for s in facts["streams"] if _is_picture(s)]
        duration_s = float(facts["format"].get("duration", 0))
    except (ValueError, KeyError) as error:
        raise PackagingFailed("the file is not video that ffmpeg can read") from error
    if not videos or duration_s <= 0:
        raise PackagingFailed("the file has no moving picture")
    video = videos[0]
    width, height = _shown_size(video)
    if not 16 <= height <= _TALLEST:
        raise PackagingFailed(f"a picture of {width}x{height} cannot be packaged")
    return Source(
        path=path,
        duration_s=duration_s,
        width=width,
        height=height,
        frame_rate=_frame_rate(video),
        audio_languages=tuple(
            _language(stream, language)
            for stream in facts["streams"]
            if stream.get("codec_type") == "audio"
        ),
        video_range=_RANGES.get(video.get("color_transfer", ""), pictures.SDR),
    )


def _is_picture(stream: dict[str, Any]) -> bool:
    attached = stream.get("disposition", {}).get("attached_pic", 0)
    return stream.get("codec_type") == "video" and not attached


def _shown_size(video: dict[str, Any]) -> tuple[int, int]:
    """Width and height as a viewer sees them: rotated, with square pixels."""
    width, height = int(video["width"]), int(video["height"])
    aspect = video.get("sample_aspect_ratio", "1:1").replace(":", "/")
    if aspect not in {"1/1", "0/1"}:
        width = round(width * Fraction(aspect))
    turns = (side.get("rotation", 0) for side in video.get("side_data_list", []))
    if any(abs(turn) % 180 == 90 for turn in turns):
        return height, width
    return width, height


def _frame_rate(video: dict[str, Any]) -> Fraction:
    """The constant rate to encode at: at most 60, 25 when the source does not say."""
    for name in ("avg_frame_rate", "r_frame_rate"):
        top, _, bottom = video.get(name, "0/0").partition("/")
        if int(top) and int(bottom or 1):
            rate = Fraction(int(top), int(bottom or 1)).limit_denominator(1001)
            return min(max(rate, Fraction(1)), Fraction(60))
    return Fraction(25)


def _language(stream: dict[str, Any], default: str) -> str:
    tag = stream.get("tags", {}).get("language", "")
    return default if tag in _UNKNOWN_LANGUAGES else _SHORT.get(tag, tag)


_SHORT: Final = {
    "ara": "ar",
    "chi": "zh",
    "deu": "de",
    "dut": "nl",
    "eng": "en",
    "fra": "fr",
    "fre": "fr",
    "ger": "de",
    "hin": "hi",
    "ita": "it",
    "jpn": "ja",
    "kor": "ko",
    "nld": "nl",
    "pol": "pl",
    "por": "pt",
    "rus": "ru",
    "spa": "es",
    "swe": "sv",
    "tur": "tr",
    "zho": "zh",
}
"""ISO 639-2 codes of containers as BCP 47 wants them; others stay as they are."""
