"""Looks whether the streams of channels can be had: ``manage.py check_streams``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from channels import source_health


class Command(BaseCommand):
    """To be run every minute; a stream is down after three looks without an answer."""

    help = "Check the streams of the active channels and note their health."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--allow-private",
            action="store_true",
            help="streams may be in our own network",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        found = source_health.check_all(
            now=timezone.now(), allow_private=options["allow_private"]
        )
        states = ", ".join(f"{count} {state}" for state, count in sorted(found.items()))
        self.stdout.write(states or "There are no streams to look at.")
