"""Saved filters: what a rule-based rail is filled with, checked, applied and said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Self

from catalog.filters import SORTS
from catalog.models.titles import Kind
from catalog.querysets import PublishedTitleQuerySet
from streamapi.errors import InvalidInput

_KINDS: Final = {Kind.MOVIE: "Movies", Kind.SERIES: "Series"}
_ANY_OF: Final = ("genres", "languages", "keywords", "studios", "packages")
_ORDERS: Final = {
    "popularity": "most popular first",
    "release": "latest first",
    "addition": "newest here first",
    "name": "by name",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a title must be; an empty value asks nothing."""

    kind: str = ""
    genres: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    languages: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    studios: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    is_free: bool = False
    max_age: int | None = None
    sort: str = "popularity"

    @classmethod
    def read(cls, saved: Mapping[str, Any]) -> Self:
        """A saved rule; raises InvalidInput for what cannot be one."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(saved) - known)
        if unknown:
            raise _invalid(unknown[0], "a part of a rule")
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in saved.items()
        }
        rule = cls(**values)
        if rule.kind and rule.kind not in Kind.values:
            raise _invalid("kind", f"one of {', '.join(Kind.values)}")
        if rule.sort not in SORTS:
            raise _invalid("sort", f"one of {', '.join(SORTS)}")
        if rule.year_from and rule.year_to and rule.year_from > rule.year_to:
            raise _invalid("year_to", "no earlier than year_from")
        return rule

    def saved(self) -> dict[str, Any]:
        """As it is kept: what asks nothing is left out."""
        usual = asdict(type(self)())
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if value != usual[name]
        }

    def apply(self, titles: PublishedTitleQuerySet) -> PublishedTitleQuerySet:
        """The titles that it asks for."""
        found = titles.narrowed(kind=self.kind)
        for name in _ANY_OF:
            wanted = getattr(self, name)
            if wanted:
                found = found.filter(**{f"{name}__overlap": list(wanted)})
        if self.without:
            found = found.exclude(genres__overlap=list(self.without))
        if self.collections:
            found = found.collected_in(self.collections)
        if self.year_from:
            found = found.filter(year__gte=self.year_from)
        if self.year_to:
            found = found.filter(year__lte=self.year_to)
        if self.is_free:
            found = found.filter(packages=[])
        if self.max_age is not None:
            found = found.filter(min_age__lte=self.max_age)
        return found

    def in_words(self) -> str:
        """For editors: what it asks for, in a sentence."""
        kind = _KINDS.get(Kind(self.kind)) if self.kind else "Everything"
        return ", ".join([" ".join([str(kind), *self._what()]), _ORDERS[self.sort]])

    def _what(self) -> Iterator[str]:
        if self.genres:
            yield f"in {' or '.join(self.genres)}"
        if self.without:
            yield f"but not in {' or '.join(self.without)}"
        yield from self._years()
        if self.languages:
            yield f"spoken in {' or '.join(self.languages)}"
        if self.keywords:
            yield f"about {' or '.join(self.keywords)}"
        if self.studios:
            yield f"by {' or '.join(self.studios)}"
        if self.collections:
            yield f"from {' or '.join(self.collections)}"
        if self.packages:
            yield f"of {' or '.join(self.packages)}"
        if self.is_free:
            yield "that is free"
        if self.max_age is not None:
            yield f"for ages up to {self.max_age}"

    def _years(self) -> Iterator[str]:
        first, last = self.year_from, self.year_to
        if first and last:
            yield f"from {first} to {last}" if first != last else f"of {first}"
        elif first:
            yield f"since {first}"
        elif last:
            yield f"until {last}"


def _invalid(name: str, expected: str) -> InvalidInput:
    return InvalidInput(
        f"{name} must be {expected}.", code="invalid_rule", pointer=f"/rule/{name}"
    )
