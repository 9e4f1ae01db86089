"""Pictures for scrubbing: sprites of small frames and a WebVTT file that maps time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from playback.packaging import tools

WIDTH: Final = 160
COLUMNS: Final = 5
ROWS: Final = 5
_WANTED: Final = 200
_SHORTEST_S: Final = 2
NAME: Final = "thumbnails/thumbnails.vtt"


def interval_s(duration_s: float) -> int:
    """Seconds between two pictures: about two hundred for a film, never below two."""
    return max(_SHORTEST_S, round(duration_s / _WANTED))


def make(video: Path, duration_s: float, aspect: float, out: Path) -> None:
    """Write sprites and their map below ``out`` from an encoded rung."""
    folder = out / "thumbnails"
    folder.mkdir(parents=True, exist_ok=True)
    step = interval_s(duration_s)
    height = 2 * round(WIDTH / aspect / 2)
    pictures = f"fps=1/{step}:round=up,scale={WIDTH}:{height},tile={COLUMNS}x{ROWS}"
    tools.run(
        "ffmpeg",
        [
            *("-y", "-v", "error", "-nostats", "-skip_frame", "nokey"),
            *("-i", str(video), "-an", "-vf", pictures),
            *("-q:v", "4", str(folder / "sprite-%d.jpg")),
        ],
    )
    sprites = len(list(folder.glob("sprite-*.jpg")))
    text = "\n".join(_cues(duration_s, step, height, sprites))
    (out / NAME).write_text(f"WEBVTT\n\n{text}\n")


def _cues(duration_s: float, step: int, height: int, sprites: int) -> Iterator[str]:
    """One cue a picture; as many as the sprites hold."""
    per_sprite = COLUMNS * ROWS
    count = min(-(-duration_s // step), sprites * per_sprite)
    for number in range(int(count)):
        start, end = number * step, min((number + 1) * step, duration_s)
        row, column = divmod(number % per_sprite, COLUMNS)
        place = f"{column * WIDTH},{row * height},{WIDTH},{height}"
        sprite = f"sprite-{number // per_sprite + 1}.jpg"
        yield f"{_clock(start)} --> {_clock(end)}\n{sprite}#xywh={place}\n"


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
