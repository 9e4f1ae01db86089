"""Turns a script into an asset: shot by ffmpeg, stored with its subtitles."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction

from playback import assets
from playback.assets import Subtitle
from playback.models import Asset
from playback.packaging import tools
from streamapi.demo import catalogue
from streamapi.demo.films import making
from streamapi.demo.films.script import Film, films


def shoot(slug: str, *, now: datetime) -> None:
    """Make one film and queue its packaging; a film that exists is left alone."""
    film = next(one for one in films() if one.title.slug == slug)
    if asset_of(film) is None:
        assets.enqueue(create(film, now), now=now)


def asset_of(film: Film) -> Asset | None:
    """The film's asset, if it was shot already."""
    return Asset.objects.filter(
        title__external_ids__system=catalogue.SYSTEM,
        title__external_ids__value=film.title.slug,
        kind=Asset.Kind.MAIN,
    ).first()


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


def _ffmpeg(words: Sequence[str]) -> str:
    return tools.run("ffmpeg", words)
