"""Whether the streams of channels can be had: a look at each, believed after a few.

Play takes the first stream in order that is not known to be down. One answer brings it
back; :data:`DOWN_AFTER` failures in a row take it out, so that a lost packet does not.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Final

from channels.fetching import FetchRules, fetch
from channels.models import ChannelSource
from streamapi.errors import DomainError

DOWN_AFTER: Final = 3
_PLAYLIST: Final = b"#EXTM3U"


def check_all(*, now: datetime, allow_private: bool) -> dict[str, int]:
    """Look at every stream in use that is somewhere else; how many are in each state."""
    found: dict[str, int] = {}
    sources = ChannelSource.objects.filter(is_active=True, channel__is_active=True)
    for source in sources.exclude(kind=ChannelSource.Kind.ORIGIN).order_by("pk"):
        note(source, answers=_answers(source.url, allow_private), now=now)
        found[source.health] = found.get(source.health, 0) + 1
    return found


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


def _answers(url: str, allow_private: bool) -> bool:
    body = BytesIO()
    rules = FetchRules(
        max_bytes=1024 * 1024, connect_s=3.0, total_s=5.0, allow_private=allow_private
    )
    try:
        fetch(url, body, rules)
    except DomainError:
        return False
    return body.getvalue().startswith(_PLAYLIST)
