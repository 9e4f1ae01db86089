"""Reading what clients send: as DRF would, without making a serializer each time."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from rest_framework import serializers

from streamapi.rest import inputs


class Part(serializers.Serializer[Any]):
    """A part of a whole."""

    size = serializers.IntegerField(min_value=1)


class Whole(serializers.Serializer[Any]):
    """Something with parts."""

    name = serializers.CharField()
    parts = serializers.ListField(child=Part(), default=list)
    note = serializers.CharField(required=False)


GOOD: dict[str, Any] = {"name": "a", "parts": [{"size": 1}, {"size": 2}]}
BAD: list[Any] = [
    [],
    "x",
    {},
    {"name": ""},
    {"name": "a", "parts": [{"size": 0}]},
]


class TestRead:
    def test_gives_what_was_sent(self) -> None:
        assert inputs.read(Whole, GOOD) == GOOD
        assert inputs.read(Whole, QueryDict("name=b")) == {"name": "b", "parts": []}

    def test_one_answer_is_not_another_s(self) -> None:
        inputs.read(Whole, {"name": "a"})["parts"].append(1)
        assert inputs.read(Whole, {"name": "a"}) == {"name": "a", "parts": []}

    def test_a_part_asks_for_nothing(self) -> None:
        assert inputs.read(Whole, {"note": "n"}, partial=True) == {"note": "n"}
        with pytest.raises(serializers.ValidationError):
            inputs.read(Whole, {"note": "n"})

    @pytest.mark.parametrize("data", BAD, ids=repr)
    def test_says_what_is_wrong_as_a_serializer_does(self, data: Any) -> None:
        theirs = Whole(data=data)
        assert not theirs.is_valid()
        with pytest.raises(serializers.ValidationError) as ours:
            inputs.read(Whole, data)
        said = ours.value.detail
        assert said in (theirs.errors, theirs.errors.get("non_field_errors"))

    def test_nothing_at_all_is_refused(self) -> None:
        with pytest.raises(serializers.ValidationError) as ours:
            inputs.read(Whole, None)
        assert ours.value.get_codes() == ["null"]

    def test_makes_no_fields(self) -> None:
        inputs.read(Whole, GOOD)
        before = serializers.Field._creation_counter
        inputs.read(Whole, GOOD)
        assert serializers.Field._creation_counter == before
