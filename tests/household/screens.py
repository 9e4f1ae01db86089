"""A device of a household: asks over HTTP, repeats what failed, remembers every answer."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

PLAY = "/v1/playback/sessions"


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Acknowledged:
    """A position that the service said it has."""

    content: str
    position_ms: int
    at: datetime
    seq: int
    sent: float
    received: float


@dataclass
class Span:
    """While a session was certainly alive: from its start to its last `continue`."""

    session: str
    began: float
    ended: float


@dataclass
class Screen:
    """One device; used by one thread at a time."""

    name: str
    port: int
    token: str
    account: str
    session: str = ""
    content: str = ""
    seq: int = 0
    acknowledged: list[Acknowledged] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    seen: Counter[int] = field(default_factory=Counter)
    resets: int = 0
    wrong: list[str] = field(default_factory=list)
    _connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """One request on the connection that is open; a lost one is a lost request."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=20
            )
        told = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            **headers,
        }
        sent = None if body is None else json.dumps(body)
        try:
            self._connection.request(method, path, sent, told)
            response = self._connection.getresponse()
            raw = response.read()
        except (OSError, http.client.HTTPException):
            self.resets += 1
            self.leave()
            raise
        reply = Reply(
            response.status, dict(response.headers), json.loads(raw) if raw else None
        )
        self._judge(method, path, reply)
        return reply

    def insist(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Repeat what may be repeated, until there is an answer that says something."""
        end = time.monotonic() + 30
        while True:
            try:
                reply = self.ask(method, path, body, **headers)
            except (OSError, http.client.HTTPException):
                reply = Reply(503, {}, None)
            if reply.status != 503 or time.monotonic() > end:
                return reply
            time.sleep(0.2)

    def play(self, content: str, **more: Any) -> Reply:
        """Press play, with a key, so that it can be repeated."""
        began = time.monotonic()
        reply = self.insist(
            "POST",
            PLAY,
            {"content_id": content, "device": {"platform": "web"}, **more},
            **{"Idempotency-Key": uuid.uuid4().hex},
        )
        if reply.status == 201:
            self.session, self.content = reply.body["session_id"], content
            now = time.monotonic()
            self.spans.append(Span(self.session, now, now))
            assert began <= now
        return reply

    def beat(self, position_ms: int, state: str = "playing") -> Reply:
        """Say where the player is; an acknowledged position is remembered."""
        self.seq += 1
        at, sent = datetime.now(UTC), time.monotonic()
        body = {
            "position_ms": position_ms,
            "state": state,
            "seq": self.seq,
            "sent_at": at.isoformat(),
        }
        reply = self.ask("POST", f"{PLAY}/{self.session}/heartbeat", body)
        if reply.status == 200:
            self.acknowledged.append(
                Acknowledged(
                    self.content, position_ms, at, self.seq, sent, time.monotonic()
                )
            )
            if reply.body["action"] != "stop":
                self.spans[-1].ended = sent
        return reply

    def stop(self) -> Reply:
        """Leave the player."""
        return self.insist("DELETE", f"{PLAY}/{self.session}")

    def leave(self) -> None:
        """Close the connection, as a device that is switched off."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _judge(self, method: str, path: str, reply: Reply) -> None:
        """Whatever is broken: no 500, and no waiting without a word how long."""
        self.seen[reply.status] += 1
        if reply.status >= 500 and reply.status != 503:
            self.wrong.append(f"{method} {path} {reply.status} {reply.body}")
        if reply.status == 503 and "Retry-After" not in reply.headers:
            self.wrong.append(f"{method} {path} 503 without Retry-After")
