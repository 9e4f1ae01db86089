"""One request on loopback, with the answer as it came over the wire."""

from __future__ import annotations

import gzip
import http.client
from collections.abc import Mapping
from dataclasses import dataclass

import brotli


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers by lower-case name, and the body as sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def decoded(self) -> bytes:
        """The body without its content encoding."""
        encoding = self.headers.get("content-encoding", "identity")
        if encoding == "gzip":
            return gzip.decompress(self.body)
        if encoding == "br":
            plain: bytes = brotli.decompress(self.body)
            return plain
        return self.body


def fetch(
    port: int,
    path: str,
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    content: bytes | None = None,
    timeout_s: float = 30.0,
) -> Answer:
    """Ask once on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request(method, path, content, dict(headers or {}))
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, response.read())
    except http.client.HTTPException as error:
        raise ConnectionError(f"no HTTP answer from port {port}: {error!r}") from error
    finally:
        connection.close()
