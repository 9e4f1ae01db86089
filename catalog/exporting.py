"""Titles as records in the layout of imports, to be edited elsewhere and come back."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson
from django.db.models import Prefetch

from catalog.bulk import batches
from catalog.importing import parts
from catalog.importing.records import PUBLIC_ID
from catalog.models import AvailabilityWindow, Credit, Episode, Season, Title

BATCH: Final = 500
_PLAIN: Final = (
    "kind",
    "slug",
    "original_name",
    "original_language",
    "year",
    "released_on",
    "runtime_s",
    "languages",
)
_LISTS: Final = ("genres", "keywords", "studios", "collections", "packages")
_WORDS: Final = ("name", "tagline", "synopsis")
_ROLES: Final = tuple(Credit.Role.values)


def records(pks: Iterable[int]) -> Iterator[dict[str, Any]]:
    """A record for each title, in the order given; a constant number of queries a batch."""
    for batch in batches(pks, BATCH):
        titles = {one.pk: one for one in _loaded(batch)}
        others = {name: one.export(batch) for name, one in parts.registered.items()}
        for pk in batch:
            if pk in titles:
                owned = {
                    name: found[pk] for name, found in others.items() if pk in found
                }
                yield _record(titles[pk]) | owned


def as_json(found: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """One JSON array, a record at a time."""
    before = b"["
    for record in found:
        yield before + b"\n" + orjson.dumps(record)
        before = b","
    yield b"\n]\n" if before == b"," else b"[]\n"


def as_csv(
    found: Iterable[Mapping[str, Any]], languages: Sequence[str]
) -> Iterator[bytes]:
    """A header and a row for each record; seasons and ratings have no place in CSV."""
    columns = [
        "external_id",
        *_PLAIN,
        *_LISTS,
        *(f"{word}:{language}" for language in languages for word in _WORDS),
        *_ROLES,
    ]
    yield _line(columns)
    for record in found:
        cells = _cells(record)
        yield _line([cells.get(column, "") for column in columns])


def _loaded(pks: Sequence[int]) -> Iterable[Title]:
    episodes = Episode.objects.order_by("number").prefetch_related("translations")
    seasons = Season.objects.order_by("number").prefetch_related(
        "translations", Prefetch("episodes", episodes)
    )
    credits_ = Credit.objects.select_related("person").order_by("position", "pk")
    return Title.objects.filter(pk__in=pks).prefetch_related(
        "external_ids",
        *_LISTS,
        "translations",
        "ratings",
        "attributes__definition",
        "windows__packages",
        Prefetch("credits", credits_),
        Prefetch("seasons", seasons),
    )


def _record(title: Title) -> dict[str, Any]:
    ids = {one.system: one.value for one in title.external_ids.all()}
    record: dict[str, Any] = {"external_ids": ids or {PUBLIC_ID: title.public_id}}
    record |= {name: getattr(title, name) for name in _PLAIN}
    record |= {
        "genres": [one.slug for one in title.genres.all()],
        "keywords": [one.slug for one in title.keywords.all()],
        "studios": [one.slug for one in title.studios.all()],
        "collections": [one.slug for one in title.collections.all()],
        "attributes": {
            one.definition.code: one.value for one in title.attributes.all()
        },
        "windows": [_window(one) for one in title.windows.all()],
        "packages": [one.code for one in title.packages.all()],
        "translations": _translations(title, *_WORDS),
        "credits": [
            {"name": one.person.name, "role": one.role, "character": one.character}
            for one in title.credits.all()
        ],
        "ratings": [
            {
                "system": one.system,
                "value": one.value,
                "country": one.country,
                "min_age": one.min_age,
                "descriptors": one.descriptors,
            }
            for one in title.ratings.all()
        ],
    }
    if seasons := [_season(one) for one in title.seasons.all()]:
        record["seasons"] = seasons
    return {name: value for name, value in record.items() if value is not None}


def _window(window: AvailabilityWindow) -> dict[str, Any]:
    return {
        "territories": window.territories,
        "excluded": window.excluded,
        "starts_at": window.starts_at,
        "ends_at": window.ends_at,
        "announced_at": window.announced_at,
        "packages": [one.code for one in window.packages.all()],
        "free": window.free,
    }


def _season(season: Season) -> dict[str, Any]:
    return {
        "number": season.number,
        "translations": _translations(season, "name", "synopsis"),
        "episodes": [
            {
                "number": one.number,
                "absolute_number": one.absolute_number,
                "after_season": one.after_season,
                "after_episode": one.after_episode,
                "released_on": one.released_on,
                "runtime_s": one.runtime_s,
                "translations": _translations(one, "name", "synopsis"),
            }
            for one in season.episodes.all()
        ],
    }


def _translations(of: Any, *words: str) -> dict[str, dict[str, str]]:
    rows = sorted(of.translations.all(), key=lambda one: str(one.language))
    return {one.language: {word: getattr(one, word) for word in words} for one in rows}


def _cells(record: Mapping[str, Any]) -> dict[str, str]:
    system, value = next(iter(record["external_ids"].items()))
    cells = {"external_id": f"{system}:{value}"}
    for name in (*_PLAIN, *_LISTS):
        given = record.get(name, "")
        cells[name] = "|".join(given) if isinstance(given, list) else str(given)
    for language, words in record["translations"].items():
        cells |= {f"{word}:{language}": text for word, text in words.items()}
    people: dict[str, list[str]] = defaultdict(list)
    for credit in record["credits"]:
        people[credit["role"]].append(credit["name"])
    return cells | {role: "|".join(names) for role, names in people.items()}


def _line(cells: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()
