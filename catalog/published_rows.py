"""Writes the published side of titles, a batch at a time.

The number of queries is constant for a batch, whatever is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

import orjson
from django.conf import settings

from catalog import (
    cache_keys,
    collections,
    documents,
    episodes,
    genres,
    people,
    renditions,
    searching,
    sorting,
    spelling,
)
from catalog.bulk import copy_into, delete_rows
from catalog.content import Content
from catalog.models import (
    Person,
    PublishedCredit,
    PublishedEpisode,
    PublishedEpisodeCard,
    PublishedGenreItem,
    PublishedSeason,
    PublishedTitle,
    PublishedWindow,
)

_TITLE_FIELDS: Final = (
    "title",
    "language",
    "public_id",
    "slug",
    "kind",
    "name",
    "year",
    "min_age",
    "windowed",
    "genres",
    "languages",
    "keywords",
    "studios",
    "packages",
    "by_popularity",
    "by_release",
    "by_addition",
    "by_name",
    "folded",
    "phrases",
    "borrowed",
    "card",
    "document",
)
_SEASON_FIELDS: Final = ("title", "language", "number", "borrowed", "document")
_EPISODE_FIELDS: Final = ("title", "public_id", "season_number", "number")
_GENRE_FIELDS: Final = ("title", "slug", "min_age", "windowed")
_CREDIT_FIELDS: Final = ("title", "person", "role", "character")
_EPISODE_CARD_FIELDS: Final = (
    "title",
    "language",
    "season_number",
    "by_season",
    "by_watching",
    "by_absolute",
    "borrowed",
    "document",
)
_WINDOW_FIELDS: Final = (
    "title",
    "territories",
    "excluded",
    "starts_at",
    "ends_at",
    "announced_at",
    "packages",
    "free",
)
_PUBLISHED: Final = (
    PublishedTitle,
    PublishedSeason,
    PublishedEpisode,
    PublishedEpisodeCard,
    PublishedCredit,
    PublishedGenreItem,
    PublishedWindow,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A title to be shown: its content, and what is known of it beside."""

    content: Content
    popularity: int
    first_published_at: datetime


def erase(title_pks: Sequence[int]) -> None:
    """Take titles from devices."""
    for model in _PUBLISHED:
        delete_rows(model, "title", title_pks)
    cache_keys.purge_titles(title_pks)


def write(entries: Mapping[int, Entry]) -> None:
    """Replace what devices read of these titles."""
    pks = list(entries)
    erase(pks)
    builders = _builders(entries)
    copy_into(
        PublishedTitle,
        _TITLE_FIELDS,
        (_title(entries[one[0]], one) for one in builders),
    )
    copy_into(PublishedSeason, _SEASON_FIELDS, _seasons(builders))
    copy_into(PublishedEpisode, _EPISODE_FIELDS, _episodes(entries))
    copy_into(PublishedEpisodeCard, _EPISODE_CARD_FIELDS, _episode_cards(builders))
    copy_into(PublishedGenreItem, _GENRE_FIELDS, _genre_items(entries))
    copy_into(PublishedWindow, _WINDOW_FIELDS, _windows(entries))
    spelling.learn(
        searching.fold_names(_names(entry.content)) for entry in entries.values()
    )
    _write_credits(entries)
    collections.publish_missing(pks)
    genres.publish_missing(
        {genre["slug"] for one in entries.values() for genre in one.content["genres"]}
    )


def text(value: Any) -> str:
    """JSON as it is stored and sent."""
    return orjson.dumps(value).decode()


_Builder = tuple[int, str, documents.TitleDocuments]


def _builders(entries: Mapping[int, Entry]) -> list[_Builder]:
    sections = documents.sections(list(entries))
    rendered = renditions.of_files(
        {file for entry in entries.values() for file in _files(entry.content)}
    )
    build = partial(documents.TitleDocuments, render=documents.once_each(rendered))
    return [
        (pk, language, build(entry.content, sections[pk], language))
        for pk, entry in entries.items()
        for language in settings.CONTENT_LANGUAGES
    ]


def _title(entry: Entry, builder: _Builder) -> tuple[Any, ...]:
    pk, language, built = builder
    content, card = entry.content, built.card()
    return (
        pk,
        language,
        content["id"],
        content["slug"],
        content["kind"],
        card["name"],
        content["year"],
        _min_age(content),
        bool(content["windows"]),
        [genre["slug"] for genre in content["genres"]],
        documents.spoken(content, built.media),
        [one["slug"] for one in content["keywords"]],
        [one["slug"] for one in content["studios"]],
        content["packages"],
        sorting.by_number(entry.popularity, pk),
        sorting.by_release(content["released_on"], content["year"], pk),
        sorting.by_moment(entry.first_published_at, pk),
        sorting.by_name(card["name"], built.texts["language"], pk),
        _searched(card["name"], content),
        _phrases(content),
        built.borrowed(),
        text(card),
        text(built.document(card)),
    )


def _min_age(content: Content) -> int:
    rating = documents.strictest(content["ratings"])
    return rating["min_age"] if rating else documents.UNRATED_AGE


def _genre_items(entries: Mapping[int, Entry]) -> Iterator[tuple[Any, ...]]:
    for pk, entry in entries.items():
        content = entry.content
        known = _min_age(content), bool(content["windows"])
        yield from ((pk, genre["slug"], *known) for genre in content["genres"])


def _searched(name: str, content: Content) -> str:
    """All names of a title, that of the row's language first."""
    return searching.fold_names([name, *_names(content)])


def _names(content: Content) -> list[str]:
    names = [words["name"] for words in content["texts"].values()]
    return [content["original_name"], *names]


def _phrases(content: Content) -> list[str]:
    """What it is found by without being called so, in all languages, folded."""
    keywords = [name for one in content["keywords"] for name in one["names"].values()]
    studios = [one["name"] for one in content["studios"]]
    folded = (searching.fold_query(name) for name in (*keywords, *studios))
    return [phrase for phrase in dict.fromkeys(folded) if phrase]


def _files(content: Content) -> Iterator[str]:
    """The files of all its pictures."""
    for season in content["seasons"]:
        for owner in (season, *season["episodes"]):
            yield from (picture["file"] for picture in owner["images"])
    yield from (picture["file"] for picture in content["images"])


def _seasons(builders: Sequence[_Builder]) -> Iterator[tuple[Any, ...]]:
    for pk, language, built in builders:
        for season in built.content["seasons"]:
            borrowed = built.borrowed_season(season)
            document = text(built.season(season))
            yield pk, language, season["number"], borrowed, document


def _episodes(entries: Mapping[int, Entry]) -> Iterator[tuple[Any, ...]]:
    for pk, entry in entries.items():
        for season in entry.content["seasons"]:
            for episode in season["episodes"]:
                yield pk, episode["id"], season["number"], episode["number"]


def _episode_cards(builders: Sequence[_Builder]) -> Iterator[tuple[Any, ...]]:
    for pk, language, built in builders:
        for one in episodes.places(built.content["seasons"]):
            borrowed = built.borrowed_episode(one.episode)
            document = text(built.episode(one.season, one.episode))
            yield pk, language, one.season["number"], *one[2:], borrowed, document


def _windows(entries: Mapping[int, Entry]) -> Iterator[tuple[Any, ...]]:
    for pk, entry in entries.items():
        for one in entry.content["windows"]:
            moments = (one["starts_at"], one["ends_at"], one["announced_at"])
            terms = (one["packages"], one["free"])
            yield pk, one["territories"], one["excluded"], *moments, *terms


def _write_credits(entries: Mapping[int, Entry]) -> None:
    credited = {
        credit["person"]["id"]
        for entry in entries.values()
        for credit in entry.content["credits"]
    }
    known: dict[str, int] = dict(
        Person.objects.filter(public_id__in=credited).values_list("public_id", "pk")
    )
    people.publish_missing(list(known.values()))
    copy_into(
        PublishedCredit,
        _CREDIT_FIELDS,
        (
            (pk, known[credit["person"]["id"]], credit["role"], credit["character"])
            for pk, entry in entries.items()
            for credit in entry.content["credits"]
            if credit["person"]["id"] in known
        ),
    )
