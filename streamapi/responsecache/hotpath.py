"""Answers hits from a request that gunicorn has parsed, before any WSGI environment."""

from __future__ import annotations

from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes

from streamapi.http import staff
from streamapi.responsecache import headers as header_lines
from streamapi.responsecache.engine import HIT
from streamapi.responsecache.entries import Entry
from streamapi.responsecache.keys import Plan
from streamapi.responsecache.planner import Generations, Wire

if TYPE_CHECKING:
    from streamapi.responsecache.frontdoor import FrontDoor

_UNUSUAL: Final = frozenset(
    {
        *("CONTENT-LENGTH", "EXPECT", "SCRIPT_NAME", "TRANSFER-ENCODING", "UPGRADE"),
        staff.HEADER.upper(),
    }
)
_METHODS: Final = frozenset({"GET", "HEAD"})
_LONGEST: Final = 512
_ID_LINE: Final = b"X-Request-Id: "
_END: Final = b"\r\n\r\n"


class HotPath:
    """The short way of one worker process."""

    def __init__(self, door: FrontDoor) -> None:
        self._door = door
        self._clock = door.cache.clock
        self._plans: Generations[tuple[str, str, str, str], Plan] = Generations()

    def answer(self, req: Any, sock: Any) -> bool:
        """Send the answer if memory has it; whether it was sent."""
        if req.method not in _METHODS or req.version != (1, 1):
            return False
        lines: dict[str, str] = dict(req.headers)
        if len(lines) != len(req.headers) or not _UNUSUAL.isdisjoint(lines):
            return False
        if lines.get("CONNECTION", "keep-alive").lower() != "keep-alive":
            return False
        began = self._clock()
        plan = self._plan(req, lines)
        if plan is None:
            return False
        entry = self._door.cache.at_hand(plan.key, began)
        if entry is None:
            return False
        self._send(plan, entry, req.method, lines, sock, began)
        return True

    def _plan(self, req: Any, lines: dict[str, str]) -> Plan | None:
        asked = (
            req.uri,
            lines.get("ACCEPT-LANGUAGE", ""),
            lines.get("CLOUDFRONT-VIEWER-COUNTRY", ""),
            lines.get("X-DEVICE-PLATFORM", ""),
        )
        authorization = lines.get("AUTHORIZATION", "")
        if not authorization:
            plan = self._plans.get(asked)
            if plan is not None:
                return plan
        path = unquote_to_bytes(req.path).decode("latin-1")
        plan = self._door.planner.plan(Wire(path, req.query, *asked[1:]), authorization)
        if plan is not None and not authorization and sum(map(len, asked)) < _LONGEST:
            self._plans.put(asked, plan)
        return plan

    def _send(
        self,
        plan: Plan,
        entry: Entry,
        method: str,
        lines: dict[str, str],
        sock: Any,
        now: float,
    ) -> None:
        door = self._door
        coding = entry.coding(door.codings(lines.get("ACCEPT-ENCODING", "")))
        body, slot = entry.bodies[coding], coding
        if "AUTHORIZATION" in lines:
            slot += header_lines.PRIVATE
        asked = lines.get("IF-NONE-MATCH")
        if asked is not None and entry.status == 200 and entry.matches(asked):
            slot += header_lines.UNCHANGED
            body = b""
        elif method == "HEAD":
            body = b""
        age = int(now - entry.born)
        rendered = entry.rendered.get(slot)
        if rendered is None or rendered[0] != age:
            rendered = entry.rendered[slot] = (age, _head(entry, slot, now))
        request_id = door.ids.of(lines.get("X-REQUEST-ID"))
        payload = b"".join((rendered[1], request_id.encode(), _END, body))
        sent = sock.send(payload)
        if sent < len(payload):
            sock.sendall(memoryview(payload)[sent:])
        stats = door.cache.stats
        stats.hits += 1
        stats.bytes_sent += len(body)
        status = "200"
        if slot & header_lines.UNCHANGED:
            stats.not_modified += 1
            status = "304"
        elapsed = (self._clock() - now) * 1000
        door.lines.add(method, plan.path, status, elapsed, HIT, request_id)


def _head(entry: Entry, slot: int, now: float) -> bytes:
    """The head of a hit up to the request id; good for a second."""
    lines = header_lines.hit(entry, slot, now - entry.born, HIT)
    unchanged = slot & header_lines.UNCHANGED
    status = "304 Not Modified" if unchanged else header_lines.REASONS[entry.status]
    own = [("Date", formatdate(usegmt=True)), ("Connection", "keep-alive")]
    text = "".join(f"{name}: {value}\r\n" for name, value in [*own, *lines])
    return f"HTTP/1.1 {status}\r\n{text}".encode("latin-1") + _ID_LINE
