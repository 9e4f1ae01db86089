"""The WSGI callable ahead of Django: shared reads end here, all else goes through."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any, Final

from streamapi.http import staff
from streamapi.responsecache import engine, headers, prepared
from streamapi.responsecache.access import AccessLines
from streamapi.responsecache.engine import Answer, ResponseCache
from streamapi.responsecache.entries import Entry
from streamapi.responsecache.hotpath import HotPath
from streamapi.responsecache.keys import Plan
from streamapi.responsecache.listener import Listener
from streamapi.responsecache.planner import Generations, Planner, Wire
from streamapi.responsecache.rebuilding import Built, WsgiApplication

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

_READS: Final = frozenset({"GET", "HEAD"})
_SANE_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
_CODING: Final = re.compile(r"\s*(gzip|br|\*)\s*(?:;\s*q\s*=\s*([0-9.]+))?\s*\Z")
_AS_LIST: Final = 16
_AS_TEXT: Final = 32
"""Mark a head kept as a list or as text; the worker class keeps it as bytes."""
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

    def short_way(self) -> Callable[[Any, Any], bool]:
        """What a gunicorn worker can ask before it builds an environment."""
        self.begin()
        return HotPath(self).answer

    def codings(self, accept_encoding: str) -> int:
        """:func:`accepted_codings`, remembered: clients send few different ones."""
        found = self._codings.get(accept_encoding)
        if found is None:
            found = accepted_codings(accept_encoding)
            if len(accept_encoding) < 256:
                self._codings.put(accept_encoding, found)
        return found

    def _plan(self, environ: Environ) -> Plan | None:
        if environ["REQUEST_METHOD"] not in _READS or environ.get("SCRIPT_NAME"):
            return None
        get = environ.get
        wire = Wire(
            get("PATH_INFO", ""),
            get("QUERY_STRING", ""),
            get("HTTP_ACCEPT_LANGUAGE", ""),
            get("HTTP_CLOUDFRONT_VIEWER_COUNTRY", ""),
            get("HTTP_X_DEVICE_PLATFORM", ""),
        )
        return self.planner.plan(wire, get("HTTP_AUTHORIZATION", ""))

    def _serve(
        self, plan: Plan, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        cache, began = self.cache, time.monotonic()
        self.begin()
        codings = self.codings(environ.get("HTTP_ACCEPT_ENCODING", ""))
        request_id = self.ids.of(environ.get("HTTP_X_REQUEST_ID"))
        entry = cache.at_hand(plan.key, cache.clock())
        if entry is not None:
            state = engine.HIT
            response = prepared.response_of(start_response)
            if response is not None and _is_plain(environ, entry):
                return self._send(plan, entry, codings, response, request_id, began)
            status, lines, body = self._render(entry, environ, codings, state)
        else:
            answer = cache.answer(plan, request_id=request_id, compress=bool(codings))
            state = answer.state
            if answer.entry is None:
                status, lines, body = _passed_on(answer)
            else:
                status, lines, body = self._render(
                    answer.entry, environ, codings, state
                )
        if staff.is_staff(environ.get(staff.ENVIRON)):
            shown = headers.variant_text(plan.policy, plan.variant)
            lines = [*lines, (headers.VARIANT, shown)]
        method = environ["REQUEST_METHOD"]
        if method == "HEAD":
            body = b""
        cache.stats.count(state, status, len(body))
        elapsed = (time.monotonic() - began) * 1000
        self.lines.add(method, plan.path, status[:3], elapsed, state, request_id)
        start_response(status, [*lines, ("X-Request-Id", request_id)])
        return [body] if body else []

    def _send(
        self,
        plan: Plan,
        entry: Entry,
        codings: int,
        response: Any,
        request_id: str,
        began: float,
    ) -> Iterable[bytes]:
        """The usual hit under gunicorn: a head that was joined before."""
        slot = entry.coding(codings)
        body, age = entry.bodies[slot], self.cache.clock() - entry.born
        key = slot | _AS_TEXT
        rendered = entry.rendered.get(key)
        if rendered is None or rendered[0] != int(age):
            head = prepared.joined(headers.hit(entry, slot, age, engine.HIT))
            rendered = entry.rendered[key] = (int(age), head)
        prepared.start(response, rendered[1], request_id, len(body))
        stats = self.cache.stats
        stats.hits += 1
        stats.bytes_sent += len(body)
        elapsed = (time.monotonic() - began) * 1000
        self.lines.add("GET", plan.path, "200", elapsed, engine.HIT, request_id)
        return (body,)

    def _render(
        self, entry: Entry, environ: Environ, codings: int, state: str
    ) -> tuple[str, headers.Headers, bytes]:
        slot = entry.coding(codings)
        body, status = entry.bodies[slot], headers.REASONS[entry.status]
        if _is_personal(environ):
            slot += headers.PRIVATE
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked is not None and entry.status == 200 and entry.matches(asked):
            slot += headers.UNCHANGED
            body, status = b"", "304 Not Modified"
        age = max(0.0, self.cache.clock() - entry.born)
        if state is not engine.HIT:
            return status, headers.hit(entry, slot, age, state), body
        key = slot | _AS_LIST
        rendered = entry.rendered.get(key)
        if rendered is None or rendered[0] != int(age):
            lines = headers.hit(entry, slot, age, state)
            rendered = entry.rendered[key] = (int(age), lines)
        return status, rendered[1], body


def _is_plain(environ: Environ, entry: Entry) -> bool:
    """Whether the answer is the whole body, for everybody."""
    return (
        environ["REQUEST_METHOD"] == "GET"
        and entry.status == 200
        and "HTTP_IF_NONE_MATCH" not in environ
        and not _is_personal(environ)
    )


def _is_personal(environ: Environ) -> bool:
    """Whether the answer is made for who asks: no cache between us may give it on."""
    return "HTTP_AUTHORIZATION" in environ or staff.ENVIRON in environ


def _passed_on(answer: Answer) -> tuple[str, headers.Headers, bytes]:
    """Django's own answer: an error, or something that is not kept."""
    built = answer.built
    if not isinstance(built, Built):
        raise TypeError("an answer has either an entry or what Django said")
    ours = {"x-request-id", "content-length", "x-cache"}
    lines = [line for line in built.headers if line[0].lower() not in ours]
    length = ("Content-Length", str(len(built.body)))
    return built.status, [*lines, length, ("X-Cache", answer.state)], built.body
