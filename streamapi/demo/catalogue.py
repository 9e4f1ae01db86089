"""Brings the demo's own titles into the catalogue, with pictures, and publishes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.text import slugify

from catalog import publishing
from catalog.models import (
    Artwork,
    Credit,
    Episode,
    EpisodeTranslation,
    ExternalId,
    Genre,
    GenreTranslation,
    MaturityRating,
    Person,
    PersonExternalId,
    Season,
    SeasonTranslation,
    Title,
    TitleTranslation,
)
from streamapi.demo import content, gallery, groups, people
from streamapi.demo.content import DemoSeason, DemoTitle
from streamapi.demo.films.script import films
from streamapi.demo.gallery import Drawn
from streamapi.demo.pictures import posters
from streamapi.demo.pictures.canvas import chance_of
from streamapi.demo.seeding import Seeding

SYSTEM: Final = "demo"
_US_FILM: Final = {0: "G", 6: "PG", 12: "PG-13", 16: "R", 18: "NC-17"}
_US_TV: Final = {0: "TV-G", 6: "TV-PG", 12: "TV-14", 16: "TV-MA", 18: "TV-MA"}
_US_AGE: Final = {
    "G": 0, "PG": 7, "PG-13": 13, "R": 16, "NC-17": 18,
    "TV-G": 0, "TV-PG": 7, "TV-14": 14, "TV-MA": 16,
}  # fmt: skip
_ALT: Final = {"poster": "Poster of {}", "backdrop": "Scene from {}", "logo": ""}


def seed(seeding: Seeding) -> None:
    """Add those titles that are not there yet."""
    known = _known()
    wanted = content.titles()[: seeding.demo_titles]
    missing = [title for title in wanted if title.slug not in known]
    if not missing:
        seeding.progress("Titles", 1).end("all there")
        return
    rows = _write(missing, seeding)
    groups.write(rows)
    _hang_pictures(rows, seeding)
    progress = seeding.progress("Publishing", len(rows))
    keys = [row.pk for row in rows.values()]
    for done, _ in enumerate(publishing.publish_many(keys, by=None, now=seeding.now)):
        progress.at(done + 1)
    progress.end(f"{len(keys)} titles in {' and '.join(settings.CONTENT_LANGUAGES)}")


def title_of(slug: str) -> Title | None:
    """The demo's title in the catalogue."""
    return Title.objects.filter(
        external_ids__system=SYSTEM, external_ids__value=slug
    ).first()


def _known() -> set[str]:
    names = ExternalId.objects.filter(system=SYSTEM)
    return set(names.values_list("value", flat=True))


@transaction.atomic
def _write(titles: Sequence[DemoTitle], seeding: Seeding) -> dict[str, Title]:
    progress = seeding.progress("Titles", len(titles))
    genres = write_genres()
    cast = _people({part.name for title in titles for part in title.parts})
    rows = {}
    for done, title in enumerate(titles):
        rows[title.slug] = _title(title, genres, cast)
        progress.at(done + 1)
    progress.end(f"{len(rows)} added, {len(cast)} people")
    return rows


def write_genres() -> dict[str, Genre]:
    """All genres by slug; those that are missing are added."""
    rows = {}
    for position, one in enumerate(content.genres()):
        row, new = Genre.objects.get_or_create(
            slug=one.slug, defaults={"position": position}
        )
        if new:
            GenreTranslation.objects.bulk_create(
                GenreTranslation(genre=row, language=language, name=name)
                for language, name in one.names.items()
            )
        rows[one.slug] = row
    return rows


def _people(names: Iterable[str]) -> dict[str, Person]:
    """A person for each name; the same name is the same person."""
    known = {
        one.value: one.person
        for one in PersonExternalId.objects.filter(system=SYSTEM).select_related(
            "person"
        )
    }
    rows = {}
    for name in sorted(names):
        key = slugify(name, allow_unicode=True)
        if key not in known:
            known[key] = Person.objects.create(name=name)
            PersonExternalId.objects.create(person=known[key], system=SYSTEM, value=key)
        rows[name] = known[key]
    return rows


def _title(
    title: DemoTitle, genres: Mapping[str, Genre], cast: Mapping[str, Person]
) -> Title:
    row = Title.objects.create(
        slug=title.slug,
        kind=title.kind,
        original_name=title.original_name,
        original_language=title.language,
        year=title.year,
        released_on=_release(title),
        runtime_s=title.runtime_s,
        popularity=_popularity(title),
    )
    ExternalId.objects.create(title=row, system=SYSTEM, value=title.slug)
    TitleTranslation.objects.bulk_create(
        TitleTranslation(
            title=row,
            language=language,
            name=text.name,
            tagline=text.tagline,
            synopsis=text.synopsis,
        )
        for language, text in title.texts.items()
    )
    for slug in title.genres:  # one by one: their order is the order of importance
        row.genres.add(genres[slug])
    if title.package:
        row.packages.add(people.package())
    _credits(row, title, cast)
    _ratings(row, title)
    for season in title.seasons:
        _season(row, season)
    return row


def _credits(row: Title, title: DemoTitle, cast: Mapping[str, Person]) -> None:
    Credit.objects.bulk_create(
        Credit(
            title=row,
            person=cast[part.name],
            role=part.role,
            character=part.character,
            position=position,
        )
        for position, part in enumerate(title.parts)
    )


def _ratings(row: Title, title: DemoTitle) -> None:
    film = title.kind == "movie"
    american = (_US_FILM if film else _US_TV)[title.age]
    warnings = list(title.warnings)
    MaturityRating.objects.bulk_create(
        [
            MaturityRating(
                title=row,
                system="fsk",
                value=f"FSK {title.age}",
                country="DE",
                min_age=title.age,
                descriptors=warnings,
            ),
            MaturityRating(
                title=row,
                system="mpa" if film else "us-tv",
                value=american,
                country="US",
                min_age=min(title.age, _US_AGE[american]),
                descriptors=warnings,
            ),
        ]
    )


def _season(row: Title, season: DemoSeason) -> None:
    stored = Season.objects.create(title=row, number=season.number)
    SeasonTranslation.objects.bulk_create(
        SeasonTranslation(season=stored, language=language, name=text.name)
        for language, text in season.texts.items()
    )
    for episode in season.episodes:
        part = Episode.objects.create(
            season=stored,
            number=episode.number,
            runtime_s=episode.runtime_s,
            released_on=date(season.year, 1 + episode.number, 4),
        )
        EpisodeTranslation.objects.bulk_create(
            EpisodeTranslation(
                episode=part, language=language, name=text.name, synopsis=text.synopsis
            )
            for language, text in episode.texts.items()
        )


def _release(title: DemoTitle) -> date:
    chance = chance_of(title.slug)
    return date(title.year, chance.randint(1, 10), chance.randint(1, 28))


def _popularity(title: DemoTitle) -> int:
    """Those with video first, then as chance will have it."""
    filmed = [film.title.slug for film in films()]
    if title.slug in filmed:
        return 10_000 - filmed.index(title.slug)
    return chance_of(f"popularity of {title.slug}").randint(100, 9_000)


def _hang_pictures(rows: Mapping[str, Title], seeding: Seeding) -> None:
    episodes = _episodes(rows.values())
    progress = seeding.progress("Pictures", len(rows))
    count = 0
    drawn = gallery.draw_all(list(rows), settings.CONTENT_LANGUAGES)
    for done, pictures in enumerate(drawn):
        artwork = [_artwork(one, rows[one.slug], episodes) for one in pictures]
        Artwork.objects.bulk_create(artwork)
        count += len(artwork)
        progress.at(done + 1, rows[pictures[0].slug].original_name)
    progress.end(f"{count} drawn")


def _episodes(titles: Iterable[Title]) -> dict[tuple[int, int, int], Episode]:
    rows = Episode.objects.filter(season__title__in=titles).select_related("season")
    return {(row.season.title_id, row.season.number, row.number): row for row in rows}


def _artwork(
    picture: Drawn, title: Title, episodes: Mapping[tuple[int, int, int], Episode]
) -> Artwork:
    if not default_storage.exists(picture.file):
        default_storage.save(picture.file, ContentFile(picture.raw))
    episode = episodes[(title.pk, *picture.episode)] if picture.episode else None
    artwork = Artwork(
        title=None if episode else title,
        episode=episode,
        role=picture.role,
        language=picture.language,
        alt=_ALT.get(picture.role, "Scene from {}").format(title.original_name),
        placeholder=picture.placeholder,
        focal_x=posters.BACKDROP_FOCUS[0] if picture.role == "backdrop" else 0.5,
        width=picture.width,
        height=picture.height,
    )
    artwork.image.name = picture.file
    return artwork
