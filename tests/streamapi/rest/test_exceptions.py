"""Every kind of error becomes one problem document."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, serializers

from streamapi import errors
from streamapi.rest.exceptions import problem_handler, status_of


@pytest.fixture(autouse=True)
def _database(db):
    """The handler asks whether a transaction is open."""


class TestDomainErrors:
    @pytest.mark.parametrize(
        ("kind", "status"),
        [
            (errors.InvalidInput, 400),
            (errors.Unauthenticated, 401),
            (errors.Denied, 403),
            (errors.NotFound, 404),
            (errors.Conflict, 409),
            (errors.Gone, 410),
            (errors.Unprocessable, 422),
            (errors.Locked, 423),
            (errors.LimitReached, 429),
            (errors.Unavailable, 503),
            (errors.DomainError, 400),
        ],
    )
    def test_each_kind_has_its_status(self, kind, status):
        assert status_of(kind()) == status
        answer = problem_handler(kind("why"), {})
        assert answer.status_code == answer.data["status"] == status
        assert answer.data["code"] == kind.code
        assert answer.data["detail"] == "why"

    def test_code_pointer_and_members_reach_the_document(self):
        error = errors.LimitReached(
            code="too_many_streams", pointer="/device", retry_after_s=7, limit=2
        )
        answer = problem_handler(error, {})
        assert answer.data["code"] == "too_many_streams"
        assert answer.data["limit"] == 2
        assert answer.data["errors"][0]["pointer"] == "/device"
        assert answer.headers["Retry-After"] == "7"
        assert answer.headers["Cache-Control"] == "no-store"

    def test_a_401_says_how_to_authenticate(self):
        answer = problem_handler(errors.Unauthenticated(), {})
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


class TestFrameworkErrors:
    @pytest.mark.parametrize(
        ("error", "status", "code"),
        [
            (Http404(), 404, "not_found"),
            (PermissionDenied(), 403, "denied"),
            (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
            (exceptions.UnsupportedMediaType("x/y"), 415, "unsupported_media_type"),
            (exceptions.NotAcceptable(), 406, "not_acceptable"),
            (exceptions.ParseError("bad"), 400, "malformed"),
        ],
    )
    def test_have_stable_codes(self, error, status, code):
        answer = problem_handler(error, {})
        assert (answer.status_code, answer.data["code"]) == (status, code)
        assert answer.content_type == "application/problem+json"

    def test_a_throttle_says_when(self):
        answer = problem_handler(exceptions.Throttled(wait=3.7), {})
        assert answer.data["retry_after_s"] == 4

    def test_field_errors_point_to_the_field(self):
        class Item(serializers.Serializer):
            name = serializers.CharField(max_length=3)

        class Document(serializers.Serializer):
            items = Item(many=True)

            def validate(self, attrs):
                raise serializers.ValidationError("odd", code="odd")

        with pytest.raises(exceptions.ValidationError) as failure:
            Document(data={"items": [{"name": "ok"}, {"name": "long"}]}).is_valid(
                raise_exception=True
            )
        answer = problem_handler(failure.value, {})
        assert [(e["pointer"], e["code"]) for e in answer.data["errors"]] == [
            ("/items/1/name", "max_length")
        ]
        with pytest.raises(exceptions.ValidationError) as failure:
            Document(data={"items": []}).is_valid(raise_exception=True)
        answer = problem_handler(failure.value, {})
        assert [(e["pointer"], e["code"]) for e in answer.data["errors"]] == [
            ("/", "odd")
        ]

    def test_what_it_does_not_know_is_left_to_the_last_resort(self):
        assert problem_handler(ZeroDivisionError(), {}) is None
