"""Links the guide to the catalogue: ``manage.py link_guide``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from channels import linking


class Command(BaseCommand):
    """Link what is still to come, after titles were published or taken back.

    Imports link what they bring by themselves; this is for titles that came later.
    """

    help = "Link programmes of the guide to titles and episodes of the catalogue."

    def handle(self, *_: Any, **_options: Any) -> None:
        count = linking.link_ahead(timezone.now())
        self.stdout.write(f"{count} programmes linked anew or unlinked.")
