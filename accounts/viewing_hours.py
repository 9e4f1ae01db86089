"""When a profile may watch: a daily span on the household's own clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class ViewingHours:
    """From ``starts`` to before ``ends``, over midnight if need be; ``None`` for always."""

    starts: time | None = None
    ends: time | None = None
    zone: str = "UTC"

    def allow(self, now: datetime) -> bool:
        """Whether ``now`` is within."""
        if self.starts is None or self.ends is None or self.starts == self.ends:
            return True
        clock = now.astimezone(ZoneInfo(self.zone)).time()
        if self.starts < self.ends:
            return self.starts <= clock < self.ends
        return clock >= self.starts or clock < self.ends

    def next_opening(self, now: datetime) -> datetime:
        """When the next span begins, for a ``now`` that is outside of one."""
        local = now.astimezone(ZoneInfo(self.zone))
        today = datetime.combine(local.date(), self.starts or time(), local.tzinfo)
        return today if today > local else today + timedelta(days=1)


ALWAYS: Final = ViewingHours()
