"""Signed keyset cursors over a real table."""

import pytest
from django.contrib.contenttypes.models import ContentType
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from streamapi.errors import InvalidInput
from streamapi.rest.pagination import KeysetPagination, decode_cursor, page_size


class View:
    def __init__(self, *ordering):
        self.ordering = ordering


def page(view, **query):
    request = Request(APIRequestFactory().get("/v1/things", query))
    pagination = KeysetPagination()
    rows = pagination.paginate_queryset(
        ContentType.objects.filter(app_label__in=["a", "b"]), request, view
    )
    return rows, pagination.get_paginated_response([row.model for row in rows]).data


@pytest.fixture
def things(db):
    return ContentType.objects.bulk_create(
        ContentType(app_label="ab"[index % 2], model=f"m{index:02}")
        for index in range(25)
    )


@pytest.mark.parametrize(
    "ordering", [("app_label", "id"), ("-app_label", "id"), ("-app_label", "-id")]
)
class TestKeysetPagination:
    def test_pages_join_to_the_whole_list_in_order(self, things, ordering):
        seen, cursor = [], None
        for _ in range(10):
            query = {"limit": "7"} | ({"cursor": cursor} if cursor else {})
            rows, data = page(View(*ordering), **query)
            seen += rows
            cursor = data["next"]
            if cursor is None:
                break
        expected = ContentType.objects.filter(app_label__in=["a", "b"])
        assert seen == list(expected.order_by(*ordering))

    def test_rows_added_meanwhile_neither_repeat_nor_hide_others(
        self, things, ordering
    ):
        first, data = page(View(*ordering), limit="10")
        ContentType.objects.create(app_label="a", model="new")
        rest, _ = page(View(*ordering), limit="100", cursor=data["next"])
        seen = [row.pk for row in (*first, *rest)]
        assert len(seen) == len(set(seen))
        assert {thing.pk for thing in things} <= set(seen)


class TestCursor:
    def test_counts_nothing_and_asks_once(self, things, django_assert_num_queries):
        with django_assert_num_queries(1) as queries:
            page(View("app_label", "id"), limit="5")
        assert "COUNT" not in queries.captured_queries[0]["sql"]

    @pytest.mark.parametrize(
        "cursor", ["x", "a:b:c", "W10:1abc:xxx", "\x00", "é" * 700]
    )
    def test_refuses_a_forged_one(self, things, cursor):
        with pytest.raises(InvalidInput) as refusal:
            page(View("app_label", "id"), cursor=cursor)
        assert refusal.value.code == "invalid_cursor"
        assert refusal.value.pointer == "?cursor"

    def test_refuses_that_of_another_list(self, things):
        _, data = page(View("app_label", "id"), limit="5")
        with pytest.raises(InvalidInput):
            page(View("-app_label", "id"), cursor=data["next"])
        with pytest.raises(InvalidInput):
            decode_cursor(data["next"], "/v1/others")


class TestPageSize:
    def test_is_capped_and_has_a_default(self):
        assert page_size(None, 50) == 50
        assert page_size("", 50) == 50
        assert page_size("1", 50) == 1
        assert page_size("1000", 50) == 100

    @pytest.mark.parametrize("raw", ["0", "-1", "ten", "1e3", "9" * 5000, "٣"])
    def test_refuses_anything_else(self, raw):
        with pytest.raises(InvalidInput) as refusal:
            page_size(raw, 50)
        assert refusal.value.code == "invalid_limit"


def test_describes_itself_in_the_schema():
    pagination = KeysetPagination()
    schema = pagination.get_paginated_response_schema({"type": "array"})
    assert schema["required"] == ["results", "next"]
    names = [p["name"] for p in pagination.get_schema_operation_parameters(View())]
    assert names == ["cursor", "limit"]
