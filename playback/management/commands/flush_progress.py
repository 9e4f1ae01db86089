"""Carry what players report from Redis to PostgreSQL, for ever or once."""

from __future__ import annotations

import logging
import signal
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from playback import flushing
from streamapi.errors import Unavailable

_log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Any number of these may run: merging the same event twice changes nothing.

    A round begins every ``PLAYBACK_FLUSH_S``; one that takes longer says so.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="One round, then end.")

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        if options["once"]:
            self.stdout.write(f"{flushing.flush()} saved")
            return
        stopped = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda _number, _frame: stopped.set())
        while not stopped.is_set():
            due = time.monotonic() + settings.PLAYBACK_FLUSH_S
            self._round()
            left = due - time.monotonic()
            if left < 0:
                _log.warning("progress is late: a round took %.1f s too long", -left)
            stopped.wait(max(0.0, left))
        self._round()

    @staticmethod
    def _round() -> None:
        """One flush; while a store is down nothing is lost, the next round does it."""
        try:
            flushing.flush()
        except (DatabaseError, Unavailable) as outage:
            _log.warning("progress waits: %s", outage)
        close_old_connections()
