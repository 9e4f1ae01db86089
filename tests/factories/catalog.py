"""Titles, genres and people for tests, with no more than a test needs."""

from __future__ import annotations

import itertools

from catalog.models import (
    AttributeDefinition,
    AttributeValue,
    AvailabilityWindow,
    Collection,
    CollectionItem,
    CollectionTranslation,
    Credit,
    Episode,
    EpisodeTranslation,
    Genre,
    GenreTranslation,
    Keyword,
    KeywordTranslation,
    MaturityRating,
    Page,
    Person,
    Rail,
    RailItem,
    Season,
    Studio,
    Title,
    TitleTranslation,
)

_numbers = itertools.count(1)


def genre(slug="drama", **names):
    """A genre, named in English unless told."""
    found, created = Genre.objects.get_or_create(slug=slug)
    if created:
        for language, name in (names or {"en": slug.title()}).items():
            GenreTranslation.objects.create(genre=found, language=language, name=name)
    return found


def title(name="", *, genres=(), min_age=0, synopsis="A story.", **fields):
    """A title with an English name; rated for all unless ``min_age`` says otherwise.

    ``min_age=None`` leaves it unrated.
    """
    number = next(_numbers)
    name = name or f"Title {number}"
    made = Title.objects.create(
        **{"slug": f"title-{number}", "original_name": name, "year": 2020} | fields
    )
    TitleTranslation.objects.create(
        title=made, language="en", name=name, synopsis=synopsis
    )
    made.genres.set([genre(slug) for slug in genres])
    if min_age is not None:
        MaturityRating.objects.create(
            title=made, system="fsk", value=str(min_age), min_age=min_age
        )
    return made


def series(name="", *, seasons=(3,), **fields):
    """A series with as many episodes in each season as ``seasons`` says."""
    made = title(name, kind="series", **fields)
    for number, episodes in enumerate(seasons, 1):
        season = Season.objects.create(title=made, number=number)
        for position in range(1, episodes + 1):
            episode = Episode.objects.create(season=season, number=position)
            EpisodeTranslation.objects.create(
                episode=episode, language="en", name=f"Episode {position}"
            )
    return made


def credit(title, name="Ada Example", role="actor", character="", position=0):
    """A person's part in a title."""
    person, _ = Person.objects.get_or_create(name=name)
    return Credit.objects.create(
        title=title, person=person, role=role, character=character, position=position
    )


def page(slug="home", **fields):
    """A page without rails."""
    return Page.objects.create(**{"slug": slug, "names": {"en": slug.title()}} | fields)


def rail(page, source="curated", *, titles=(), packages=(), **fields):
    """A rail at the end of a page; with ``titles`` in their order."""
    position = page.rails.count()
    made = Rail.objects.create(
        **{
            "page": page,
            "source": source,
            "position": position,
            "names": {"en": f"Rail {position}"},
        }
        | fields
    )
    made.packages.set(packages)
    for place, title in enumerate(titles):
        RailItem.objects.create(rail=made, title=title, position=place)
    return made


def window(title, *, packages=(), **fields):
    """A window of a title; open everywhere and for ever unless told."""
    made = AvailabilityWindow.objects.create(title=title, **fields)
    made.packages.set(packages)
    return made


def collection(slug, *titles, **names):
    """A collection of these titles in this order, named in English unless told."""
    made = Collection.objects.create(slug=slug)
    for language, name in (names or {"en": slug.title()}).items():
        CollectionTranslation.objects.create(
            collection=made, language=language, name=name
        )
    for position, one in enumerate(titles):
        CollectionItem.objects.create(collection=made, title=one, position=position)
    return made


def keyword(title, slug, **names):
    """A keyword of a title, named in English unless told."""
    made, created = Keyword.objects.get_or_create(slug=slug)
    if created:
        for language, name in (names or {"en": slug.replace("-", " ")}).items():
            KeywordTranslation.objects.create(
                keyword=made, language=language, name=name
            )
    title.keywords.add(made)
    return made


def studio(title, slug):
    """A studio that made a title."""
    made, _ = Studio.objects.get_or_create(slug=slug, defaults={"name": slug.title()})
    title.studios.add(made)
    return made


def attribute(title, code, type_, value, **fields):
    """An attribute of a title, and its definition."""
    definition, _ = AttributeDefinition.objects.get_or_create(
        code=code, defaults={"name": code.title(), "type": type_} | fields
    )
    return AttributeValue.objects.create(
        title=title, definition=definition, value=value
    )
