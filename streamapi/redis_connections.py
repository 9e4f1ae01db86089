"""Connections to Redis that are looked at, not waited for, before they are used.

Before each command redis-py looks whether something came that nobody asked for, or the
server is gone. Under gevent this look waits in the event loop for no time at all, which
costs as much as the command.
"""

from __future__ import annotations

from typing import Any, Final

from redis.connection import (
    Connection,
    SSLConnection,
    UnixDomainSocketConnection,
)
from redis.maint_notifications import MaintNotificationsConfig

from streamapi.sockets import has_news


class _Looked:
    """Before a connection of redis-py: the usual look finds nothing, and is short."""

    def can_read(self, timeout: float = 0) -> bool:
        """Whether something came, or the server closed; waits for ``timeout`` seconds."""
        if timeout == 0 and self._is_silent():
            return False
        found: bool = super().can_read(timeout)  # type: ignore[misc]
        return found

    def _is_silent(self: Any) -> bool:
        sock = self._sock
        if sock is None or self._parser._reader.has_data():  # noqa: SLF001 - no public way
            return False
        if hasattr(sock, "pending") and sock.pending():  # deciphered, not read yet
            return False
        return not has_news(sock.fileno())


class PlainConnection(_Looked, Connection):
    """For ``redis://``."""


class TlsConnection(_Looked, SSLConnection):
    """For ``rediss://``."""


class LocalConnection(_Looked, UnixDomainSocketConnection):
    """For ``unix://``."""


_KINDS: Final[dict[str, type[Any]]] = {
    "redis": PlainConnection,
    "rediss": TlsConnection,
    "unix": LocalConnection,
}


def options(url: str) -> dict[str, Any]:
    """How a pool for ``url`` makes its connections; redis-py reads the rest of the address.

    Notifications of maintenance are of another vendor. While a pool expects them, it lends
    a connection on which an answer to somebody else waits.
    """
    return {
        "connection_class": _KINDS.get(url.partition(":")[0], PlainConnection),
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }
