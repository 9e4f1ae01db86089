"""``manage.py forget_words``: what no published name says any more."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from catalog import spelling


class Command(BaseCommand):
    """Forget the words of titles, people and collections that are gone.

    manage.py forget_words   run it once a day; searches work without it
    """

    help = "Forget words that are in no published name any more."

    def handle(self, *_: Any, **__: Any) -> None:
        self.stdout.write(f"{spelling.forget_unused()} words forgotten")
