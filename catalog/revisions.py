"""The history of a title's editing side: kept at each save, compared, brought back.

Snapshots are what devices saw; revisions are what editors wrote, published or not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import F

from accounts.models import User
from catalog.models import (
    Artwork,
    AttributeValue,
    AvailabilityWindow,
    Credit,
    Episode,
    EpisodeExternalId,
    EpisodeTranslation,
    ExternalId,
    MaturityRating,
    Revision,
    Season,
    SeasonTranslation,
    Title,
    TitleTranslation,
)

KEPT: Final = 100
Row = dict[str, Any]
Rows = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Part:
    """A table that belongs to a title, and the way from its rows to the title."""

    name: str
    model: type[models.Model]
    path: str
    label: Sequence[str] = ()
    """Lookups that tell its rows apart for people."""

    @property
    def columns(self) -> list[str]:
        """What is kept of a row: all its columns, and its label."""
        own = [field.attname for field in self.model._meta.concrete_fields]
        return [*own, *(one for one in self.label if one not in own)]


_FIELDS: Final = "title"
_LABEL: Final = "_"
_EDITED: Final = (
    "slug",
    "kind",
    "original_name",
    "original_language",
    "languages",
    "year",
    "released_on",
    "runtime_s",
    "publish_at",
)


def _through(name: str, label: str) -> Part:
    return Part(name.removesuffix("s"), getattr(Title, name).through, "title", [label])


@cache
def parts() -> tuple[Part, ...]:
    """Every part, those that others hang on first."""
    season, episode = "season__title", "episode__season__title"
    windows = AvailabilityWindow.packages.through
    return (
        Part("season", Season, "title", ["number"]),
        Part("episode", Episode, season, ["season__number", "number"]),
        Part("text", TitleTranslation, "title", ["language"]),
        Part("season text", SeasonTranslation, season, ["season__number", "language"]),
        Part("episode text", EpisodeTranslation, episode, [*_EPISODE, "language"]),
        Part("rating", MaturityRating, "title", ["system", "country"]),
        Part("credit", Credit, "title", ["person__name", "role"]),
        Part("external id", ExternalId, "title", ["system"]),
        Part("episode id", EpisodeExternalId, episode, [*_EPISODE, "system"]),
        Part("attribute", AttributeValue, "title", ["definition__name"]),
        Part("window", AvailabilityWindow, "title"),
        Part("window package", windows, "availabilitywindow__title", ["package__code"]),
        Part("picture", Artwork, "title", ["role", "language"]),
        Part("season picture", Artwork, season, ["season__number", "role"]),
        Part("episode picture", Artwork, episode, [*_EPISODE, "role"]),
        _through("genres", "genre__slug"),
        _through("keywords", "keyword__slug"),
        _through("studios", "studio__name"),
        _through("packages", "package__code"),
    )


_EPISODE: Final = ("episode__season__number", "episode__number")


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs; None where the row is absent."""

    where: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Step:
    """A revision and what it changed."""

    revision: Revision
    changes: list[Change]


def state(title: Title) -> dict[str, list[Row]]:
    """The rows of a title as they stand, part by part; a constant number of queries."""
    found = {_FIELDS: list(Title.objects.filter(pk=title.pk).values("id", *_EDITED))}
    for part in parts():
        rows = part.model._default_manager.filter(**{part.path: title}).order_by("pk")
        found[part.name] = [_labelled(row, part) for row in rows.values(*part.columns)]
    plain: dict[str, list[Row]] = json.loads(json.dumps(found, cls=DjangoJSONEncoder))
    return plain


def keep(title: Title, *, by: User | None, now: datetime, note: str = "") -> Revision:
    """Note how the title stands at its present version; older ones beyond 100 go."""
    revision, _ = Revision.objects.update_or_create(
        title=title,
        number=title.version,
        defaults={
            "rows": state(title),
            "created_by": by,
            "created_at": now,
            "note": note,
        },
    )
    title.revisions.filter(number__lte=title.version - KEPT).delete()
    return revision


def begin(title: Title, *, now: datetime) -> None:
    """Note how the title stands before the first edit that this history sees."""
    if not title.revisions.filter(number=title.version).exists():
        keep(title, by=None, now=now, note="as it was before")


def steps(title: Title) -> Iterator[Step]:
    """The revisions, newest first, each compared with the one before it."""
    rows = title.revisions.select_related("created_by").order_by("-number")
    found: list[Revision | None] = [*rows[: KEPT + 1], None]
    for newer, older in pairwise(found):
        if newer is not None:
            changes = between(older.rows, newer.rows) if older else []
            yield Step(newer, changes)


def since(title: Title, number: int) -> list[Change] | None:
    """What changed after a version; None where that version was not kept."""
    seen = title.revisions.filter(number=number).first()
    return None if seen is None else between(seen.rows, state(title))


def between(before: Rows, after: Rows) -> list[Change]:
    """The fields that differ, part by part."""
    changes: list[Change] = []
    for name in (_FIELDS, *(part.name for part in parts())):
        old = {row["id"]: row for row in before.get(name, ())}
        new = {row["id"]: row for row in after.get(name, ())}
        for pk in dict.fromkeys([*old, *new]):
            changes += _differences(name, old.get(pk), new.get(pk))
    return changes


@transaction.atomic
def revert(title: Title, to: Revision, *, by: User | None, now: datetime) -> list[str]:
    """Bring the editing side back to ``to``, as a new version.

    Devices see nothing of it until somebody publishes. Returns what could not come back
    because something that it points to is gone.
    """
    locked = Title.objects.select_for_update().get(pk=title.pk)
    begin(locked, now=now)
    rows = {name: list(found) for name, found in to.rows.items()}
    lost = [
        f"{part.name}: {len(gone)}"
        for part in parts()
        if (gone := _without_target(part, rows))
    ]
    for part in reversed(parts()):
        keys = [row["id"] for row in rows.get(part.name, ())]
        part.model._default_manager.filter(**{part.path: locked}).exclude(
            pk__in=keys
        ).delete()
    for part in parts():
        _bring_back(part, rows.get(part.name, ()))
    values = {
        name: Title._meta.get_field(name).to_python(value)  # type: ignore[union-attr]  # no relation is among them
        for name, value in rows[_FIELDS][0].items()
        if name != "id"
    }
    Title.objects.filter(pk=locked.pk).update(
        **values, version=F("version") + 1, updated_at=now
    )
    title.refresh_from_db()
    keep(title, by=by, now=now, note=f"back to version {to.number}")
    return lost


def _without_target(part: Part, rows: dict[str, list[Row]]) -> list[Row]:
    """Drop the rows that point to what is gone; returns them."""
    own = {one.model for one in parts()} | {Title}
    for field in part.model._meta.concrete_fields:
        target = field.related_model
        if not isinstance(field, models.ForeignKey) or target in own:
            continue
        wanted = {row[field.attname] for row in rows.get(part.name, ())} - {None}
        there = set(
            target._default_manager.filter(pk__in=wanted).values_list("pk", flat=True)  # type: ignore[union-attr]
        )
        gone = [
            row
            for row in rows.get(part.name, ())
            if row[field.attname] in wanted - there
        ]
        if gone:
            rows[part.name] = [row for row in rows[part.name] if row not in gone]
            return gone
    return []


def _bring_back(part: Part, rows: Sequence[Row]) -> None:
    fields = part.model._meta.concrete_fields
    found = [
        part.model(
            **{
                field.attname: field.to_python(row[field.attname])
                for field in fields
                if field.attname in row
            }
        )
        for row in rows
    ]
    written = [field.name for field in fields if not field.primary_key]
    part.model._default_manager.bulk_create(
        found, update_conflicts=True, unique_fields=["id"], update_fields=written
    )


def _differences(name: str, old: Row | None, new: Row | None) -> list[Change]:
    row = new or old or {}
    where = f"{name} {row.get(_LABEL, '')}".strip() if name != _FIELDS else ""
    if old is None or new is None:
        return [Change(where, _words(old), _words(new))]
    return [
        Change(f"{where} {column}".strip(), old.get(column), new.get(column))
        for column in dict.fromkeys([*old, *new])
        if column != _LABEL and old.get(column) != new.get(column)
    ]


def _words(row: Row | None) -> str | None:
    """The values of a row that say something to people."""
    if row is None:
        return None
    shown = (
        str(value)
        for column, value in row.items()
        if value and column != _LABEL and not column.endswith("id")
    )
    return ", ".join(shown) or str(row.get(_LABEL, ""))


def _labelled(row: Row, part: Part) -> Row:
    label = [str(row[one]) for one in part.label if row[one] not in ("", None)]
    own = {field.attname for field in part.model._meta.concrete_fields}
    kept = {column: value for column, value in row.items() if column in own}
    return kept | {_LABEL: " ".join(label)}
