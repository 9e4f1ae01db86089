"""Makes an answer by asking Django for it, as nobody, with nothing but the key."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from streamapi.http import problems
from streamapi.http.access_log import LOGGED_OUTSIDE
from streamapi.http.variant import RESOLVED
from streamapi.responsecache.entries import KEPT_STATUSES, Entry, Lifetime, etag_of
from streamapi.responsecache.headers import Headers
from streamapi.responsecache.keys import Plan
from streamapi.responsecache.lifetimes import lifetime
from streamapi.responsecache.marks import ENVIRON, Marks
from streamapi.responsecache.tags import MAX_TAGS

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_LARGEST: Final = 8 * 1024 * 1024
_ABOUT_DOCUMENTS: Final = frozenset(
    {
        "allow",
        "content-security-policy",
        "cross-origin-opener-policy",
        "referrer-policy",
        "x-frame-options",
    }
)
"""Headers that protect a page in a browser; on JSON they are only bytes."""
_PER_REQUEST: Final = frozenset(
    {
        "age",
        "cache-control",
        "connection",
        "content-length",
        "date",
        "etag",
        "server",
        "set-cookie",
        "x-request-id",
    }
)
"""Headers of one answer to one caller; a kept answer gets its own."""


@dataclass(frozen=True, slots=True)
class Built:
    """What Django answered."""

    status: str
    headers: Headers
    body: bytes
    marks: Marks

    @property
    def code(self) -> int:
        return int(self.status[:3])

    @property
    def failed(self) -> bool:
        """Whether this is our fault and an older answer is better."""
        return self.code >= 500


class Rebuilder:
    """Runs the application for a plan; the caller's request is not involved."""

    def __init__(
        self,
        application: WsgiApplication,
        host: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._application = application
        self._host = host
        self._now = now

    def build(self, plan: Plan, request_id: str = "") -> Built:
        """Ask Django for the answer."""
        marks = Marks()
        answer: list[Any] = []

        def start_response(status: str, headers: Headers, _exc: Any = None) -> Any:
            answer[:] = [status, headers]
            return answer.append

        environ = self._environ(plan, marks, request_id)
        parts = self._application(environ, start_response)
        try:
            body = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        return Built(answer[0], answer[1], body, marks)

    def refusal(self) -> Built:
        """The answer when too much is being made at once."""
        answer = problems.response(503, retry_after_s=1)
        return Built(
            "503 Service Unavailable", list(answer.items()), answer.content, Marks()
        )

    def entry(self, plan: Plan, built: Built) -> Entry | None:
        """The answer as an entry, or ``None`` if it is not one to keep."""
        life = lifetime(plan.policy, built.marks.expires_at, self._now(), jitter=True)
        if not _is_worth_keeping(built, life):
            return None
        return Entry(
            key=plan.key,
            status=built.code,
            headers=tuple(_kept_headers(built)),
            etag=etag_of(built.body),
            tags=frozenset(built.marks.tags),
            lifetime=life,
            bodies=(built.body, b"", b""),
        )

    def _environ(self, plan: Plan, marks: Marks, request_id: str) -> dict[str, Any]:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": plan.path.encode().decode("latin-1"),
            "QUERY_STRING": plan.query,
            "SERVER_NAME": self._host,
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": self._host,
            "REMOTE_ADDR": "",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            RESOLVED: plan.variant,
            ENVIRON: marks,
            LOGGED_OUTSIDE: True,
        }
        if request_id:
            environ["HTTP_X_REQUEST_ID"] = request_id
        return environ


def _kept_headers(built: Built) -> Headers:
    dropped = _PER_REQUEST
    if ("Content-Type", "application/json") in built.headers:
        dropped |= _ABOUT_DOCUMENTS
    return [line for line in built.headers if line[0].lower() not in dropped]


def _is_worth_keeping(built: Built, life: Lifetime) -> bool:
    names = {name.lower() for name, _ in built.headers}
    return (
        built.code in KEPT_STATUSES
        and "content-encoding" not in names
        and len(built.body) <= _LARGEST
        and len(built.marks.tags) <= MAX_TAGS
        and life.fresh_s > 0
    )


def host_for(allowed_hosts: Iterable[str]) -> str:
    """A host name that Django accepts; answers never depend on it."""
    for host in allowed_hosts:
        if host != "*":
            return host.lstrip(".")
    return "localhost"
