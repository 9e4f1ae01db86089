"""Every command of ours is run by the clock, runs for ever, or is somebody's to call."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from django.core.management import get_commands

from streamapi.periodic.jobs import JOBS

OURS = ("accounts", "catalog", "channels", "playback", "streamapi.")
OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"

BY_HAND = {
    "due_reminders": "prints the input of whoever pushes messages, which calls it",
    "explain_access": "answers a question of the support",
    "export_epg": "writes a file for somebody",
    "export_m3u": "writes a file for somebody",
    "export_titles": "writes a file for somebody",
    "flush_progress": "runs for ever, beside the web processes",
    "import_m3u": "reads a file that somebody has",
    "import_titles": "reads a file that somebody has",
    "make_rails": "adds the rails that an operator asks for",
    "missing_translations": "a report that somebody reads",
    "nginx_config": "part of setting up the edge",
    "package": "encodes one film, or what was lost, as an operator decides",
    "publish_titles": "publishes what an operator names",
    "purge": "empties what an operator names",
    "reseal_keys": "part of changing a secret",
    "resume_jobs": "called when the only worker starts",
    "rollback_epg": "undoes an import, which a person decides",
    "run_periodic": "is the clock",
    "seed": "makes the demo",
    "staff_token": "makes a token for somebody",
    "sync_roles": "part of every deployment",
    "warm_cache": "part of a deployment, for who wants it",
}
UNITS = {"minute": 1, "5 minutes": 5, "hour": 60, "day": 1440}


def our_commands() -> set[str]:
    return {name for name, app in get_commands().items() if str(app).startswith(OURS)}


def test_every_command_is_scheduled_or_somebodys_to_call() -> None:
    scheduled = {job.argv[0] for job in JOBS}
    forgotten = our_commands() - scheduled - BY_HAND.keys()
    assert not forgotten, "add it to streamapi.periodic.jobs, or say above who calls it"
    assert not scheduled & BY_HAND.keys()
    assert not BY_HAND.keys() - our_commands(), "there is no such command any more"
    assert scheduled <= get_commands().keys()


def test_the_operations_manual_lists_what_the_clock_starts() -> None:
    rows = re.findall(
        r"^\| `([^`]+)` \| every ([^|]+?) \|", OPERATIONS.read_text(), re.MULTILINE
    )
    told = {command: timedelta(minutes=UNITS[every]) for command, every in rows}
    assert told == {job.command: job.every for job in JOBS}
