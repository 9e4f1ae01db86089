"""Trailers and extras in the records of imports and exports.

A video is known by its source, a file below ``sources/`` of the video storage: given again
it is renamed and put in order, never packaged again. What a record leaves out is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import storages

from catalog.importing.errors import RecordInvalid
from catalog.importing.fields import Fields, refusal
from catalog.importing.parts import Part
from catalog.models import Title
from playback import tasks
from playback.models import Asset

NAME: Final = "videos"
MOST: Final = 100
_FOLDER: Final = "sources/"
_KINDS: Final = frozenset(Asset.Kind.values) - {Asset.Kind.MAIN}
_COLUMNS: Final = ("kind", "name", "names", "language", "position")
_LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class VideoRecord:
    """A trailer or an extra as an import describes it."""

    kind: str
    name: str
    names: Mapping[str, str] | None
    language: str
    source: str


Given = Sequence[tuple[Title, Sequence[VideoRecord]]]


def _read(fields: Fields) -> list[VideoRecord]:
    videos = [_video(one) for one in fields.objects(NAME) or []]
    if len(videos) > MOST:
        raise fields.refuse("too_many", NAME, f"must have at most {MOST} members")
    if len({one.source for one in videos}) != len(videos):
        raise fields.refuse("duplicate", NAME, "has a source twice")
    return videos


def _video(fields: Fields) -> VideoRecord:
    fields.only("kind", "name", "translations", "language", "source")
    kind = fields.required_text("kind", 10)
    if kind not in _KINDS:
        known = ", ".join(sorted(_KINDS))
        raise fields.refuse("invalid_choice", "kind", f"must be one of {known}")
    source = fields.required_text("source", 200)
    if not source.startswith(_FOLDER):
        raise fields.refuse("invalid", "source", f"must begin with {_FOLDER}")
    return VideoRecord(
        kind=kind,
        name=fields.text("name", 200) or "",
        names=_names(fields),
        language=fields.language("language") or "en",
        source=source,
    )


def _names(fields: Fields) -> dict[str, str] | None:
    """Its name in each language, as titles have theirs; None leaves what is there."""
    found = fields.object("translations")
    if found is None:
        return None
    names = {}
    for language, words in found.items():
        Fields({language: language}, found.pointer).language(language)
        words.only("name")
        names[language] = words.required_text("name", _LONGEST)
    return names


def _check(
    given: Sequence[tuple[Title | None, Sequence[VideoRecord]]],
) -> Iterator[tuple[int, RecordInvalid]]:
    """A video that is new needs a file that is there."""
    known = _known([title for title, _ in given if title is not None])
    for place, (title, videos) in enumerate(given):
        for index, one in enumerate(videos):
            is_known = title is not None and (title.pk, one.source) in known
            if not is_known and not _is_there(one.source):
                pointer = f"/{NAME}/{index}/source"
                yield place, refusal("unknown_source", pointer, "is not in the storage")
                break


def _is_there(source: str) -> bool:
    try:
        return storages["video"].exists(source)
    except SuspiciousFileOperation:
        return False


def _save(given: Given, now: datetime) -> None:
    """A constant number of queries, and what each new video needs to be packaged."""
    known = _known([title for title, _ in given])
    new, old = [], []
    for title, videos in given:
        for position, one in enumerate(videos):
            asset = known.get((title.pk, one.source))
            if asset is None:
                asset = Asset(title=title, source=one.source, created_at=now)
                new.append(asset)
            else:
                old.append(asset)
            asset.kind, asset.name = one.kind, one.name
            asset.language, asset.position = one.language, position
            if one.names is not None:
                asset.names = dict(one.names)
    Asset.objects.bulk_update(old, _COLUMNS)
    for asset in Asset.objects.bulk_create(new):
        tasks.enqueue(asset, now=now)


def _export(title_pks: Sequence[int]) -> Mapping[int, Any]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in _of(title_pks).order_by("position", "pk"):
        found[one.owner_pk].append(
            {
                "kind": one.kind,
                "name": one.name,
                "language": one.language,
                "source": str(one.source),
                **_translations(one.names),
            }
        )
    return found


def _translations(names: Mapping[str, str]) -> dict[str, Any]:
    if not names:
        return {}
    return {"translations": {tag: {"name": name} for tag, name in names.items()}}


def _known(titles: Sequence[Title]) -> dict[tuple[int, str], Asset]:
    rows = _of([title.pk for title in titles])
    return {(one.owner_pk, str(one.source)): one for one in rows}


def _of(title_pks: Sequence[int]) -> Any:
    rows = Asset.objects.filter(title__in=title_pks)
    return rows.exclude(kind=Asset.Kind.MAIN).select_related("episode")


PART: Final = Part(NAME, read=_read, check=_check, save=_save, export=_export)
