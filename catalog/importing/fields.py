"""Typed reading of an untrusted object: each refusal names the field and the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug

from catalog.importing.errors import RecordInvalid
from catalog.importing.readers import BROKEN
from catalog.models.base import language_tag

MAX_ITEMS: Final = 2000
_MOMENT: Final = "must be a moment with its offset: 1999-12-31T20:00:00Z"
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
"""NUL and lone surrogates, which JSON can write and PostgreSQL cannot keep."""


class Fields:
    """An object under a JSON pointer. A field that is absent or null reads as None."""

    def __init__(self, raw: object, pointer: str = "") -> None:
        if not isinstance(raw, Mapping):
            raise refusal("wrong_type", pointer, "must be an object")
        self._raw: Mapping[str, Any] = raw
        self.pointer = pointer

    def only(self, *names: str) -> None:
        """Refuse fields that nobody reads: they are misspelt."""
        for name in self._raw:
            if name not in names:
                raise refusal("unknown_field", self._at(name), "is not a known field")

    def names(self) -> list[str]:
        """The names of all members."""
        return list(self._raw)

    def text(self, name: str, longest: int) -> str | None:
        """A string without control characters at its ends."""
        value = self._raw.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise refusal("wrong_type", self._at(name), "must be a string")
        return self._clean(name, value, longest)

    def required_text(self, name: str, longest: int) -> str:
        """A string that is there and not blank."""
        value = self.text(name, longest)
        if not value:
            raise refusal("required", self._at(name), "is required")
        return value

    def slug(self, name: str, longest: int) -> str | None:
        """Letters, digits, hyphens and underscores."""
        value = self.text(name, longest)
        if value is not None:
            self._validated(name, validate_slug, value, "must be a slug")
        return value

    def language(self, name: str) -> str | None:
        """A language tag."""
        value = self.text(name, 35)
        if value is not None:
            self._validated(name, language_tag, value, "must be a language tag")
        return value

    def number(self, name: str, least: int, most: int) -> int | None:
        """A whole number; a string of digits counts, because CSV has no other."""
        value = self._raw.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value[:20])
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise refusal("wrong_type", self._at(name), "must be a whole number")
        if not least <= value <= most:
            raise refusal(
                "out_of_range", self._at(name), f"must be from {least} to {most}"
            )
        return value

    def day(self, name: str) -> date | None:
        """A date, as 1999-12-31."""
        value = self.text(name, 10)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise refusal(
                "invalid_date", self._at(name), "must be a date: 1999-12-31"
            ) from error

    def moment(self, name: str) -> datetime | None:
        """A moment with its offset, as 1999-12-31T20:00:00Z."""
        value = self.text(name, 40)
        if value is None:
            return None
        try:
            found = datetime.fromisoformat(value)
        except ValueError as error:
            raise refusal("invalid_moment", self._at(name), _MOMENT) from error
        if found.tzinfo is None:
            raise refusal("invalid_moment", self._at(name), _MOMENT)
        return found

    def flag(self, name: str) -> bool:
        """True or false; absent is false."""
        value = self._raw.get(name)
        if value is not None and not isinstance(value, bool):
            raise refusal("wrong_type", self._at(name), "must be true or false")
        return bool(value)

    def plain(self, name: str) -> str | int | float | bool:
        """A text, a number or a boolean."""
        value = self._raw.get(name)
        if not isinstance(value, str | int | float):
            raise refusal(
                "wrong_type", self._at(name), "must be a text, a number or a boolean"
            )
        return value

    def texts(self, name: str, longest: int) -> list[str] | None:
        """A list of strings, without blanks and repetitions."""
        values = self._list(name)
        if values is None:
            return None
        members = Fields({str(n): v for n, v in enumerate(values)}, self._at(name))
        found = [members.text(str(n), longest) for n in range(len(values))]
        return list(dict.fromkeys(one for one in found if one))

    def objects(self, name: str) -> list[Fields] | None:
        """A list of objects."""
        values = self._list(name)
        if values is None:
            return None
        return [Fields(one, f"{self._at(name)}/{n}") for n, one in enumerate(values)]

    def object(self, name: str) -> Fields | None:
        """An object."""
        value = self._raw.get(name)
        return None if value is None else Fields(value, self._at(name))

    def items(self) -> Iterator[tuple[str, Fields]]:
        """The members of an object of objects."""
        for name, value in self._raw.items():
            yield name, Fields(value, self._at(name))

    def refuse(self, code: str, name: str, detail: str) -> RecordInvalid:
        """A refusal of one of the fields."""
        return refusal(code, self._at(name), detail)

    def _at(self, name: str) -> str:
        return f"{self.pointer}/{name}"

    def _list(self, name: str) -> list[Any] | None:
        value = self._raw.get(name)
        if value is None:
            return None
        if not isinstance(value, list):
            raise refusal("wrong_type", self._at(name), "must be a list")
        if len(value) > MAX_ITEMS:
            raise refusal(
                "too_many", self._at(name), f"must have at most {MAX_ITEMS} members"
            )
        return value

    def _clean(self, name: str, value: str, longest: int) -> str:
        if len(value) > longest:
            raise refusal(
                "too_long",
                self._at(name),
                f"has {len(value)} characters, at most {longest} are allowed",
            )
        if BROKEN in value:
            raise refusal("invalid_utf8", self._at(name), "is not valid UTF-8")
        if _UNSTORABLE.search(value):
            raise refusal(
                "invalid_character", self._at(name), "contains what text cannot hold"
            )
        return value.strip()

    def _validated(self, name: str, check: Any, value: str, detail: str) -> None:
        try:
            check(value)
        except ValidationError as error:
            raise refusal("invalid", self._at(name), detail) from error


def refusal(code: str, pointer: str, detail: str) -> RecordInvalid:
    """A refusal of the field at ``pointer``."""
    return RecordInvalid(f"{pointer or '/'} {detail}.", code=code, pointer=pointer)
