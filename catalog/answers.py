"""Answers made of finished JSON texts: joined, not rendered."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
from django.http import HttpResponse

from streamapi.clients import Variant


def document(body: str, variant: Variant) -> HttpResponse:
    """One finished document."""
    return _answer(body, variant)


def page(
    texts: Iterable[str], next_cursor: str | None, variant: Variant
) -> HttpResponse:
    """A list of finished documents, in the envelope of every list."""
    return _answer(
        f'{{"results":[{",".join(texts)}],"next":{text(next_cursor)}}}', variant
    )


def with_member(body: str, name: str, value: str) -> str:
    """An object's text with one more member, whose value is a text too."""
    return f'{body[:-1]},"{name}":{value}}}'


def text(value: object) -> str:
    """A value as JSON."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z).decode()


def _answer(body: str, variant: Variant) -> HttpResponse:
    answer = HttpResponse(body.encode(), content_type="application/json")
    answer["Content-Language"] = ", ".join(variant.languages)
    return answer
