"""What can go wrong in the domain, without a word about HTTP.

``streamapi.rest.exceptions`` turns each kind into one problem document (RFC 9457).
"""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """A refusal with a stable ``code``.

    ``pointer`` is a JSON pointer to the field at fault (``/items/3/name``). ``extra``
    becomes members of the problem document: offers that would help, streams in the
    way, when to come back.
    """

    code = "error"
    title = "The request could not be carried out"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        pointer: str | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.code = code or self.code
        self.pointer = pointer
        self.extra = extra


class InvalidInput(DomainError):
    """A value is wrong in itself."""

    code = "invalid"
    title = "A value is not valid"


class Unauthenticated(DomainError):
    """Nobody, or nobody known, is asking."""

    code = "not_authenticated"
    title = "Sign in first"


class Denied(DomainError):
    """The one who asks may not."""

    code = "denied"
    title = "This is not allowed"


class NotFound(DomainError):
    """The thing does not exist, or not for the one who asks."""

    code = "not_found"
    title = "There is no such thing"


class Conflict(DomainError):
    """The thing is in a state that does not allow the change."""

    code = "conflict"
    title = "The state of the resource does not allow this"


class Gone(DomainError):
    """The thing existed and has ended for good."""

    code = "gone"
    title = "This has ended"


class Unprocessable(DomainError):
    """Well-formed, but in contradiction with itself or with an earlier request."""

    code = "unprocessable"
    title = "The request contradicts itself"


class Locked(DomainError):
    """Too many wrong attempts; ``retry_after_s`` in ``extra`` says for how long."""

    code = "locked"
    title = "Locked after too many attempts"


class LimitReached(DomainError):
    """Asked too often; ``retry_after_s`` in ``extra`` says when to try again."""

    code = "rate_limited"
    title = "Too many requests"


class Unavailable(DomainError):
    """A part that this needs is down; ``retry_after_s`` says when to try again."""

    code = "unavailable"
    title = "Temporarily unavailable"
