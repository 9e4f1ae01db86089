"""Values of the attributes that operators define: read, checked, never guessed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from math import isfinite
from typing import Any, Final

from catalog.models import AttributeDefinition
from streamapi.errors import InvalidInput

LONGEST: Final = 1000
_YES: Final = {"true": True, "yes": True, "1": True}
_NO: Final = {"false": False, "no": False, "0": False}


class AttributeRefused(InvalidInput):
    """The value is not one that the attribute takes."""

    code = "attribute_refused"
    title = "The value does not fit its attribute"


def read(definition: AttributeDefinition, raw: Any) -> str | int | float | bool:
    """A value as it is kept, from JSON or from a form's text; raises AttributeRefused."""
    readers = {
        AttributeDefinition.Type.TEXT: _text,
        AttributeDefinition.Type.NUMBER: _number,
        AttributeDefinition.Type.BOOLEAN: _boolean,
        AttributeDefinition.Type.DATE: _date,
        AttributeDefinition.Type.CHOICE: _text,
    }
    value: str | int | float | bool = readers[
        AttributeDefinition.Type(definition.type)
    ](definition, raw)
    if definition.choices and value not in definition.choices:
        raise _refused(definition, f"must be one of {', '.join(definition.choices)}")
    return value


def required(kind_of: Iterable[str]) -> dict[str, list[str]]:
    """The codes of the attributes that a title of each kind must have; one query."""
    rows = list(
        AttributeDefinition.objects.filter(required=True)
        .order_by("code")
        .values_list("code", "kind")
    )
    return {
        kind: [code for code, only in rows if only in {"", kind}] for kind in kind_of
    }


def _text(definition: AttributeDefinition, raw: Any) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise _refused(definition, "must be a text")
    if len(raw) > LONGEST or "\x00" in raw:
        raise _refused(definition, f"must have at most {LONGEST} characters")
    return raw.strip()


def _number(definition: AttributeDefinition, raw: Any) -> int | float:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise _refused(definition, "must be a number")
    try:
        value = float(raw)
    except (ValueError, OverflowError) as error:
        raise _refused(definition, "must be a number") from error
    if not isfinite(value) or abs(value) > 1e15:
        raise _refused(definition, "must be a number of at most 15 digits")
    return int(value) if value.is_integer() else value


def _boolean(definition: AttributeDefinition, raw: Any) -> bool:
    word = str(raw).strip().lower()
    if word not in _YES and word not in _NO:
        raise _refused(definition, "must be true or false")
    return word in _YES


def _date(definition: AttributeDefinition, raw: Any) -> str:
    try:
        return date.fromisoformat(str(raw).strip()).isoformat()
    except ValueError as error:
        raise _refused(definition, "must be a date: 1999-12-31") from error


def _refused(definition: AttributeDefinition, what: str) -> AttributeRefused:
    return AttributeRefused(
        f"{definition.code} {what}.", pointer=f"/attributes/{definition.code}"
    )
