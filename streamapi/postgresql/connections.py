"""Connections that do not ask where a look is enough.

A large answer comes in pieces of 8 kB. To wait for each by way of the event loop costs
more than to read it, and most are there already.
"""

from __future__ import annotations

import select
from typing import Any, Final, TypeVar

from gevent import monkey
from psycopg import Connection
from psycopg.abc import PQGen
from psycopg.waiting import Ready, Wait

from streamapi.sockets import has_news

_poll: Final = monkey.get_original("select", "poll")
_T = TypeVar("_T")
_MOST: Final = 64
"""Pieces in a row, half a megabyte; then others have their turn."""


class EagerConnection(Connection[Any]):
    """A psycopg connection for servers under gevent; elsewhere it is like any other."""

    def wait(self, gen: PQGen[_T], *args: Any, **options: Any) -> _T:
        """Run a generator of psycopg's to its end."""
        if monkey.is_module_patched("select"):
            gen = _eager(gen, self.pgconn.socket)
        return super().wait(gen, *args, **options)


def is_left(connection: Connection[Any]) -> bool:
    """Whether the server has gone away or said goodbye; the server is not asked.

    An idle connection is silent. What can be read from it is the end, or the reason for
    it. To ask, as a pool would before it lends a connection, costs as much as a statement.
    """
    return connection.closed or has_news(connection.pgconn.socket)


def _eager(steps: PQGen[_T], descriptor: int) -> PQGen[_T]:
    """The same steps, those left out that need no waiting."""
    poll = _poll()
    poll.register(descriptor, select.POLLIN)
    try:
        wanted, in_a_row = next(steps), 0
        while True:
            if wanted == Wait.R and in_a_row < _MOST and _has_come(poll):
                in_a_row += 1
                wanted = steps.send(Ready.R)
            else:
                in_a_row = 0
                wanted = steps.send((yield wanted))
    except StopIteration as end:
        result: _T = end.value
        return result


def _has_come(poll: Any) -> bool:
    return any(event == select.POLLIN for _, event in poll.poll(0))
