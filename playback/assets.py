"""Takes video in: a source file becomes an asset, and a job is queued to package it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction

from catalog.models import Episode, Title
from playback import tasks
from playback.languages import display_name
from playback.models import Asset, PackagingJob, SourceText
from playback.models.assets import TextRole


@dataclass(frozen=True, slots=True)
class Subtitle:
    """A subtitle file that comes with a source."""

    path: Path
    language: str
    label: str = ""
    role: str = TextRole.SUBTITLE


@transaction.atomic
def create_from_source(
    *,
    source: Path,
    now: datetime,
    title: Title | None = None,
    episode: Episode | None = None,
    kind: str = Asset.Kind.MAIN,
    language: str = "en",
    protected: bool = False,
    subtitles: Sequence[Subtitle] = (),
) -> Asset:
    """Store ``source`` and its subtitles as an asset of a title or of an episode.

    Nothing is packaged yet: call :func:`enqueue`.
    """
    asset = Asset(
        title=title,
        episode=episode,
        kind=kind,
        language=language,
        protected=protected,
        created_at=now,
    )
    asset.source.name = _stored(source, asset)
    asset.save()
    for subtitle in subtitles:
        text = SourceText(
            asset=asset,
            language=subtitle.language,
            label=subtitle.label or display_name(subtitle.language),
            role=subtitle.role,
        )
        text.file.name = _stored(subtitle.path, asset)
        text.save()
    return asset


def enqueue(asset: Asset, *, now: datetime) -> PackagingJob:
    """Queue a job that packages ``asset``; an unfinished job of it is returned as is."""
    return tasks.enqueue(asset, now=now)


def _stored(path: Path, asset: Asset) -> str:
    """Copy a file into the video storage, below a folder that no viewer is let into."""
    name = f"sources/{asset.public_id}/{secrets.token_hex(4)}{path.suffix.lower()}"
    with path.open("rb") as file:
        return storages["video"].save(name, File(file))
