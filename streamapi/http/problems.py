"""Problem documents (RFC 9457): the one shape of every error of the API."""

from __future__ import annotations

from typing import Any, Final

import orjson
from django.http import HttpResponse

from streamapi.http import request_id

CONTENT_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "/v1/docs/problems#"

TITLES: Final = {
    400: ("bad_request", "The request is not valid"),
    401: ("not_authenticated", "Sign in first"),
    403: ("denied", "This is not allowed"),
    404: ("not_found", "There is no such thing"),
    405: ("method_not_allowed", "This method is not allowed here"),
    406: ("not_acceptable", "No representation that the client accepts"),
    413: ("too_large", "The request body is too large"),
    415: ("unsupported_media_type", "The body is of a type that is not read here"),
    429: ("rate_limited", "Too many requests"),
    500: ("internal_error", "Something went wrong on our side"),
    503: ("unavailable", "Temporarily unavailable"),
}


def document(
    status: int,
    *,
    code: str = "",
    title: str = "",
    detail: str = "",
    **members: Any,
) -> dict[str, Any]:
    """The members of a problem document; ``code`` is stable, ``detail`` is for people."""
    default_code, default_title = TITLES.get(status, ("error", "The request failed"))
    code = code or default_code
    body: dict[str, Any] = {
        "type": f"{TYPE_PREFIX}{code}",
        "title": title or default_title,
        "status": status,
        "code": code,
        "request_id": request_id.current(),
    }
    if detail:
        body["detail"] = detail
    return body | {name: value for name, value in members.items() if value is not None}


def response(status: int, **members: Any) -> HttpResponse:
    """A finished problem answer; never cached, with Retry-After when it says when."""
    body = document(status, **members)
    answer = HttpResponse(orjson.dumps(body, default=str), CONTENT_TYPE, status=status)
    answer["Cache-Control"] = "no-store"
    if "retry_after_s" in body:
        answer["Retry-After"] = str(body["retry_after_s"])
    return answer
