"""``manage.py staff_token``: tokens for programs of the staff."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import staff_tokens
from accounts.models import User
from accounts.models.users import normal_email
from streamapi.errors import DomainError


class Command(BaseCommand):
    """Issue or revoke a token for a program that works for a member of staff.

    manage.py staff_token editor@example.com --name "nightly ingest" --days 90
    manage.py staff_token --revoke st_4m0x2k9c7q1zt8wb
    """

    help = "Issue a staff token, shown once, or revoke one."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("email", nargs="?", help="the member of staff")
        parser.add_argument("--name", default="", help="which program will hold it")
        parser.add_argument("--days", type=int, default=90, help="how long it lives")
        parser.add_argument("--revoke", metavar="ID", help="end this token")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["revoke"]:
            self._revoke(options["revoke"])
        elif options["email"] and options["name"]:
            self._issue(options["email"], options["name"], options["days"])
        else:
            raise CommandError("Say whose token, and --name; or --revoke an id.")

    def _issue(self, email: str, name: str, days: int) -> None:
        user = User.objects.filter(email=normal_email(email)).first()
        if user is None:
            raise CommandError(f"There is no {email}.")
        try:
            token, text = staff_tokens.issue(
                user, name=name, days=days, now=timezone.now()
            )
        except DomainError as error:
            raise CommandError(error.detail) from error
        self.stderr.write(f"{token.public_id}, until {token.expires_at:%Y-%m-%d}:")
        self.stdout.write(text)

    def _revoke(self, public_id: str) -> None:
        if not staff_tokens.revoke(public_id, now=timezone.now()):
            raise CommandError(f"There is no token {public_id} to revoke.")
        self.stdout.write(f"{public_id} revoked")
