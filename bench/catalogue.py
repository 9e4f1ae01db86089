"""`python -m bench.catalogue N`: N published titles, the same each time."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final

import django
from django.db import connection, transaction

django.setup()

from catalog import publishing, releasing  # noqa: E402 models need a set-up Django
from catalog.bulk import batches, copy_into  # noqa: E402
from catalog.models import (  # noqa: E402
    Artwork,
    Credit,
    Genre,
    GenreTranslation,
    MaturityRating,
    Page,
    Person,
    Rail,
    Title,
    TitleTranslation,
)

BEGAN: Final = datetime(2024, 1, 1, tzinfo=UTC)
GENRES: Final = (
    *("action", "adventure", "animation", "comedy", "crime", "documentary", "drama"),
    *("family", "fantasy", "history", "horror", "music", "mystery", "romance"),
    *("science-fiction", "sport", "thriller", "war", "western"),
)
PEOPLE: Final = 2000
RAILS: Final = 8
CARDS: Final = 240
AGES: Final = (0, 0, 6, 6, 12, 12, 16, 18)
_VOCABULARY: Final = (
    "silent golden last hidden broken distant burning winter paper glass",
    "harbour river garden letter mountain station island promise road bridge",
    "a the of and in on under before after her his their family city night storm secret"
    " stranger border train war summer brother sister doctor captain keeps leaves finds"
    " loses follows returns remembers until where nobody always again",
)
_FIRST, _SECOND, _WORDS = (line.split() for line in _VOCABULARY)


def main(count: int) -> None:
    """Fill the database that the settings name."""
    chance = random.Random(17)
    _genres()
    _people(chance)
    for numbers in batches(range(1, count + 1), 2000):
        with transaction.atomic():
            _titles(numbers, chance)
    _sequences()
    done = 0
    for outcome in publishing.publish_many(range(1, count + 1), by=None, now=BEGAN):
        done += outcome.published
    _home()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")  # autovacuum may be at a table
        cursor.execute("VACUUM ANALYZE")
    print(f"{done} titles published", flush=True)


def _genres() -> None:
    copy_into(Genre, ("id", "slug", "position"), _numbered(GENRES))
    names = (
        (number, language, slug.replace("-", " ").title())
        for (number, slug, _), language in product(_numbered(GENRES), ("en", "de"))
    )
    copy_into(GenreTranslation, ("genre", "language", "name"), names)


def _numbered(slugs: Sequence[str]) -> list[tuple[int, str, int]]:
    return [(number, slug, number) for number, slug in enumerate(slugs, 1)]


def _people(chance: random.Random) -> None:
    rows = (
        (number, f"pe_{number:020d}", f"{_name(chance)} {number}", BEGAN)
        for number in range(1, PEOPLE + 1)
    )
    copy_into(Person, ("id", "public_id", "name", "updated_at"), rows)


def _titles(numbers: Sequence[int], chance: random.Random) -> None:
    copy_into(
        Title,
        (
            *("id", "public_id", "slug", "kind", "original_name", "original_language"),
            *("languages", "year", "runtime_s", "popularity", "status", "version"),
            *("created_at", "updated_at"),
        ),
        (_title(number, chance) for number in numbers),
    )
    texts = ("title", "language", "name", "tagline", "synopsis")
    copy_into(TitleTranslation, texts, _each(numbers, _texts, chance))
    copy_into(
        Artwork,
        (
            *("title", "role", "image", "width", "height", "language", "alt"),
            *("placeholder", "blurhash", "focal_x", "focal_y", "position"),
        ),
        _each(numbers, _artwork, chance),
    )
    ratings = ("title", "system", "value", "country", "min_age", "descriptors")
    copy_into(MaturityRating, ratings, _each(numbers, _rating, chance))
    credits = ("title", "person", "role", "character", "position")
    copy_into(Credit, credits, _each(numbers, _credits, chance))
    copy_into(
        Title.genres.through, ("title", "genre"), _each(numbers, _of_genre, chance)
    )


def _home() -> None:
    """A page of 240 cards: what is popular, what is new, and rails by genre."""
    page = Page.objects.create(slug="home", names={"en": "Home"})
    plan: list[tuple[str, dict[str, Any]]] = [("rule", {}), ("new", {})]
    plan += [("rule", {"genres": [genre]}) for genre in GENRES[: RAILS - len(plan)]]
    for position, (source, rule) in enumerate(plan):
        Rail.objects.create(
            page=page,
            position=position,
            names={"en": f"Rail {position}"},
            source=source,
            rule=rule,
            size=CARDS // RAILS,
        )
    releasing.release(page, by=None, now=BEGAN)


def _each(numbers: Sequence[int], rows: Any, chance: random.Random) -> Iterator[Any]:
    for number in numbers:
        yield from rows(number, chance)


def _name(chance: random.Random) -> str:
    return f"{chance.choice(_FIRST)} {chance.choice(_SECOND)}".title()


def sentence(chance: random.Random, words: int) -> str:
    """So many words in a row."""
    return " ".join(chance.choices(_WORDS, k=words)).capitalize() + "."


def _title(number: int, chance: random.Random) -> tuple[Any, ...]:
    name = f"{_name(chance)} {number}"
    slug = name.lower().replace(" ", "-")
    kind, year, runtime = "movie", chance.randint(1950, 2025), chance.randint(70, 170)
    spoken = chance.sample(("en", "de", "fr", "es"), k=2)
    popularity = chance.randint(0, 1_000_000)
    fixed = ("draft", 1, BEGAN, BEGAN)
    text = (f"ti_{number:020d}", slug, kind, name, spoken[0], spoken)
    return (number, *text, year, runtime * 60, popularity, *fixed)


def _texts(number: int, chance: random.Random) -> Iterator[tuple[Any, ...]]:
    for language in ("en", "de"):
        name = f"{_name(chance)} {number}"
        yield (number, language, name, sentence(chance, 6), sentence(chance, 45))


def _artwork(number: int, chance: random.Random) -> Iterator[tuple[Any, ...]]:
    for role, width, height in (("poster", 1000, 1500), ("backdrop", 1920, 1080)):
        image = f"artwork/{number:06d}-{role}.{chance.getrandbits(48):012x}.webp"
        colour = f"#{chance.getrandbits(24):06x}"
        alt = sentence(chance, 5)
        yield (number, role, image, width, height, "", alt, colour, "", 0.5, 0.5, 0)


def _rating(number: int, chance: random.Random) -> Iterator[tuple[Any, ...]]:
    age = chance.choice(AGES)
    yield (number, "fsk", str(age), "DE", age, [])


def _credits(number: int, chance: random.Random) -> Iterator[tuple[Any, ...]]:
    roles = ("director", "writer", "actor", "actor", "actor")
    people = chance.sample(range(1, PEOPLE + 1), k=len(roles))
    for position, (person, role) in enumerate(zip(people, roles, strict=True)):
        character = _name(chance) if role == "actor" else ""
        yield (number, person, role, character, position)


def _of_genre(number: int, chance: random.Random) -> Iterator[tuple[int, int]]:
    for genre in chance.sample(range(1, len(GENRES) + 1), k=2):
        yield (number, genre)


def _sequences() -> None:
    """Numbers were given by hand: the counters of the tables go on behind them."""
    with connection.cursor() as cursor:
        for model in (Title, Genre, Person):
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
                f" (SELECT max(id) FROM {table}))"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]))
