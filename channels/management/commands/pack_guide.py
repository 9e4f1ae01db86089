"""Packs the guide for players: ``manage.py pack_guide``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from channels import packed_guides


class Command(BaseCommand):
    """Pack the channels whose programmes have changed; run it every few minutes."""

    help = "Pack what has changed of the guide for players that read it by link."

    def handle(self, *_: Any, **__: Any) -> None:
        count = packed_guides.refresh(now=timezone.now())
        self.stdout.write(f"{count} parts packed.")
