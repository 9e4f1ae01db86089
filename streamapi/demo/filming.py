"""Turns a script into an asset: shot by ffmpeg, stored with its subtitles."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from playback import assets
from playback.assets import Subtitle
from playback.models import Asset
from playback.packaging import tools
from streamapi.demo import catalogue
from streamapi.demo.films import making
from streamapi.demo.films.script import Film, films

TRAILER_S: Final = 10


def shoot(slug: str, *, now: datetime) -> None:
    """Make one film and queue its packaging; a film that exists is left alone."""
    film = next(one for one in films() if one.title.slug == slug)
    if asset_of(film) is None:
        assets.enqueue(create(film, now), now=now)


def asset_of(film: Film) -> Asset | None:
    """The film's asset, if it was shot already."""
    return _of(film, Asset.Kind.MAIN).first()


def create(film: Film, now: datetime) -> Asset:
    """Shoot the film: its source as an asset of its title."""
    title = catalogue.title_of(film.title.slug)
    with tempfile.TemporaryDirectory() as folder:
        made = making.make(film, Path(folder), _ffmpeg)
        with transaction.atomic():
            return assets.create_from_source(
                source=made.video,
                now=now,
                title=title,
                language=film.language,
                protected=film.is_protected,
                subtitles=[
                    Subtitle(path, language) for language, path in made.texts.items()
                ],
            )


def add_trailer(film: Film, main: Asset, *, now: datetime) -> None:
    """Queue a trailer, cut from the first seconds of the film; once is enough."""
    if _of(film, Asset.Kind.TRAILER).exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        whole, cut = Path(folder) / "whole.mp4", Path(folder) / "trailer.mp4"
        with main.source.open("rb") as source, whole.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        length = ("-t", str(TRAILER_S), "-c", "copy")
        _ffmpeg(["-y", "-v", "error", "-i", str(whole), *length, str(cut)])
        trailer = assets.create_from_source(
            source=cut,
            now=now,
            title=main.title,
            kind=Asset.Kind.TRAILER,
            language=film.language,
        )
    assets.enqueue(trailer, now=now)


def _of(film: Film, kind: str) -> QuerySet[Asset]:
    return Asset.objects.filter(
        title__external_ids__system=catalogue.SYSTEM,
        title__external_ids__value=film.title.slug,
        kind=kind,
    )


def _ffmpeg(words: Sequence[str]) -> str:
    return tools.run("ffmpeg", words)
