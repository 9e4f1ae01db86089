"""A queryset with places for values says the same as the queryset with the values in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, CharField, IntegerField
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Genre
from streamapi.postgresql.statements import Given, Statement

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def genres() -> list[Genre]:
    slugs = ("crime", "drama", "50%")
    return [Genre.objects.create(slug=slug, position=n) for n, slug in enumerate(slugs)]


def slugs(**conditions: Any) -> Any:
    return Genre.objects.filter(**conditions).order_by("position").values_list("slug")


def prepared() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [text for (text,) in cursor.fetchall()]


@pytest.mark.parametrize("once", [True, False])
def test_runs_again_and_again_with_other_values(*, once: bool) -> None:
    statement = Statement(
        slugs(slug=Given("slug", CharField()), position__gte=0), is_planned_once=once
    )
    assert statement.rows(slug="drama") == [("drama",)]
    assert statement.rows(slug="crime", unused=1) == [("crime",)]
    assert statement.rows(slug="' OR true --") == []


def test_only_what_is_planned_once_stays_prepared() -> None:
    limit = Given("limit", IntegerField())
    planned = Statement(slugs(position__lt=limit), is_planned_once=True)
    for number in range(4):
        assert len(planned.rows(limit=number)) == min(number, 3)
    Statement(slugs(position__gt=limit), is_planned_once=False).rows(limit=1)
    list(slugs(position=1))
    (text,) = prepared()
    assert '"position" < ($1)' in text


def test_other_values_are_written_into_the_text() -> None:
    """Percent signs too, of which the placeholders of psycopg are made."""
    statement = Statement(
        slugs(slug="50%", position__lte=Given("most", IntegerField())),
        is_planned_once=True,
    )
    assert statement.rows(most=9) == [("50%",)]
    assert statement.rows(most=1) == []


def test_a_queryset_that_cannot_find_anything_asks_nothing() -> None:
    statement = Statement(slugs(slug__in=[]), is_planned_once=True)
    with CaptureQueriesContext(connection) as queries:
        assert statement.rows() == []
    assert len(queries) == 0


def test_whole_lists_and_moments_can_be_given(genres: list[Genre]) -> None:
    wanted = Given("wanted", ArrayField(BigIntegerField()))
    statement = Statement(
        slugs(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [wanted])),
        is_planned_once=True,
    )
    first, _, last = (genre.pk for genre in genres)
    assert statement.rows(wanted=[first, last]) == [("crime",), ("50%",)]
    assert statement.rows(wanted=[]) == []


def test_logs_and_tests_see_what_was_asked() -> None:
    statement = Statement(slugs(slug=Given("slug", CharField())), is_planned_once=True)
    with CaptureQueriesContext(connection) as queries:
        statement.rows(slug="drama")
    assert "'drama'" in queries[0]["sql"]


def test_a_connection_that_is_shared_gets_no_prepared_statements(
    settings: Any,
) -> None:
    settings.PREPARED_STATEMENTS = False
    now = timezone.now() - timedelta(days=1)
    statement = Statement(
        slugs(position=Given("place", IntegerField())), is_planned_once=True
    )
    assert statement.rows(place=1, now=now) == [("drama",)]
    assert prepared() == []
