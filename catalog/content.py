"""The editing side of titles as plain data: what a snapshot keeps.

A batch is read with a constant number of queries, whatever its size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypedDict

from catalog.bulk import among
from catalog.models import (
    Artwork,
    AttributeValue,
    AvailabilityWindow,
    Credit,
    Episode,
    EpisodeTranslation,
    ExternalId,
    GenreTranslation,
    KeywordTranslation,
    MaturityRating,
    Season,
    SeasonTranslation,
    Title,
    TitleTranslation,
)

Texts = dict[str, dict[str, str]]
"""From a language to the words in it: ``{"en": {"name": ..., "synopsis": ...}}``."""


class Picture(TypedDict):
    """A picture; ``file`` is its name in storage."""

    role: str
    file: str
    width: int
    height: int
    lang: str
    alt: str
    placeholder: str
    blurhash: str
    focal: list[float]


class Rating(TypedDict):
    """What a board decided."""

    system: str
    value: str
    country: str
    min_age: int
    descriptors: list[str]


class WindowContent(TypedDict):
    """A period in some territories; moments in ISO 8601.

    ``packages`` are what gives access in it; without any, those of the title.
    """

    territories: list[str]
    excluded: bool
    starts_at: str | None
    ends_at: str | None
    announced_at: str | None
    packages: list[str]
    free: bool


class PersonName(TypedDict):
    """A person, as named in credits."""

    id: str
    name: str


class CreditContent(TypedDict):
    """A person's part in the title."""

    person: PersonName
    role: str
    character: str


class GenreContent(TypedDict):
    """A genre or a keyword, and its names by language."""

    slug: str
    names: dict[str, str]


class StudioContent(TypedDict):
    """Who made the title."""

    slug: str
    name: str


class EpisodeContent(TypedDict):
    """An episode in all its languages.

    ``after`` of a special: the season and the episode that it is watched after.
    """

    id: str
    number: int
    absolute_number: int | None
    after: list[int] | None
    released_on: str | None
    runtime_s: int | None
    texts: Texts
    images: list[Picture]


class SeasonContent(TypedDict):
    """A season in all its languages, with its episodes in order."""

    number: int
    texts: Texts
    images: list[Picture]
    episodes: list[EpisodeContent]


class Content(TypedDict):
    """A title in all its languages, with everything that devices may learn of it."""

    id: str
    slug: str
    kind: str
    original_name: str
    original_language: str
    languages: list[str]
    year: int | None
    released_on: str | None
    runtime_s: int | None
    texts: Texts
    genres: list[GenreContent]
    keywords: list[GenreContent]
    studios: list[StudioContent]
    attributes: dict[str, Any]
    packages: list[str]
    ratings: list[Rating]
    windows: list[WindowContent]
    credits: list[CreditContent]
    images: list[Picture]
    external_ids: dict[str, str]
    seasons: list[SeasonContent]


def of_snapshot(kept: Mapping[str, Any]) -> Content:
    """The content that a snapshot keeps; what older ones lack is empty."""
    found: Any = {"keywords": [], "studios": [], "attributes": {}, **kept}
    window: dict[str, Any] = {"announced_at": None, "packages": [], "free": False}
    found["windows"] = [{**window, **one} for one in kept["windows"]]
    found["seasons"] = [
        {**season, "episodes": [{"after": None, **one} for one in season["episodes"]]}
        for season in kept["seasons"]
    ]
    content: Content = found
    return content


def load(title_pks: Sequence[int]) -> dict[int, Content]:
    """The content of each title, by primary key."""
    title_pks = among(title_pks)
    words = texts(TitleTranslation, "title_id", title_pks, "tagline")
    genres = _labels(Title.genres.through, GenreTranslation, "genre", title_pks)
    keywords = _labels(Title.keywords.through, KeywordTranslation, "keyword", title_pks)
    studios = _studios(title_pks)
    attributes = _attributes(title_pks)
    packages = _grouped(
        Title.packages.through.objects.filter(title_id__in=title_pks)
        .order_by("package__code")
        .values_list("title_id", "package__code")
    )
    ratings = _ratings(title_pks)
    windows = _windows(title_pks)
    credits_ = _credits(title_pks)
    images = _pictures("title_id", title_pks)
    external_ids = _external_ids(title_pks)
    seasons = _seasons(title_pks)
    return {
        row["pk"]: Content(
            id=row["public_id"],
            slug=row["slug"],
            kind=row["kind"],
            original_name=row["original_name"],
            original_language=row["original_language"],
            languages=row["languages"],
            year=row["year"],
            released_on=_date(row["released_on"]),
            runtime_s=row["runtime_s"],
            texts=words.get(row["pk"], {}),
            genres=genres.get(row["pk"], []),
            keywords=keywords.get(row["pk"], []),
            studios=studios.get(row["pk"], []),
            attributes=attributes.get(row["pk"], {}),
            packages=packages.get(row["pk"], []),
            ratings=ratings.get(row["pk"], []),
            windows=windows.get(row["pk"], []),
            credits=credits_.get(row["pk"], []),
            images=images.get(row["pk"], []),
            external_ids=external_ids.get(row["pk"], {}),
            seasons=seasons.get(row["pk"], []),
        )
        for row in _title_rows(title_pks)
    }


def _title_rows(title_pks: Sequence[int]) -> Iterable[Mapping[str, Any]]:
    return Title.objects.filter(pk__in=title_pks).values(
        "pk",
        "public_id",
        "slug",
        "kind",
        "original_name",
        "original_language",
        "languages",
        "year",
        "released_on",
        "runtime_s",
    )


def _grouped(rows: Iterable[tuple[int, Any]]) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = defaultdict(list)
    for key, value in rows:
        groups[key].append(value)
    return groups


def _date(value: Any) -> str | None:
    return value.isoformat() if value else None


def texts(model: Any, owner: str, pks: Sequence[int], *more: str) -> dict[int, Texts]:
    """The translations of things, by thing and language."""
    names = ("name", *more, "synopsis")
    found: dict[int, Texts] = defaultdict(dict)
    rows = model.objects.filter(**{f"{owner}__in": pks}).order_by(owner, "language")
    for pk, language, *words in rows.values_list(owner, "language", *names):
        found[pk][language] = dict(zip(names, words, strict=True))
    return found


def _labels(
    through: Any, translations: Any, label: str, title_pks: Sequence[int]
) -> dict[int, list[GenreContent]]:
    """Genres or keywords, in the order in which they were given."""
    links = list(
        through.objects.filter(title_id__in=title_pks)
        .order_by("id")
        .values_list("title_id", f"{label}_id", f"{label}__slug")
    )
    names: dict[int, dict[str, str]] = defaultdict(dict)
    rows = translations.objects.filter(
        **{f"{label}_id__in": {pk for _, pk, _ in links}}
    )
    for pk, language, name in rows.values_list(f"{label}_id", "language", "name"):
        names[pk][language] = name
    return _grouped(
        (title, GenreContent(slug=slug, names=names[pk])) for title, pk, slug in links
    )


def _studios(title_pks: Sequence[int]) -> dict[int, list[StudioContent]]:
    rows = Title.studios.through.objects.filter(title_id__in=title_pks).order_by("id")
    return _grouped(
        (title, StudioContent(slug=slug, name=name))
        for title, slug, name in rows.values_list(
            "title_id", "studio__slug", "studio__name"
        )
    )


def _attributes(title_pks: Sequence[int]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    rows = AttributeValue.objects.filter(title_id__in=title_pks)
    ordered = rows.order_by("definition__code").values_list(
        "title_id", "definition__code", "value"
    )
    for title, code, value in ordered:
        found[title][code] = value
    return found


def _ratings(title_pks: Sequence[int]) -> dict[int, list[Rating]]:
    rows = MaturityRating.objects.filter(title_id__in=title_pks).order_by("id")
    return _grouped(
        (
            title,
            Rating(
                system=system,
                value=value,
                country=country,
                min_age=min_age,
                descriptors=descriptors,
            ),
        )
        for title, system, value, country, min_age, descriptors in rows.values_list(
            "title_id", "system", "value", "country", "min_age", "descriptors"
        )
    )


def _windows(title_pks: Sequence[int]) -> dict[int, list[WindowContent]]:
    rows = AvailabilityWindow.objects.filter(title_id__in=title_pks).order_by("id")
    found = list(rows.values())
    through = AvailabilityWindow.packages.through.objects
    packages = _grouped(
        through.filter(availabilitywindow_id__in=[row["id"] for row in found])
        .order_by("package__code")
        .values_list("availabilitywindow_id", "package__code")
    )
    return _grouped(
        (
            row["title_id"],
            WindowContent(
                territories=row["territories"],
                excluded=row["excluded"],
                starts_at=_date(row["starts_at"]),
                ends_at=_date(row["ends_at"]),
                announced_at=_date(row["announced_at"]),
                packages=packages.get(row["id"], []),
                free=row["free"],
            ),
        )
        for row in found
    )


def _credits(title_pks: Sequence[int]) -> dict[int, list[CreditContent]]:
    rows = Credit.objects.filter(title_id__in=title_pks).order_by("position", "id")
    return _grouped(
        (
            title,
            CreditContent(
                person=PersonName(id=public_id, name=name),
                role=role,
                character=character,
            ),
        )
        for title, public_id, name, role, character in rows.values_list(
            "title_id", "person__public_id", "person__name", "role", "character"
        )
    )


def _external_ids(title_pks: Sequence[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    rows = ExternalId.objects.filter(title_id__in=title_pks).order_by("id")
    for title, system, value in rows.values_list("title_id", "system", "value"):
        found[title][system] = value
    return found


def pictures_of_people(person_pks: Sequence[int]) -> dict[int, list[Picture]]:
    """Portraits and other pictures, by person."""
    return _pictures("person_id", person_pks)


def pictures_of_collections(collection_pks: Sequence[int]) -> dict[int, list[Picture]]:
    """Pictures by collection."""
    return _pictures("collection_id", collection_pks)


def _pictures(owner: str, pks: Sequence[int]) -> dict[int, list[Picture]]:
    rows = Artwork.objects.filter(**{f"{owner}__in": pks}).order_by("position", "id")
    found: Iterable[Mapping[str, Any]] = rows.values()
    return _grouped((row[owner], _picture(row)) for row in found)


def _picture(row: Mapping[str, Any]) -> Picture:
    return Picture(
        role=row["role"],
        file=row["image"],
        width=row["width"],
        height=row["height"],
        lang=row["language"],
        alt=row["alt"],
        placeholder=row["placeholder"],
        blurhash=row["blurhash"],
        focal=[row["focal_x"], row["focal_y"]],
    )


def _seasons(title_pks: Sequence[int]) -> dict[int, list[SeasonContent]]:
    rows = list(
        Season.objects.filter(title_id__in=title_pks)
        .order_by("title_id", "number")
        .values_list("pk", "title_id", "number")
    )
    pks = [pk for pk, _, _ in rows]
    words = texts(SeasonTranslation, "season_id", pks)
    images = _pictures("season_id", pks)
    episodes = _grouped(_episodes(pks))
    return _grouped(
        (
            title,
            SeasonContent(
                number=number,
                texts=words.get(pk, {}),
                images=images.get(pk, []),
                episodes=episodes.get(pk, []),
            ),
        )
        for pk, title, number in rows
    )


def _episodes(season_pks: Sequence[int]) -> Iterator[tuple[int, EpisodeContent]]:
    rows = list(
        Episode.objects.filter(season_id__in=season_pks)
        .order_by("season_id", "number")
        .values()
    )
    pks = [row["id"] for row in rows]
    words = texts(EpisodeTranslation, "episode_id", pks)
    images = _pictures("episode_id", pks)
    for row in rows:
        yield (
            row["season_id"],
            EpisodeContent(
                id=row["public_id"],
                number=row["number"],
                absolute_number=row["absolute_number"],
                after=_after(row),
                released_on=_date(row["released_on"]),
                runtime_s=row["runtime_s"],
                texts=words.get(row["id"], {}),
                images=images.get(row["id"], []),
            ),
        )


def _after(row: Mapping[str, Any]) -> list[int] | None:
    season = row["after_season"]
    return None if season is None else [season, row["after_episode"] or 0]
