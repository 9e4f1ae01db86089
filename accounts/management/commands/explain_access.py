"""Say why a profile can or cannot watch something."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.explanations import Question, explain
from streamapi.errors import NotFound


class Command(BaseCommand):
    """explain_access ada@example.org ti_4m0x2k9c7q1zt8wb"""

    help = "Say why a profile can or cannot watch something."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="ac_... or an e-mail address")
        parser.add_argument("content", help="ti_..., ep_...")
        parser.add_argument("--profile", default="", help="pr_...; else the first")
        parser.add_argument("--device", default="", help="de_...")
        parser.add_argument("--territory", default=settings.DEFAULT_TERRITORY)
        parser.add_argument("--at", default="", help="RFC 3339; else now")

    def handle(self, *args: Any, **options: Any) -> None:
        at = parse_datetime(options["at"]) if options["at"] else timezone.now()
        if at is None or at.tzinfo is None:
            raise CommandError("--at is a time with its zone: 2026-05-01T20:00Z")
        question = Question(
            account=options["account"],
            content_id=options["content"],
            territory=options["territory"].upper(),
            at=at,
            profile_id=options["profile"],
            device_id=options["device"],
        )
        try:
            answer = explain(question)
        except NotFound as error:
            raise CommandError(error.detail) from error
        self.stdout.write(json.dumps(answer, indent=2, default=str))
