"""Seals content keys with the secret that is in use now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from playback import vault


class Command(BaseCommand):
    """Usage: put a new secret first in CONTENT_KEY_SECRETS, run this, drop the old."""

    help = "Seal content keys with the first of CONTENT_KEY_SECRETS."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{vault.reseal()} keys sealed anew.")
