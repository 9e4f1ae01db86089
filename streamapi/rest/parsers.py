"""JSON bodies, bounded in bytes and depth, without duplicate keys or NaN."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

import gevent
from django.conf import settings
from gevent.monkey import is_module_patched
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser


class BodyTooLarge(APIException):
    """The body has more bytes than the endpoint reads."""

    status_code = 413
    default_code = "too_large"
    default_detail = "The request body is too large."


class BoundedJsonParser(BaseParser):
    """Reads at most ``view.max_body_bytes``, else ``API_MAX_BODY_BYTES``."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        view = (parser_context or {}).get("view")
        limit = getattr(view, "max_body_bytes", settings.API_MAX_BODY_BYTES)
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise BodyTooLarge(f"At most {limit} bytes are read here.")
        depth = settings.API_MAX_JSON_DEPTH
        if len(raw) <= settings.API_MAX_BODY_BYTES or not is_module_patched(
            "threading"
        ):
            return decode(raw, depth=depth)
        # a large text would keep everybody else waiting
        return gevent.get_hub().threadpool.apply(decode, (raw,), {"depth": depth})


def decode(raw: bytes, *, depth: int) -> Any:
    """The value of a JSON text; raises ParseError on anything doubtful."""
    try:
        text = raw.decode()
        if text.count("[") + text.count("{") > depth and _depth(text) > depth:
            raise ParseError(f"Nested more than {depth} levels deep.")
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError as error:
        raise ParseError("The body is not UTF-8.") from error
    except ValueError as error:
        raise ParseError(f"Not valid JSON: {error}") from error


def _depth(text: str) -> int:
    """How deep brackets nest outside of strings; linear in the length of the text."""
    deepest = level = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            level += 1
            deepest = max(deepest, level)
        elif character in "]}":
            level -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("an object has the same key twice")
    return result


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
