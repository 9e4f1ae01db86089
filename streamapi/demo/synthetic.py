"""Titles by the hundred thousand for measurements: invented, reproducible, no video.

Rows go in by COPY, a batch a transaction; the published side is written with each batch.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import orjson
from django.db import connection, transaction
from django.db.models import Model

from catalog import genres, publishing
from catalog import people as catalog_people
from catalog.bulk import batches, copy_into
from catalog.models import (
    Artwork,
    Credit,
    ExternalId,
    MaturityRating,
    Person,
    PersonExternalId,
    PublishedCredit,
    PublishedTitle,
    Title,
    TitleTranslation,
)
from streamapi.demo import catalogue, people, workers
from streamapi.demo.pictures.canvas import chance_of
from streamapi.demo.seeding import Seeding

SYSTEM: Final = "synthetic"
BATCH: Final = 2000
_CAST: Final = 400
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_AGES: Final = ((0, "G"), (6, "PG"), (12, "PG-13"), (16, "R"))
_WORDS: Final[dict[str, Any]] = orjson.loads(
    (Path(__file__).parent / "data" / "synthetic.json").read_bytes()
)


@dataclass(frozen=True, slots=True)
class Stock:
    """What every synthetic title draws on: keys of rows that exist, and the chance."""

    genres: Sequence[int]
    cast: Sequence[int]
    package: int
    pictures: Sequence[tuple[str, str, int, int, str]]
    random_seed: int
    now: datetime


class _Table:
    """The rows of one table in one batch; what is not named has its field's default."""

    def __init__(self, model: type[Model], named: Sequence[str]) -> None:
        self.model = model
        self.named = tuple(named)
        self.others = [
            field
            for field in model._meta.concrete_fields
            if not field.primary_key and not field.null and field.name not in named
        ]
        self.rows: list[tuple[Any, ...]] = []

    def add(self, values: Mapping[str, Any]) -> None:
        """One row; all rows name the same fields."""
        given = [values[name] for name in self.named]
        self.rows.append((*given, *(field.get_default() for field in self.others)))

    def write(self) -> None:
        """All rows into the database."""
        names = (*self.named, *(field.name for field in self.others))
        copy_into(self.model, names, self.rows)


class _Rows:
    """The rows of one batch, in tables in the order in which they were first named."""

    def __init__(self) -> None:
        self._tables: dict[type[Model], _Table] = {}

    def add(self, model: type[Model], **values: Any) -> None:
        """One row of a table."""
        if model not in self._tables:
            self._tables[model] = _Table(model, tuple(values))
        self._tables[model].add(values)

    def write(self) -> None:
        """Everything into the database."""
        for table in self._tables.values():
            table.write()


def seed(seeding: Seeding) -> None:
    """Add titles until there are as many as were asked for."""
    missing = _missing(seeding)
    if not missing:
        return
    progress = seeding.progress("Synthetic titles", len(missing))
    parts = list(batches(missing, BATCH))
    done = 0
    for added in workers.spread(partial(_add, stock=_stock(seeding)), parts, few=1):
        done += added
        progress.at(done, f"{done} of {len(missing)}")
    _analyse()
    progress.end(f"{done} added and published")


def _missing(seeding: Seeding) -> list[int]:
    """The numbers of titles that are not there yet; an earlier run may have ended early."""
    prefix = f"{seeding.random_seed}-"
    known = ExternalId.objects.filter(system=SYSTEM, value__startswith=prefix)
    numbers = {
        int(value.removeprefix(prefix)) for (value,) in known.values_list("value")
    }
    return [n for n in range(1, seeding.synthetic_titles + 1) if n not in numbers]


@transaction.atomic
def _add(numbers: Sequence[int], stock: Stock) -> int:
    keys = _next_keys(Title, len(numbers))
    rows = _Rows()
    for key, number in zip(keys, numbers, strict=True):
        _title(rows, key, number, stock)
    rows.write()
    publishing.publish_batch(keys, by=None, now=stock.now)
    return len(keys)


def _title(rows: _Rows, key: int, number: int, stock: Stock) -> None:
    chance = chance_of(f"{stock.random_seed}-{number}")
    names = _names(chance, number)
    year = chance.randint(1950, 2026)
    rows.add(
        Title,
        id=key,
        public_id=f"ti_{''.join(chance.choices(_ALPHABET, k=16))}",
        slug=f"synthetic-{stock.random_seed}-{number}",
        kind="movie",
        original_name=names["en"],
        original_language="en",
        languages=["en"],
        year=year,
        released_on=date(year, chance.randint(1, 12), chance.randint(1, 28)),
        runtime_s=chance.randint(70, 170) * 60,
        popularity=int(5000 / chance.randint(1, 5000)),
        created_at=stock.now,
        updated_at=stock.now,
    )
    rows.add(
        ExternalId, title=key, system=SYSTEM, value=f"{stock.random_seed}-{number}"
    )
    _words(rows, key, names, chance)
    _links(rows, key, stock, chance)


def _names(chance: random.Random, number: int) -> dict[str, str]:
    adjective, noun = (
        chance.choice(_WORDS["adjectives"]),
        chance.choice(_WORDS["nouns"]),
    )
    place = chance.choice(_WORDS["places"])
    return {
        language: pattern.format(
            adjective=adjective[column], noun=noun[column], place=place, number=number
        )
        for column, (language, pattern) in enumerate(_WORDS["names"].items())
    }


def _words(
    rows: _Rows, key: int, names: Mapping[str, str], chance: random.Random
) -> None:
    hero, years = chance.choice(_WORDS["given"]), chance.randint(2, 30)
    for language, name in names.items():
        rows.add(
            TitleTranslation,
            title=key,
            language=language,
            name=name,
            synopsis=_WORDS["synopses"][language].format(
                hero=hero, years=years, name=name
            ),
        )


def _links(rows: _Rows, key: int, stock: Stock, chance: random.Random) -> None:
    for genre in chance.sample(stock.genres, 2):
        rows.add(Title.genres.through, title=key, genre=genre)
    if chance.random() < 0.8:
        rows.add(Title.packages.through, title=key, package=stock.package)
    age, label = chance.choice(_AGES)
    rows.add(
        MaturityRating,
        title=key,
        system="mpa",
        value=label,
        country="US",
        min_age=age,
    )
    for place, person in enumerate(chance.sample(stock.cast, 4)):
        role = "actor" if place else "director"
        rows.add(Credit, title=key, person=person, role=role, position=place)
    if stock.pictures:
        _pictures(rows, key, stock, chance)


def _pictures(rows: _Rows, key: int, stock: Stock, chance: random.Random) -> None:
    pairs = len(stock.pictures) // 2
    first = chance.randrange(pairs) * 2
    for position, picture in enumerate(stock.pictures[first : first + 2]):
        role, file, width, height, placeholder = picture
        rows.add(
            Artwork,
            title=key,
            role=role,
            image=file,
            width=width,
            height=height,
            alt="A picture",
            placeholder=placeholder,
            position=position,
        )


def _stock(seeding: Seeding) -> Stock:
    """People and genres are published here: batches side by side would do it twice."""
    genre_rows = catalogue.write_genres()
    cast = _cast(seeding)
    genres.publish_missing(list(genre_rows))
    catalog_people.publish_missing(cast)
    return Stock(
        genres=[genre.pk for genre in genre_rows.values()],
        cast=cast,
        package=people.package().pk,
        pictures=list(_shared_pictures()),
        random_seed=seeding.random_seed,
        now=seeding.now,
    )


def _cast(seeding: Seeding) -> list[int]:
    prefix = f"cast-{seeding.random_seed}-"
    known = PersonExternalId.objects.filter(system=SYSTEM, value__startswith=prefix)
    found = list(known.order_by("pk").values_list("person_id", flat=True))
    if found:
        return found
    chance, rows = chance_of(prefix), _Rows()
    keys = _next_keys(Person, _CAST)
    for number, key in enumerate(keys):
        rows.add(
            Person,
            id=key,
            public_id=f"pe_{''.join(chance.choices(_ALPHABET, k=16))}",
            name=f"{chance.choice(_WORDS['given'])} {chance.choice(_WORDS['family'])}",
            updated_at=seeding.now,
        )
        rows.add(PersonExternalId, person=key, system=SYSTEM, value=f"{prefix}{number}")
    rows.write()
    return keys


def _shared_pictures() -> Iterator[tuple[str, str, int, int, str]]:
    """Poster and backdrop of each of the demo's own titles, one after the other."""
    found: dict[int, dict[str, Artwork]] = {}
    own = Artwork.objects.filter(
        title__external_ids__system=catalogue.SYSTEM,
        role__in=("poster", "backdrop"),
        language__in=("", "en"),
    )
    for one in own.order_by("pk"):
        found.setdefault(one.title_id or 0, {})[one.role] = one
    for pictures in found.values():
        for role in ("poster", "backdrop"):
            one = pictures[role]
            yield role, str(one.image.name), one.width, one.height, one.placeholder


def _next_keys(model: type[Model], count: int) -> list[int]:
    """Primary keys set aside for rows that COPY will bring."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id'))"
            " FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [key for (key,) in cursor.fetchall()]


def _analyse() -> None:
    """Let the planner know, before the first query asks."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")  # autovacuum may be at the same tables
        for model in (Title, TitleTranslation, PublishedTitle, PublishedCredit, Credit):
            cursor.execute(f"ANALYZE {quote(model._meta.db_table)}")
