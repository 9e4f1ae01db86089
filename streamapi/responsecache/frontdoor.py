"""The WSGI callable ahead of Django: shared reads end here, all else goes through."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any, Final

from streamapi.responsecache import engine, headers
from streamapi.responsecache.access import AccessLines
from streamapi.responsecache.engine import Answer, ResponseCache
from streamapi.responsecache.entries import Entry
from streamapi.responsecache.keys import Ask, Plan
from streamapi.responsecache.listener import Listener
from streamapi.responsecache.planner import Generations, Planner
from streamapi.responsecache.rebuilding import Built, WsgiApplication

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

REASONS: Final = {
    200: "200 OK",
    301: "301 Moved Permanently",
    308: "308 Permanent Redirect",
}
_SANE_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
_CODING: Final = re.compile(r"\s*(gzip|br|\*)\s*(?:;\s*q\s*=\s*([0-9.]+))?\s*\Z")
_BITS: Final = {"gzip": 2, "br": 4, "*": 6}


def accepted_codings(accept_encoding: str) -> int:
    """The encodings of ours that a client accepts, as bits: 2 for gzip, 4 for br."""
    wanted = refused = 0
    for part in accept_encoding.lower().split(","):
        match = _CODING.match(part)
        if match is None:
            continue
        name, quality = match.groups()
        if quality is not None and not quality.strip("0."):
            refused |= _BITS[name] if name != "*" else 0
        else:
            wanted |= _BITS[name]
    return wanted & ~refused


class RequestIds:
    """Ids for requests that never reach Django: unique, and nearly free."""

    def __init__(self) -> None:
        self._numbers = count()
        self._prefix = uuid.uuid4().hex[:20]

    def of(self, asked: str | None) -> str:
        """The caller's own id when it is sane, else a new one."""
        if asked is not None and _SANE_ID.match(asked):
            return asked
        return f"{self._prefix}{next(self._numbers):012x}"


class FrontDoor:
    """Serves what is shared from the cache; one for each process."""

    def __init__(
        self,
        application: WsgiApplication,
        cache: ResponseCache,
        planner: Planner,
        listener: Listener | None = None,
        lines: AccessLines | None = None,
    ) -> None:
        self._application = application
        self._listener = listener
        self._codings: Generations[str, int] = Generations(1024)
        self.cache = cache
        self.planner = planner
        self.lines = lines or AccessLines()
        self.ids = RequestIds()

    def __call__(
        self, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        plan = self._plan(environ)
        if plan is None:
            return self._application(environ, start_response)
        return self._serve(plan, environ, start_response)

    def begin(self) -> None:
        """Start what has to run in this process beside the requests."""
        if self._listener is not None:
            self._listener.start()

    def codings(self, accept_encoding: str) -> int:
        """:func:`accepted_codings`, remembered: clients send few different ones."""
        found = self._codings.get(accept_encoding)
        if found is None:
            found = accepted_codings(accept_encoding)
            if len(accept_encoding) < 256:
                self._codings.put(accept_encoding, found)
        return found

    def _plan(self, environ: Environ) -> Plan | None:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or environ.get(
            "SCRIPT_NAME"
        ):
            return None
        raw = environ.get("PATH_INFO", "").encode("latin-1")
        ask = Ask(
            environ.get("HTTP_ACCEPT_LANGUAGE", ""),
            environ.get("HTTP_CLOUDFRONT_VIEWER_COUNTRY", ""),
            environ.get("HTTP_X_DEVICE_PLATFORM", ""),
        )
        return self.planner.plan(
            raw.decode(errors="replace"),
            environ.get("QUERY_STRING", ""),
            ask,
            environ.get("HTTP_AUTHORIZATION", ""),
        )

    def _serve(
        self, plan: Plan, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        began = time.perf_counter()
        self.begin()
        codings = self.codings(environ.get("HTTP_ACCEPT_ENCODING", ""))
        request_id = self.ids.of(environ.get("HTTP_X_REQUEST_ID"))
        answer = self._answer(plan, codings, request_id)
        status, lines, body = self._render(answer, environ, codings)
        if environ["REQUEST_METHOD"] == "HEAD":
            body = b""
        lines.append(("X-Request-Id", request_id))
        self.cache.stats.count(answer.state, status, len(body))
        self.lines.add(
            environ["REQUEST_METHOD"],
            plan.path,
            status[:3],
            (time.perf_counter() - began) * 1000,
            answer.state,
            request_id,
        )
        start_response(status, lines)
        return [body] if body else []

    def _answer(self, plan: Plan, codings: int, request_id: str) -> Answer:
        entry = self.cache.at_hand(plan.key, self.cache.clock())
        if entry is not None:
            return Answer(engine.HIT, entry)
        return self.cache.answer(plan, request_id=request_id, compress=bool(codings))

    def _render(
        self, answer: Answer, environ: Environ, codings: int
    ) -> tuple[str, headers.Headers, bytes]:
        if answer.entry is None:
            return _passed_on(answer)
        entry = answer.entry
        coding = entry.coding(codings)
        age = max(0.0, self.cache.clock() - entry.born)
        private = "HTTP_AUTHORIZATION" in environ
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked is not None and entry.status == 200 and entry.matches(asked):
            lines = headers.of_not_modified(
                entry, coding, age, private=private, state=answer.state
            )
            return "304 Not Modified", lines, b""
        lines = headers.of_answer(
            entry, coding, age, private=private, state=answer.state
        )
        return _status(entry), lines, entry.bodies[coding]


def _status(entry: Entry) -> str:
    return REASONS[entry.status]


def _passed_on(answer: Answer) -> tuple[str, headers.Headers, bytes]:
    """Django's own answer: an error, or something that is not kept."""
    built = answer.built
    if not isinstance(built, Built):
        raise TypeError("an answer has either an entry or what Django said")
    ours = {"x-request-id", "content-length", "x-cache"}
    lines = [line for line in built.headers if line[0].lower() not in ours]
    length = ("Content-Length", str(len(built.body)))
    return built.status, [*lines, length, ("X-Cache", answer.state)], built.body
