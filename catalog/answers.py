"""Answers made of finished JSON texts: joined, not rendered."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
from django.http import HttpResponse


def document(text: str, language: str) -> HttpResponse:
    """One finished document."""
    return _answer(text, language)


def page(texts: Iterable[str], next_cursor: str | None, language: str) -> HttpResponse:
    """A list of finished documents, in the envelope of every list."""
    return _answer(
        f'{{"results":[{",".join(texts)}],"next":{_text(next_cursor)}}}', language
    )


def with_member(text: str, name: str, value: str) -> str:
    """An object's text with one more member, whose value is a text too."""
    return f'{text[:-1]},"{name}":{value}}}'


def _text(value: object) -> str:
    return orjson.dumps(value).decode()


def _answer(text: str, language: str) -> HttpResponse:
    answer = HttpResponse(text.encode(), content_type="application/json")
    answer["Content-Language"] = language
    return answer
