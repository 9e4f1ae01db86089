"""A look at a socket that waits for nothing, not even for the event loop."""

from __future__ import annotations

import select
from typing import Final

from gevent import monkey

_poll: Final = monkey.get_original("select", "poll")


def has_news(descriptor: int) -> bool:
    """Whether something can be read, be it that the other side has gone."""
    poll = _poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
