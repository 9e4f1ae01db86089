"""Hands gunicorn the head of a hit as one piece of text.

gunicorn checks and joins every header of every answer. Those of a hit were checked when
Django made them and are the same for a second: they are joined once. Servers other than
gunicorn, and a gunicorn that writes an access log of its own, get a list as ever.
"""

from __future__ import annotations

from typing import Any, Final

from streamapi.responsecache.headers import Headers

Head = tuple[str, str]
"""The name of the first header; its value and, line by line, all others."""

_KINDS: Final = frozenset(
    {
        ("gunicorn.http.wsgi", "Response"),
        ("streamapi.responsecache.worker", "Response"),
    }
)
"""By name: servers other than gunicorn do without its modules."""


def joined(lines: Headers) -> Head:
    """All lines as one that gunicorn will write as it is."""
    (name, value), *others = lines
    return name, "\r\n".join([value, *(f"{name}: {text}" for name, text in others)])


def response_of(start_response: Any) -> Any:
    """gunicorn's response behind ``start_response``; None if it is anything else."""
    response: Any = getattr(start_response, "__self__", None)
    kind = type(response)
    if (kind.__module__, kind.__name__) not in _KINDS:
        return None
    return response if response.cfg.accesslog is None else None


def start(response: Any, head: Head, request_id: str, length: int) -> None:
    """What ``start_response`` would do with the lines of a 200 that has a body."""
    response.status = "200 OK"
    response.status_code = 200
    response.response_length = length
    response.headers = [head, ("X-Request-Id", request_id)]
