"""Whether the streams of channels can be had: a look at each, believed after a few.

Play takes the first stream in order that is not known to be down. One answer brings it
back; :data:`DOWN_AFTER` failures in a row take it out, so that a lost packet does not.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Final

from channels.fetching import FetchRules, fetch
from channels.models import ChannelSource
from streamapi.errors import DomainError

DOWN_AFTER: Final = 3
_AT_ONCE: Final = 64
_PLAYLIST: Final = b"#EXTM3U"


def check_all(*, now: datetime, allow_private: bool) -> dict[str, int]:
    """Look at every stream in use that is somewhere else; how many are in each state.

    At many at once: when a packager is gone, a thousand streams each take their time not to
    answer, and the others are not to wait for that.
    """
    in_use = ChannelSource.objects.filter(is_active=True, channel__is_active=True)
    sources = list(in_use.exclude(kind=ChannelSource.Kind.ORIGIN).order_by("pk"))
    look = partial(_answers, allow_private=allow_private)
    found: Counter[str] = Counter()
    with ThreadPoolExecutor(_AT_ONCE) as looks:
        seen = looks.map(look, [source.url for source in sources])
        for source, answers in zip(sources, seen, strict=True):
            note(source, answers=answers, now=now)
            found[source.health] += 1
    return dict(found)


def note(source: ChannelSource, *, answers: bool, now: datetime) -> None:
    """Remember what a look found."""
    states = ChannelSource.Health
    source.failures = 0 if answers else source.failures + 1
    if answers:
        source.health = states.UP
    elif source.failures >= DOWN_AFTER:
        source.health = states.DOWN
    source.checked_at = now
    source.save(update_fields=["failures", "health", "checked_at"])


def _answers(url: str, *, allow_private: bool) -> bool:
    body = BytesIO()
    rules = FetchRules(
        max_bytes=1024 * 1024, connect_s=3.0, total_s=5.0, allow_private=allow_private
    )
    try:
        fetch(url, body, rules)
    except DomainError:
        return False
    return body.getvalue().startswith(_PLAYLIST)
