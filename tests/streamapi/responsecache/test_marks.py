"""What a view notes about its answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from streamapi.responsecache import expires_by, tag
from streamapi.responsecache.marks import ATTRIBUTE, Marks

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def request_with_marks():
    request = RequestFactory().get("/")
    setattr(request, ATTRIBUTE, Marks())
    return request


class TestTag:
    def test_gathers(self, request_with_marks) -> None:
        tag(request_with_marks, "titles")
        tag(request_with_marks, "title:1", "titles")
        assert request_with_marks.cache_marks.tags == {"titles", "title:1"}

    def test_outside_a_cached_view_does_nothing(self) -> None:
        tag(RequestFactory().get("/"), "titles")


class TestExpiresBy:
    def test_keeps_the_earliest_moment(self, request_with_marks) -> None:
        for hours in (3, 1, 2):
            expires_by(request_with_marks, NOON + timedelta(hours=hours))
        expires_by(request_with_marks, None)
        assert request_with_marks.cache_marks.expires_at == NOON + timedelta(hours=1)

    def test_outside_a_cached_view_does_nothing(self) -> None:
        expires_by(RequestFactory().get("/"), NOON)

    def test_refuses_a_moment_without_a_zone(self, request_with_marks) -> None:
        with pytest.raises(ValueError, match="zone"):
            expires_by(request_with_marks, NOON.replace(tzinfo=None))
