"""What a profile adds to the shared items of a page, whatever their number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, TextField
from django.db.models.expressions import RawSQL

from accounts.tokens import Viewer
from catalog import languages
from catalog.models import PublishedTitle
from playback.models import ContinueItem, TitleRating, WatchlistItem, WatchProgress
from streamapi.postgresql.statements import Given, Statement

_PROGRESS: Final = ("position_ms", "duration_ms", "completed")


class _Reads(NamedTuple):
    """One statement for each thing that is added."""

    watched: Statement
    going_on: Statement
    listed: Statement
    rated: Statement
    shown: Statement


def overlay(viewer: Viewer, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What this profile adds, by id; items to which nothing is added are left out."""
    found: dict[str, dict[str, Any]] = {one: {} for one in ids}
    given = {
        "profile": viewer.profile_id,
        "ids": list(found),
        "language": languages.default_language(),
    }
    reads = _reads()
    for content_id, *values in reads.watched.rows(**given):
        found[content_id]["progress"] = dict(zip(_PROGRESS, values, strict=True))
    for title_id, content_id in reads.going_on.rows(**given):
        found[title_id]["next_content_id"] = content_id
    for (title_id,) in reads.listed.rows(**given):
        found[title_id]["in_watchlist"] = True
    for title_id, value in reads.rated.rows(**given):
        found[title_id]["rating"] = value
    for title_id, packages in reads.shown.rows(**given):
        found[title_id]["entitled"] = not packages or bool(
            viewer.packages.intersection(packages)
        )
    return {one: added for one, added in found.items() if added}


@cache
def _reads() -> _Reads:
    ids = RawSQL("SELECT unnest(%s::text[])", [Given("ids", ArrayField(TextField()))])
    whose = {"profile__public_id": Given("profile", CharField())}
    named = {"title__public_id__in": ids}
    watched = WatchProgress.objects.filter(**whose, content_id__in=ids)
    going_on = ContinueItem.objects.filter(**whose, **named, visible=True)
    listed = WatchlistItem.objects.filter(**whose, **named)
    rated = TitleRating.objects.filter(**whose, **named)
    shown = PublishedTitle.objects.filter(
        public_id__in=ids, language=Given("language", CharField())
    )
    querysets = (
        watched.values_list("content_id", *_PROGRESS),
        going_on.values_list("title__public_id", "content_id"),
        listed.values_list("title__public_id"),
        rated.values_list("title__public_id", "value"),
        shown.values_list("public_id", "packages"),
    )
    return _Reads(*(Statement(one, is_planned_once=True) for one in querysets))
