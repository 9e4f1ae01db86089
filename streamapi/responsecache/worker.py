"""A gunicorn worker that answers hits before a WSGI environment is built.

Parsing stays gunicorn's, with all its limits. What is not an ordinary read of something
fresh in memory goes on to :class:`GeventWorker` and from there to the front door.

gunicorn's master imports this module and keeps it over a reload: it stays small, and
the work is done by what the application brings along.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any, Final

from gunicorn.http import message, wsgi
from gunicorn.workers.ggevent import GeventWorker

from streamapi.responsecache.patience import Patience

_COLLECT_AFTER: Final = (50_000, 20, 10)
"""New objects until the collector looks at the young ones (some 10 MB at most), and how
many such rounds until it looks at older ones; Python's own: 700, 10, 10."""
_COPIED: Final = 256 * 1024
"""A larger piece costs more to copy than to send for itself."""


class _Gathered(list[bytes]):
    """Stands in for a socket, and keeps what is sent."""

    sendall = list.append


class Response(wsgi.Response):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's, whose head leaves together with the first piece of the body.

    To send costs as much as much of an answer; and a client that is woken for a head alone
    is woken twice.
    """

    sock: Any

    def write(self, arg: bytes) -> None:
        """Send a piece of the body, and the head before the first."""
        if self.headers_sent or len(arg) > _COPIED:
            super().write(arg)
            return
        sock, self.sock = self.sock, _Gathered()
        try:
            super().write(arg)
        finally:
            gathered, self.sock = self.sock, sock
        sock.sendall(b"".join(gathered))


class CacheWorker(GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    """GeventWorker with a short way for hits."""

    _short_way: Callable[[Any, Any], bool] | None = None
    _patience: Patience | None = None

    def load_wsgi(self) -> None:
        """Find the front door; without one every request takes the long way."""
        super().load_wsgi()
        short_way = getattr(self.wsgi, "short_way", None)
        if short_way is None:
            self.log.warning("no response cache: the application has no front door")
        elif _is_observed(self.cfg):
            self.log.warning("request hooks or access log set: hits take the long way")
        elif self.cfg.keepalive:
            self._short_way = short_way()

    def timeout_ctx(self) -> Patience:
        """How long a kept connection may be silent."""
        if self._patience is None:
            self._patience = Patience(self.cfg.keepalive)
        return self._patience

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """Answer from memory if that is possible, else as ever."""
        if (
            self._short_way is not None
            and self.alive
            and self.nr + 1 < self.max_requests
            and self._short_way(req, sock)
        ):
            self.nr += 1
            return True
        return super().handle_request(listener_name, req, sock, addr)


def _is_observed(cfg: Any) -> bool:
    """Whether somebody wants to see each request the way gunicorn shows it."""
    hooks = [cfg.settings[name] for name in ("pre_request", "post_request")]
    changed = any(hook.get() is not hook.default for hook in hooks)
    return bool(changed or cfg.accesslog or cfg.statsd_host)


def freeze(cfg: Any) -> None:
    """Keep the settings as plain attributes, for any kind of worker.

    gunicorn looks each of them up through ``__getattr__``, some twenty times for every
    request; in a worker they no longer change.
    """
    for name, setting in cfg.settings.items():
        if not isinstance(getattr(type(cfg), name, None), property):
            vars(cfg)[name] = setting.get()


def settle(cfg: Any) -> None:
    """From here on neither the settings nor the code change: make both cheap.

    What was loaded is taken from the garbage collector's rounds, and these come seldom: a
    request makes some thousand objects, nearly all of which go without its help. Whether
    a peer is a trusted proxy is worked out once for each address; gunicorn parses the
    address for every request. Answers are sent in one piece.
    """
    freeze(cfg)
    wsgi.Response = Response
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
    asked = message._ip_in_allow_list  # noqa: SLF001 no public way
    message._ip_in_allow_list = remembered(asked)  # noqa: SLF001


def remembered(
    asks: Callable[[str, Any, Any], bool], limit: int = 4096
) -> Callable[[str, Any, Any], bool]:
    """The same answers; the lists of a process are the same ones for its whole life."""
    known: dict[tuple[str, int], bool] = {}

    def answer(address: str, allowed: Any, networks: Any) -> bool:
        key = (address, id(networks))
        found = known.get(key)
        if found is None:
            if len(known) >= limit:
                known.clear()
            found = known[key] = asks(address, allowed, networks)
        return found

    return answer
