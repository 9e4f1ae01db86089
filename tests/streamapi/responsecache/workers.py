"""Workers as tests need them: a front door each, one Redis between them."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import brotli
from redis import Redis

from streamapi.clients import VariantRules
from streamapi.responsecache.breaker import Breaker
from streamapi.responsecache.engine import Limits, ResponseCache
from streamapi.responsecache.frontdoor import FrontDoor
from streamapi.responsecache.memory import Memory
from streamapi.responsecache.planner import Planner
from streamapi.responsecache.rebuilding import Rebuilder
from streamapi.responsecache.shared import SharedLevel
from streamapi.responsecache.stats import Stats

RULES = VariantRules(
    languages=("en", "de"),
    territories=("US", "DE"),
    default_territory="US",
    ceilings=(0, 7, 12, 16, 18),
    trust_edge_headers=True,
)


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def microseconds(self) -> int:
        return int(self.now * 1e6)


@dataclass
class Reply:
    """An answer of a front door."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        coding = self.headers.get("Content-Encoding", "")
        plain = {"gzip": gzip.decompress, "br": brotli.decompress}.get(coding, bytes)
        return json.loads(plain(self.body))

    @property
    def cache(self) -> str:
        return self.headers["X-Cache"]


class Worker:
    """One process of the fleet."""

    def __init__(
        self,
        application: Any,
        client: Redis,
        namespace: str,
        clock: Clock,
        *,
        owner: str = "w",
        spawn: Callable[[Callable[[], None]], None] | None = None,
        memory_bytes: int = 1_000_000,
        limits: Limits | None = None,
    ) -> None:
        self.clock = clock
        self.shared = SharedLevel(
            client,
            namespace=namespace,
            owner=owner,
            breaker=Breaker(clock=clock),
            server_us=clock.microseconds,
        )
        self.cache = ResponseCache(
            memory=Memory(memory_bytes, clock),
            shared=self.shared,
            rebuilder=Rebuilder(application, "testserver"),
            stats=Stats(),
            clock=clock,
            spawn=spawn or (lambda work: work()),
            limits=limits or Limits(),
        )
        self.door = FrontDoor(application, self.cache, Planner(RULES))

    def trust(self, seconds: float = 1e6) -> None:
        self.cache.trust_until(self.clock() + seconds)

    def get(
        self, path: str = "/v1/pages/home", *, method: str = "GET", **headers: str
    ) -> Reply:
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "testserver",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        started: list[Any] = []
        parts = self.door(environ, lambda *answer: started.extend(answer[:2]))
        body = b"".join(parts)
        close = getattr(parts, "close", lambda: None)
        close()
        return Reply(int(started[0][:3]), dict(started[1]), body)
