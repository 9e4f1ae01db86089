"""Subtitles of a film as WebVTT."""

from __future__ import annotations

from streamapi.demo.films.script import Film


def webvtt(film: Film, language: str) -> str:
    """The whole file in one language."""
    blocks = [
        f"{stamp(cue.starts_s)} --> {stamp(cue.ends_s)}\n{cue.texts[language]}"
        for cue in film.cues
    ]
    return "\n\n".join(["WEBVTT", *blocks, ""])


def stamp(seconds: float) -> str:
    """A moment as WebVTT writes it."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest:02}.{milliseconds:03}"
