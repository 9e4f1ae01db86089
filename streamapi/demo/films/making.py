"""Makes a film: paints its layers, lets ffmpeg move them, adds music and subtitles."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from streamapi.demo.films import layers, score, subtitles
from streamapi.demo.films.layers import Layer
from streamapi.demo.films.script import Film, Shot

RATE: Final = 24
_FALL: Final = {"rain": 900, "snow": 70, "dust": 22, "bubbles": -60}
_FADE_S: Final = 0.6
_ISO_639_2: Final = {"en": "eng", "de": "deu"}
Run = Callable[[list[str]], object]


@dataclass(frozen=True, slots=True)
class Made:
    """The finished files."""

    video: Path
    texts: dict[str, Path]


def make(film: Film, folder: Path, ffmpeg: Run, *, height: int = 720) -> Made:
    """Write the film and its subtitles into ``folder``."""
    video = folder / f"{film.title.slug}.mp4"
    with tempfile.TemporaryDirectory() as scratch:
        ffmpeg(_command(film, Path(scratch), video, height))
    texts = {}
    for language in film.cues[0].texts:
        texts[language] = folder / f"{film.title.slug}.{language}.vtt"
        texts[language].write_text(subtitles.webvtt(film, language))
    return Made(video, texts)


def _command(film: Film, scratch: Path, video: Path, height: int) -> list[str]:
    plan = _Plan()
    shots = [
        _shot(plan, shot, scratch, number) for number, shot in enumerate(film.shots)
    ]
    joined = plan.step("".join(shots), f"concat=n={len(shots)}:v=1:a=0")
    titled = _title(plan, joined, layers.paint_title(film, scratch))
    timed = _clock(plan, film, titled, scratch)
    out = plan.step(timed, f"scale=-2:{height},format=yuv420p")
    return [
        *("-y", "-v", "error"),
        *plan.inputs,
        *("-f", "lavfi", "-i", _music(film)),
        *("-filter_complex", ";".join(plan.steps)),
        *("-map", out, "-map", f"{plan.count}:a", "-t", f"{film.seconds:g}"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "17", "-g", str(RATE)),
        *(
            "-c:a",
            "aac",
            "-b:a",
            "160k",
            "-metadata:s:a:0",
            f"language={_ISO_639_2[film.language]}",
        ),
        str(video),
    ]


class _Plan:
    """Inputs and filters as they are added; each filter has one output."""

    def __init__(self) -> None:
        self.inputs: list[str] = []
        self.steps: list[str] = []
        self.count = 0

    def picture(self, path: Path) -> str:
        """A still picture as an input."""
        return self.source("-i", str(path))

    def source(self, *arguments: str) -> str:
        """Any input; returns the name of its video."""
        self.inputs += arguments
        self.count += 1
        return f"[{self.count - 1}:v]"

    def step(self, inputs: str, chain: str) -> str:
        """A filter chain; returns the name of its output."""
        name = f"[s{len(self.steps)}]"
        self.steps.append(f"{inputs}{chain}{name}")
        return name


def _shot(plan: _Plan, shot: Shot, scratch: Path, number: int) -> str:
    ground, *others = layers.paint_shot(shot, scratch, f"shot-{number}")
    still = f"loop=-1:1:0,fps={RATE},setpts=N/{RATE}/TB,trim=duration={shot.seconds:g}"
    crop = f"crop={layers.SIZE[0]}:{layers.SIZE[1]}:0:0"
    seen = plan.step(plan.picture(ground.path), f"{crop},format=yuv420p,{still}")
    for layer in others:
        seen = plan.step(
            seen + plan.picture(layer.path),
            f"overlay={_camera(shot, layer)}:format=yuv420",
        )
    weather = layers.paint_weather(shot, scratch, f"shot-{number}")
    if weather is not None:
        seen = plan.step(seen + plan.picture(weather), f"overlay={_falling(shot)}")
    end = shot.seconds - _FADE_S
    fades = f"fade=in:st=0:d={_FADE_S},fade=out:st={end:g}:d={_FADE_S}"
    return plan.step(seen, f"{fades},setsar=1")


def _camera(shot: Shot, layer: Layer) -> str:
    """Nearer planes pass faster, and sway with the one who holds the camera."""
    distance = layer.depth * shot.travel
    start = 0.0 if distance >= 0 else distance
    pace = distance / shot.seconds
    sway = layers.SWAY / 2 * layer.depth
    return f"x='{start:.2f}-{pace:.4f}*t':y='-{sway:.2f}*(1+sin(t*0.9))'"


def _falling(shot: Shot) -> str:
    pace, height = _FALL[shot.weather], layers.SIZE[1]
    if pace > 0:
        return f"x=0:y='mod(t*{pace},{height})-{height}':format=yuv420"
    return f"x=0:y='-mod(t*{-pace},{height})':format=yuv420"


def _title(plan: _Plan, seen: str, card: Path) -> str:
    fades = "fade=in:st=1:d=1:alpha=1,fade=out:st=5:d=1:alpha=1"
    still = f"loop=-1:1:0,fps={RATE},setpts=N/{RATE}/TB,trim=duration=6.5"
    held = f"{still},format=yuva420p,{fades}"
    shown = plan.step(plan.picture(card), held)
    return plan.step(seen + shown, "overlay=0:0:eof_action=pass")


def _clock(plan: _Plan, film: Film, seen: str, scratch: Path) -> str:
    raw = scratch / "clock.rgba"
    layers.paint_clock(film, RATE, raw)
    wide, high = layers.CLOCK
    frames = plan.source(
        *("-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{wide}x{high}"),
        *("-r", str(RATE), "-i", str(raw)),
    )
    return plan.step(seen + frames, f"overlay={layers.SIZE[0] - wide - 28}:24")


def _music(film: Film) -> str:
    notes = score.expression(film.chords, film.pulse).replace(",", "\\,")
    end = film.seconds - 2
    return (
        f"aevalsrc=exprs={notes}:s=24000:d={film.seconds:g},aresample=48000,"
        f"aecho=0.8:0.7:340|560:0.35|0.22,afade=in:d=1.5,afade=out:st={end:g}:d=2"
    )
