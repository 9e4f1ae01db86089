"""A catalogue multiplied inside the database: a hundred times the titles in seconds.

Copies of a title are titles like any other: with keys, ids, slugs and names of their own,
and with copies of all rows that belong to it, on the editing and on the published side.
"""

from collections.abc import Iterator

from django.db import connection, transaction
from django.db.models import Field, Model

from catalog.models import (
    Artwork,
    Credit,
    ExternalId,
    MaturityRating,
    PublishedCredit,
    PublishedTitle,
    Snapshot,
    Title,
    TitleTranslation,
)

SHIFT = 1_000_000
"""Between the keys of a row and those of its next copy."""
TABLES: tuple[type[Model], ...] = (
    *(Title, TitleTranslation, ExternalId, MaturityRating, Credit, Artwork, Snapshot),
    *(Title.genres.through, Title.packages.through, PublishedTitle, PublishedCredit),
)
SHIFTED = f"{{}} + copy * {SHIFT}"
NUMBERED = r"regexp_replace({}, '\d+', '\&' || copy)"
VALUES = {
    "public_id": "overlay({} placing lpad(copy::text, 8, '0') from 12)",
    "slug": "{} || '-' || copy",
    "value": "{} || '-' || copy",
    **dict.fromkeys(("name", "original_name", "folded"), NUMBERED),
    **dict.fromkeys(("by_popularity", "by_release", "by_addition"), SHIFTED),
    "by_name": f"left({{}}, -10) || lpad((title_id + copy * {SHIFT})::text, 10, '0')",
}


def multiply(titles: list[int], times: int) -> None:
    """Add so many copies of each of these titles."""
    first, last = min(titles), max(titles)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for model in TABLES:
            cursor.execute(_statement(model), [times, first, last])


def _statement(model: type[Model]) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    columns, values = zip(*_columns(model), strict=True)
    own = "id" if model is Title else "title_id"
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
        f" FROM {table}, generate_series(1, %s) AS copy"
        f" WHERE {own} BETWEEN %s AND %s"
    )


def _columns(model: type[Model]) -> Iterator[tuple[str, str]]:
    for field in model._meta.concrete_fields:
        column = connection.ops.quote_name(field.column)
        yield column, _value(field).format(column)


def _value(field: Field) -> str:
    if field.primary_key or field.related_model in TABLES:
        return SHIFTED
    is_rating = field.model is MaturityRating  # its value is one of a system
    return "{}" if is_rating else VALUES.get(field.name, "{}")
