"""Documents for a reader of several languages: what one lacks comes from the next.

Publishing writes a finished document for each language of the service, and beside it the
paths of what is ``borrowed``: texts and pictures that this language has not, taken where
the service's own chain found them. A reader of one language gets that document as it is.
For one of several, what is borrowed is looked for in their other languages first; only
what none of them has stays as the service chose it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

import orjson
from django.db.models import Exists, OuterRef, QuerySet

from catalog.models import PublishedCollection, PublishedPerson, PublishedTitle
from streamapi.clients import Variant

Key = TypeVar("Key", int, str)


class Telling:
    """A document as it stands in one language."""

    def __init__(self, text: str, borrowed: Sequence[str]) -> None:
        self._text = text
        self.borrowed = borrowed

    @cached_property
    def document(self) -> Any:
        """The text, read."""
        return orjson.loads(self._text)


def cards(
    texts: Iterable[str],
    variant: Variant,
    model: type[PublishedTitle | PublishedPerson | PublishedCollection] = (
        PublishedTitle
    ),
) -> list[str]:
    """The cards for all languages of the reader; one query, none for one language."""
    given = list(texts)
    if not variant.fallbacks:
        return given
    ids: list[str] = [orjson.loads(text)["id"] for text in given]
    by_id = dict(zip(ids, given, strict=True))
    told = retold(by_id, model.objects.all(), variant, key="public_id", column="card")
    return [told[one] for one in ids]


def retold(
    texts: Mapping[Key, str],
    rows: QuerySet[Any],
    variant: Variant,
    *,
    key: str,
    column: str = "document",
) -> dict[Key, str]:
    """Texts in ``variant.language`` for all languages of the reader; one query at most.

    ``rows`` are where they come from, in every language: ``key`` tells them apart, and the
    text is in ``column``.
    """
    if not (variant.fallbacks and texts):
        return dict(texts)
    lacking = rows.filter(**{key: OuterRef(key)}, language=variant.language).exclude(
        borrowed=[]
    )
    found: dict[Key, dict[str, Telling]] = {}
    for one, language, text, borrowed in rows.filter(
        Exists(lacking), **{f"{key}__in": list(texts)}, language__in=variant.languages
    ).values_list(key, "language", column, "borrowed"):
        found.setdefault(one, {})[language] = Telling(text, borrowed)
    return {
        one: completed(found[one], variant.languages) if one in found else text
        for one, text in texts.items()
    }


def completed(tellings: Mapping[str, Telling], wanted: Sequence[str]) -> str:
    """The document in the first language, what that borrows from the others of them."""
    first, *others = (tellings[one] for one in wanted if one in tellings)
    for path in first.borrowed:
        owner = next((one for one in others if path not in one.borrowed), None)
        if owner is not None:
            _take(path.split("/"), first.document, owner.document)
    return orjson.dumps(first.document).decode()


def _take(path: Sequence[str], into: Any, source: Any) -> None:
    """Copy what is at a path; a card has not every part of the page it stands for."""
    step, *rest = path
    if not rest and isinstance(into, list):
        _take_pictures(step, into, source)
    elif isinstance(into, list):
        _take(rest, into[int(step)], source[int(step)])
    elif step in into and rest:
        _take(rest, into[step], source[step])
    elif step in into:
        into[step] = source[step]


def _take_pictures(role: str, into: list[Any], source: list[Any]) -> None:
    """All pictures of a role, in its place among the roles."""
    places = [place for place, one in enumerate(into) if one["role"] == role]
    if places:
        theirs = [one for one in source if one["role"] == role]
        into[places[0] : places[-1] + 1] = theirs
