"""`python -m bench.memory DAYS DIRECTORY`: the peak memory of one import.

In a process of its own, since a peak cannot be taken back. Prints one line of JSON.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench import television
from channels import versions

CHANNELS: Final = 1_000


def main(days: int, directory: Path) -> None:
    """Import a feed of so many days, some 10 MB each, of channels of its own."""
    feed = directory / f"memory-{days}.xml"
    now = datetime.now(UTC)
    first = CHANNELS * (days + 1)
    television.write_feed(feed, range(first, first + CHANNELS), now.date(), days)
    size = feed.stat().st_size
    version = versions.run_import(television.make_source(feed), now=now)
    feed.unlink()
    print(
        json.dumps(
            {
                "state": version.state,
                "rows": version.counts["stored"],
                "megabytes": size / 1e6,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
