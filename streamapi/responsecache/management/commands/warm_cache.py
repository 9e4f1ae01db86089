"""`manage.py warm_cache`: make the top pages before the first viewer asks."""

from __future__ import annotations

import time
from typing import Any, Final

from django.core.handlers.wsgi import WSGIHandler
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import get_resolver

from streamapi.clients import FORM_FACTORS, UNRESTRICTED
from streamapi.http.variant import rules
from streamapi.responsecache import warming
from streamapi.responsecache.runtime import front_door
from streamapi.responsecache.warming import Audience, Outcome

_EVERY_S: Final = 1.0


class Command(BaseCommand):
    """Fills Redis; workers take the answers from there.

    Without paths: every shared route that needs no argument, and every released page. With
    paths: those, such as ``/v1/titles?genre=drama``. What is still fresh is left alone.
    """

    help = "Make cached answers of the top pages, for each variant."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which pages, for whom."""
        supported = rules()
        add = parser.add_argument
        add(
            "paths",
            nargs="*",
            metavar="PATH",
            help="default: all pages, and all without arguments",
        )
        add("--language", nargs="+", default=list(supported.languages))
        add("--territory", nargs="+", default=list(supported.territories))
        add("--form-factor", nargs="+", default=list(FORM_FACTORS))
        add("--maturity", nargs="+", type=int, default=[UNRESTRICTED])

    def handle(self, *_args: Any, **options: Any) -> None:
        """Warm with progress; fail if any page failed."""
        audience = Audience(
            languages=options["language"],
            territories=options["territory"],
            form_factors=options["form_factor"],
            ceilings=options["maturity"],
        )
        paths = options["paths"] or [
            *warming.named_paths(),
            *warming.top_paths(get_resolver().url_patterns),
        ]
        try:
            wanted = warming.plans(paths, audience, rules())
        except LookupError as problem:
            raise CommandError(str(problem)) from problem
        outcome = self._warm(wanted)
        self.stdout.write(
            f"{outcome.made} made, {outcome.there} were there, {outcome.failed} failed."
        )
        if outcome.failed:
            raise CommandError("some pages could not be made; the log says why")

    def _warm(self, wanted: dict[str, Any]) -> Outcome:
        outcome, told_at = Outcome(), time.monotonic()
        for outcome in warming.warm(front_door(WSGIHandler()).cache, wanted.values()):
            if time.monotonic() - told_at >= _EVERY_S:
                told_at = time.monotonic()
                self.stdout.write(f"{outcome.total} of {len(wanted)} answers")
        return outcome
