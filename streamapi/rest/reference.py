"""What each ``code`` of a problem document means, for the people who handle it."""

from __future__ import annotations

from typing import Final, NamedTuple


class Problem(NamedTuple):
    """One stable code: its HTTP status, what happened, what the client can do."""

    code: str
    status: int
    meaning: str
    advice: str


_GENERAL: Final = (
    Problem(
        "bad_request",
        400,
        "The request could not be read as HTTP or as a request of this API.",
        "A fault in the client; send it again only when it is mended.",
    ),
    Problem(
        "malformed",
        400,
        "The body is not JSON, not UTF-8, nested too deep, or names a key twice.",
        "A fault in the client.",
    ),
    Problem(
        "invalid",
        400,
        "One or more fields are not valid; `errors` lists each with a pointer.",
        "Show the detail beside the field.",
    ),
    Problem(
        "invalid_cursor",
        400,
        "The cursor is not one that this list gave out.",
        "Start the list again without a cursor.",
    ),
    Problem(
        "invalid_limit",
        400,
        "`limit` is not a whole number above 0.",
        "A fault in the client.",
    ),
    Problem(
        "invalid_filter",
        400,
        "A filter has a value that it does not know.",
        "A fault in the client; the detail names the filter.",
    ),
    Problem(
        "not_authenticated",
        401,
        "No access token, or one that is expired or not ours.",
        "Refresh the access token once, then ask the viewer to sign in.",
    ),
    Problem("denied", 403, "The viewer may not do this.", "Do not offer it."),
    Problem(
        "not_found",
        404,
        "There is no such thing, or not for this viewer, language or territory.",
        "Take it from the screen.",
    ),
    Problem(
        "method_not_allowed",
        405,
        "The path exists, the method does not; `Allow` names those that do.",
        "A fault in the client.",
    ),
    Problem(
        "not_acceptable",
        406,
        "The client accepts no representation that there is.",
        "Ask for application/json.",
    ),
    Problem(
        "conflict",
        409,
        "The state of the thing does not allow the change.",
        "Read it again, then decide.",
    ),
    Problem("gone", 410, "It existed and has ended for good.", "Do not try again."),
    Problem(
        "too_large",
        413,
        "The body has more bytes than are read here.",
        "Send less at a time.",
    ),
    Problem(
        "unsupported_media_type",
        415,
        "The body is of a type that is not read here.",
        "Send application/json.",
    ),
    Problem(
        "unprocessable",
        422,
        "Well-formed, but in contradiction with itself or with an earlier request.",
        "A fault in the client.",
    ),
    Problem(
        "locked",
        423,
        "Too many wrong attempts.",
        "Wait for `retry_after_s`, and say so to the viewer.",
    ),
    Problem(
        "rate_limited",
        429,
        "Asked too often.",
        "Wait for `Retry-After`; RateLimit headers say what is left.",
    ),
    Problem(
        "internal_error",
        500,
        "A fault of ours; it is logged under `request_id`.",
        "Try again later; quote the request id when you report it.",
    ),
    Problem(
        "unavailable",
        503,
        "A part that this needs is down.",
        "Try again after `Retry-After`, with jitter.",
    ),
    Problem(
        "database_unavailable",
        503,
        "Not ready to serve (only from /readyz).",
        "For load balancers.",
    ),
)

PROBLEMS: Final[tuple[Problem, ...]] = _GENERAL
