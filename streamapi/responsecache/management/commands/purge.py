"""`manage.py purge TAG...`: end the life of cached answers, in the whole fleet."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from streamapi.responsecache.runtime import delivery
from streamapi.responsecache.shared import CacheDown
from streamapi.responsecache.tags import TagInvalid, checked


class Command(BaseCommand):
    """Purges by tag; ``--all`` drops everything, at the price of rebuilding it."""

    help = "Purge cached answers by tag, for instance: purge titles title:42"

    def add_arguments(self, parser: CommandParser) -> None:
        """Tags, or everything."""
        parser.add_argument(
            "tags", nargs="*", metavar="TAG", help="see docs/caching.md"
        )
        parser.add_argument(
            "--all", action="store_true", help="every answer; the database will feel it"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Purge and say so; fail loudly if Redis did not hear it."""
        tags, everything = options["tags"], options["all"]
        if bool(tags) == everything:
            raise CommandError("name tags, or --all")
        try:
            if everything:
                delivery.clear()
            else:
                delivery.send(checked(tags))
        except TagInvalid as problem:
            raise CommandError(str(problem)) from problem
        except CacheDown as problem:
            raise CommandError(f"Redis did not hear it: {problem}") from problem
        what = "every answer" if everything else ", ".join(sorted(tags))
        self.stdout.write(f"Purged {what}.")
