"""The headers of a shared answer: what clients, the edge and people read there."""

from __future__ import annotations

from typing import Final

from streamapi.clients import Variant
from streamapi.responsecache import keys
from streamapi.responsecache.entries import (
    CONTENT_CODINGS,
    IDENTITY,
    Entry,
    Lifetime,
)
from streamapi.responsecache.policy import VARY_VALUES, CachePolicy

Headers = list[tuple[str, str]]

VARIANT: Final = "X-Variant"
"""For staff, and for everyone while debugging."""

REASONS: Final = {
    200: "200 OK",
    301: "301 Moved Permanently",
    308: "308 Permanent Redirect",
}
_REQUEST_HEADERS: Final = {
    "language": "Accept-Language",
    "territory": "CloudFront-Viewer-Country",
    "form_factor": "X-Device-Platform",
    "maturity": "Authorization",
}
_ABOUT_THE_BODY: Final = frozenset({"content-type"})


def vary(policy: CachePolicy) -> str:
    """The request headers that a cache between us and the client has to look at."""
    names = [_REQUEST_HEADERS[name] for name in VARY_VALUES if name in policy.vary]
    return ", ".join(["Accept-Encoding", *names])


def variant_text(policy: CachePolicy, variant: Variant) -> str:
    """The resolved values, for people."""
    return keys.variant_text({name: variant.declared(name) for name in policy.vary})


def cache_control(lifetime: Lifetime, age_s: float, *, private: bool) -> str:
    """What clients and the edge may do with an answer of this age.

    Devices count ``max-age`` from when the answer was made, so its age is added: each of
    them may use what it got for the client's time, but never beyond the boundary. An
    answer that depended on a token stays out of shared caches.
    """
    if private:
        return f"private, max-age={_client_max_age(lifetime, age_s)}"
    revalidate = round(lifetime.usable_s - lifetime.fresh_s)
    return (
        f"public, max-age={_client_max_age(lifetime, age_s)}"
        f", s-maxage={int(lifetime.fresh_s)}"
        f", stale-while-revalidate={revalidate}"
        f", stale-if-error={lifetime.error_s}"
    )


def _client_max_age(lifetime: Lifetime, age_s: float) -> int:
    if age_s >= lifetime.fresh_s:
        return int(age_s)
    longest = age_s + lifetime.client_s
    if lifetime.boundary_s is not None:
        longest = min(longest, lifetime.boundary_s)
    return int(longest)


PRIVATE: Final = 4
UNCHANGED: Final = 8


def hit(entry: Entry, slot: int, age_s: float, state: str) -> Headers:
    """The headers for one kind of request: encoding, private or not, changed or not."""
    make = of_not_modified if slot & UNCHANGED else of_answer
    return make(entry, slot & 3, age_s, private=bool(slot & PRIVATE), state=state)


def of_answer(
    entry: Entry, coding: int, age_s: float, *, private: bool, state: str
) -> Headers:
    """All headers of a 200, the server's own excepted."""
    body = entry.bodies[coding]
    lines = [*entry.headers, ("Content-Length", str(len(body)))]
    if coding != IDENTITY:
        lines.append(("Content-Encoding", CONTENT_CODINGS[coding]))
    return lines + _moving(entry, coding, age_s, private=private, state=state)


def of_not_modified(
    entry: Entry, coding: int, age_s: float, *, private: bool, state: str
) -> Headers:
    """All headers of a 304: those of the 200 that are not about the body."""
    lines = [line for line in entry.headers if line[0].lower() not in _ABOUT_THE_BODY]
    return lines + _moving(entry, coding, age_s, private=private, state=state)


def _moving(
    entry: Entry, coding: int, age_s: float, *, private: bool, state: str
) -> Headers:
    return [
        ("ETag", entry.etag_for(coding)),
        ("Cache-Control", cache_control(entry.lifetime, age_s, private=private)),
        ("Age", str(int(age_s))),
        ("X-Cache", state),
    ]
