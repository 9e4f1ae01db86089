"""The music of a film, as an expression that ffmpeg's ``aevalsrc`` evaluates.

A chord swells and fades for four seconds; above it single notes are plucked in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

CHORD_S: Final = 4
_NOTES: Final = {
    name: number
    for number, name in enumerate(
        ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
    )
}


def frequency(note: str) -> float:
    """Hertz of a note such as ``A4`` or ``C#3``, equally tempered."""
    name, octave = note[:-1], int(note[-1])
    return 440.0 * 2 ** ((_NOTES[name] - 9) / 12 + octave - 4)


def expression(chords: Sequence[Sequence[str]], pulse: float) -> str:
    """Left and right channel, for ``aevalsrc=exprs=...``."""
    return "|".join(_channel(chords, pulse, detune) for detune in (0.9985, 1.0015))


def _channel(chords: Sequence[Sequence[str]], pulse: float, detune: float) -> str:
    turn = len(chords) * CHORD_S
    voices = len(chords[0])
    chord_now = f"floor(mod(t,{turn})/{CHORD_S})"
    pad = "+".join(
        f"sin(2*PI*t*{_chosen(_voice(chords, voice, detune), chord_now)})"
        for voice in range(voices)
    )
    swell = f"pow(sin(PI*mod(t,{CHORD_S})/{CHORD_S}),0.6)"
    return f"0.05*{swell}*({pad})+{_plucked(chords, pulse, turn)}"


def _voice(
    chords: Sequence[Sequence[str]], number: int, detune: float
) -> list[float | str]:
    return [frequency(chord[number]) * detune for chord in chords]


def _plucked(chords: Sequence[Sequence[str]], pulse: float, turn: int) -> str:
    beat = f"mod(t*{pulse},1)"
    step = f"mod(floor(t*{pulse}),{len(chords[0])})"
    tones = _chosen(
        [
            f"({_chosen([frequency(note) * 2 for note in chord], step)})"
            for chord in chords
        ],
        f"floor(mod(t,{turn})/{CHORD_S})",
    )
    attack = f"min(1,{beat}*60)"
    decay = f"exp(-{5 / max(1.0, pulse) + 2:.2f}*{beat})"
    release = f"min(1,(1-{beat})*30)"
    return f"0.07*{attack}*{decay}*{release}*sin(2*PI*t*({tones}))"


def _chosen(options: Sequence[float | str], index: str) -> str:
    """The option whose number ``index`` is, as nested conditions."""
    texts = [f"{one:.3f}" if isinstance(one, float) else one for one in options]
    chosen = texts[-1]
    for number in range(len(texts) - 2, -1, -1):
        chosen = f"if(eq({index},{number}),{texts[number]},{chosen})"
    return chosen
