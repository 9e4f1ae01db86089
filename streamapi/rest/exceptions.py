"""Every error of a DRF view as one problem document (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from streamapi import errors
from streamapi.http import problems

_STATUS: Final[tuple[tuple[type[errors.DomainError], int], ...]] = (
    (errors.InvalidInput, 400),
    (errors.Unauthenticated, 401),
    (errors.Denied, 403),
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.Gone, 410),
    (errors.Unprocessable, 422),
    (errors.Locked, 423),
    (errors.LimitReached, 429),
    (errors.Unavailable, 503),
)


def problem_handler(exc: Exception, _context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler; ``None`` lets the last resort answer."""
    if isinstance(exc, errors.DomainError):
        set_rollback()
        return problem_response(exc)
    members: dict[str, Any] = {}
    if isinstance(exc, Http404):
        status = 404
    elif isinstance(exc, PermissionDenied):
        status = 403
    elif isinstance(exc, exceptions.APIException):
        status, members = exc.status_code, _from_drf(exc)
    else:
        return None
    set_rollback()
    return _response(status, members)


def problem_response(error: errors.DomainError) -> Response:
    """The problem document of a domain error."""
    return _response(*_from_domain(error))


def status_of(error: errors.DomainError) -> int:
    """The HTTP status of a domain error; 400 for a kind that has none of its own."""
    return next((code for kind, code in _STATUS if isinstance(error, kind)), 400)


def _response(status: int, members: dict[str, Any]) -> Response:
    body = problems.document(status, **members)
    headers = {"Cache-Control": "no-store"}
    if "retry_after_s" in body:
        headers["Retry-After"] = str(body["retry_after_s"])
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return Response(body, status, headers=headers, content_type=problems.CONTENT_TYPE)


def _from_domain(error: errors.DomainError) -> tuple[int, dict[str, Any]]:
    members: dict[str, Any] = {
        "code": error.code,
        "title": error.title,
        "detail": error.detail,
        **error.extra,
    }
    if error.pointer:
        members["errors"] = [
            {"pointer": error.pointer, "code": error.code, "detail": error.detail}
        ]
    return status_of(error), members


def _from_drf(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        return {
            "code": "invalid",
            "title": "One or more values are not valid",
            "errors": list(_field_errors(error.get_full_details(), "")),
        }
    members: dict[str, Any] = {"detail": str(error.detail)}
    wait = getattr(error, "wait", None)
    if wait is not None:
        members["retry_after_s"] = max(1, int(wait))
    if isinstance(error, exceptions.ParseError):
        members["code"] = "malformed"
    return members


def _field_errors(details: Any, pointer: str) -> Iterator[dict[str, str]]:
    """Flatten DRF's nested error details to ``{pointer, code, detail}``."""
    if isinstance(details, Mapping) and {"message", "code"} == set(details):
        yield {
            "pointer": pointer or "/",
            "code": str(details["code"]),
            "detail": str(details["message"]),
        }
    elif isinstance(details, Mapping):
        for name, nested in details.items():
            step = "" if name == "non_field_errors" else f"/{name}"
            yield from _field_errors(nested, pointer + step)
    elif isinstance(details, list):
        for index, nested in enumerate(details):
            leaf = isinstance(nested, Mapping) and {"message", "code"} == set(nested)
            yield from _field_errors(nested, pointer if leaf else f"{pointer}/{index}")
