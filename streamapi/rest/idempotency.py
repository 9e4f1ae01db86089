"""The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header): read, checked."""

from __future__ import annotations

import re
from typing import Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from streamapi.errors import InvalidInput

NAME: Final = "Idempotency-Key"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")

PARAMETER: Final = OpenApiParameter(
    NAME,
    str,
    OpenApiParameter.HEADER,
    description="A key of the client's making: the same key and body again, for a day, "
    "get the same answer and do nothing twice.",
)


class InvalidKey(InvalidInput):
    """The header is empty, too long, or has blanks or letters beyond ASCII."""

    code = "invalid_idempotency_key"
    title = "The Idempotency-Key has 1 to 255 visible ASCII characters"


def key_of(request: Request) -> str:
    """The key, with or without the quotes of a structured field; empty if there is none."""
    header = request.headers.get(NAME)
    if header is None:
        return ""
    key = header.strip()
    if len(key) > 1 and key.startswith('"') and key.endswith('"'):
        key = re.sub(r'\\(["\\])', r"\1", key[1:-1])
    if not _KEY.fullmatch(key):
        raise InvalidKey
    return key
