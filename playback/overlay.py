"""What a profile adds to the shared items of a page, whatever their number."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from functools import cache
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    F,
    IntegerField,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from accounts.tokens import Viewer
from catalog import languages
from catalog.models import PublishedTitle
from playback.models import ContinueItem, TitleRating, WatchlistItem, WatchProgress
from streamapi.postgresql.statements import Given, Statement

_SEPARATOR: Final = " "
_COLUMNS: Final = (
    ("position", BigIntegerField()),
    ("duration", BigIntegerField()),
    ("is_completed", BooleanField()),
    ("word", TextField()),
    ("needed", ArrayField(TextField())),
)


class _About(IntEnum):
    """What a row of the answer is about; each uses the columns that it needs."""

    WATCHED = 1
    GOING_ON = 2
    LISTED = 3
    RATED = 4
    SHOWN = 5


def overlay(viewer: Viewer, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What this profile adds, by id; items to which nothing is added are left out."""
    found: dict[str, dict[str, Any]] = {one: {} for one in ids}
    rows = _everything().rows(
        profile=viewer.profile_id,
        ids=_SEPARATOR.join(one for one in found if _SEPARATOR not in one),
        language=languages.default_language(),
    )
    for about, one, position_ms, duration_ms, completed, word, packages in rows:
        added = found[one]
        if about == _About.WATCHED:
            added["progress"] = {
                "position_ms": position_ms,
                "duration_ms": duration_ms,
                "completed": completed,
            }
        elif about == _About.GOING_ON:
            added["next_content_id"] = word
        elif about == _About.LISTED:
            added["in_watchlist"] = True
        elif about == _About.RATED:
            added["rating"] = word
        else:
            added["entitled"] = not packages or not viewer.packages.isdisjoint(packages)
    return {one: added for one, added in found.items() if added}


@cache
def _everything() -> Statement:
    """One statement for all that is added: five would be five journeys to the database.

    It is planned once, when the ids are not known: of an array that is unnested PostgreSQL
    would expect ten then, and compare each with each.
    """
    ids = RawSQL("SELECT string_to_table(%s, ' ')", [Given("ids", TextField())])
    whose = {"profile__public_id": Given("profile", CharField())}
    named = {"title__public_id__in": ids}
    title = F("title__public_id")
    parts = (
        _part(
            WatchProgress.objects.filter(**whose, content_id__in=ids),
            _About.WATCHED,
            F("content_id"),
            position=F("position_ms"),
            duration=F("duration_ms"),
            is_completed=F("completed"),
        ),
        _part(
            ContinueItem.objects.filter(**whose, **named, visible=True),
            _About.GOING_ON,
            title,
            word=F("content_id"),
        ),
        _part(WatchlistItem.objects.filter(**whose, **named), _About.LISTED, title),
        _part(
            TitleRating.objects.filter(**whose, **named),
            _About.RATED,
            title,
            word=F("value"),
        ),
        _part(
            PublishedTitle.objects.filter(
                public_id__in=ids, language=Given("language", CharField())
            ),
            _About.SHOWN,
            F("public_id"),
            needed=F("packages"),
        ),
    )
    first, *others = parts
    return Statement(first.union(*others, all=True), is_planned_once=True)


def _part(
    rows: QuerySet[Any, Any], about: _About, named: F, **filled: F
) -> QuerySet[Any, Any]:
    """Rows with a value or NULL in each column of the union."""
    columns = {
        name: Cast(filled.get(name, Value(None)), kind) for name, kind in _COLUMNS
    }
    filled_in: QuerySet[Any, Any] = rows.annotate(
        about=Value(about, IntegerField()), named=named, **columns
    )
    return filled_in.values_list("about", "named", *columns)
