"""Fetches a feed over HTTPS without letting its address reach into our own network.

The name is resolved once, every address must be a public one, and the connection goes to
exactly the address that was checked, with the name kept for TLS and Host. Redirects are
followed by the same rules. Nothing here reads the body as anything but bytes.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass
from typing import IO, Final
from urllib.parse import SplitResult, urljoin, urlsplit

from streamapi.errors import InvalidInput, Unavailable

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS: Final = 3
_CHUNK: Final = 64 * 1024
_TRANSLATED: Final = (
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("64:ff9b:1::/48"),
    ipaddress.ip_network("2002::/16"),
    ipaddress.ip_network("2001::/32"),
)
"""IPv6 that carries an IPv4 address inside: NAT64, 6to4, Teredo."""


class AddressRefused(InvalidInput):
    """The address is not one that feeds are fetched from."""

    code = "address_refused"
    title = "The address of the feed is refused"


class FetchFailed(Unavailable):
    """The server of the feed did not answer as it should."""

    code = "fetch_failed"
    title = "The feed cannot be fetched"


@dataclass(frozen=True, slots=True)
class FetchRules:
    """What a fetch may cost and where it may go."""

    max_bytes: int
    connect_s: float = 10.0
    total_s: float = 300.0
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: ``changed`` is false when the server said 304."""

    changed: bool
    etag: str = ""
    last_modified: str = ""


def fetch(
    url: str,
    target: IO[bytes],
    rules: FetchRules,
    *,
    etag: str = "",
    last_modified: str = "",
) -> Fetched:
    """Write the body of ``url`` to ``target`` unless it is the one known already."""
    deadline = time.monotonic() + rules.total_s
    headers = {"Accept-Encoding": "identity", "User-Agent": "stream-api-service"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    for _ in range(_MAX_REDIRECTS + 1):
        connection, path = _connection(url, rules)
        try:
            connection.request("GET", path, headers=headers)
            with connection.getresponse() as response:
                if response.status not in _REDIRECTS:
                    return _read(response, target, rules, deadline)
                url = urljoin(url, response.headers.get("Location", ""))
        except (OSError, http.client.HTTPException) as error:
            raise FetchFailed(f"{type(error).__name__}: {error}") from error
        finally:
            connection.close()
    raise FetchFailed(f"More than {_MAX_REDIRECTS} redirects.")


def _read(
    response: http.client.HTTPResponse,
    target: IO[bytes],
    rules: FetchRules,
    deadline: float,
) -> Fetched:
    if response.status == 304:
        return Fetched(changed=False)
    if response.status != 200:
        raise FetchFailed(f"The server answered {response.status}.")
    received = 0
    while chunk := response.read1(_CHUNK):
        received += len(chunk)
        if received > rules.max_bytes:
            raise InvalidInput(
                f"The feed has more than {rules.max_bytes} bytes.",
                code="feed_too_large",
            )
        if time.monotonic() > deadline:
            raise FetchFailed(f"The feed took longer than {rules.total_s:.0f} seconds.")
        target.write(chunk)
    return Fetched(
        changed=True,
        etag=response.headers.get("ETag", "")[:200],
        last_modified=response.headers.get("Last-Modified", "")[:100],
    )


def _connection(url: str, rules: FetchRules) -> tuple[http.client.HTTPConnection, str]:
    parts = _checked(url, rules)
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    address = resolve(host, port, allow_private=rules.allow_private)
    connection: http.client.HTTPConnection
    if secure:
        connection = _PinnedHTTPS(host, port, address, rules.connect_s)
    else:
        connection = _PinnedHTTP(host, port, address, rules.connect_s)
    path = parts.path or "/"
    return connection, f"{path}?{parts.query}" if parts.query else path


def _checked(url: str, rules: FetchRules) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise AddressRefused("This is not an address.") from error
    allowed = {"https", "http"} if rules.allow_private else {"https"}
    if parts.scheme not in allowed or not parts.hostname:
        raise AddressRefused("A feed is fetched over https.")
    if parts.username or parts.password:
        raise AddressRefused("Credentials do not belong in an address.")
    return parts


def resolve(host: str, port: int, *, allow_private: bool) -> str:
    """The address to connect to; raises unless every address of ``host`` is public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchFailed(f"{host} cannot be resolved.") from error
    addresses = [str(item[4][0]) for item in found]
    if not allow_private and not all(is_public(address) for address in addresses):
        raise AddressRefused(f"{host} is not a public address.")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet, however it is written."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif any(ip in network for network in _TRANSLATED):
            return False
    return ip.is_global and not ip.is_multicast


class _PinnedHTTP(http.client.HTTPConnection):
    """Connects to the address that was checked, not to what the name says now."""

    def __init__(self, host: str, port: int, address: str, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)


class _PinnedHTTPS(_PinnedHTTP):
    """The same over TLS, with the certificate checked against the name."""

    def connect(self) -> None:
        super().connect()
        plain, context = self.sock, ssl.create_default_context()
        try:
            self.sock = context.wrap_socket(plain, server_hostname=self.host)
        except OSError:
            plain.close()
            raise
