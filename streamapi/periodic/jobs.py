"""Every job that the clock starts, and how often: `manage.py run_periodic` runs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Job:
    """A command of the product, harmless when it runs twice or finds nothing to do."""

    command: str
    every: timedelta
    what: str
    limit: timedelta = _HOUR
    """A run that takes longer is stuck, and ended."""

    @property
    def argv(self) -> Sequence[str]:
        """The command and its arguments."""
        return self.command.split()


JOBS: Final = (
    Job("publish_due", _MINUTE, "titles and pages whose moment has come"),
    Job("check_streams", _MINUTE, "health of channels' streams"),
    Job("pack_guide", 5 * _MINUTE, "the guide as players read it by link"),
    Job("import_epg --due", 5 * _MINUTE, "guide feeds, each at its own interval"),
    Job("discover", _HOUR, "charts and related titles"),
    Job("link_guide", _DAY, "titles published since the guide came"),
    Job("prune_guide --keep-days 14", _DAY, "old days of the guide"),
    Job("forget_words", _DAY, "words that no published name has any more"),
    Job("render_pictures", _DAY, "smaller pictures that a lost worker left out"),
    Job("prune_db_task_results --queue-name *", _DAY, "results of jobs, after 14 days"),
    Job("clearsessions", _DAY, "sign-ins of the staff that are over"),
)
"""The shortest intervals first: where several are due, they are started in this order."""
