"""``manage.py make_rails``: a rail by rule for each genre, each decade, or both."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog import page_content, rail_sets, releasing
from catalog.languages import default_language
from catalog.models import Page
from catalog.models.titles import Kind
from catalog.rail_sets import By, Proposal
from streamapi.errors import DomainError


class Command(BaseCommand):
    """Add rails by rule to a page; what it has already is left as it is.

    manage.py make_rails movies --by decade,genre --kind movie --dry-run
    manage.py make_rails movies --by decade,genre --kind movie --release
    """

    help = "Add a rail for each genre, each decade, or each genre of each decade."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("page", metavar="SLUG", help="the page, such as movies")
        parser.add_argument(
            "--by",
            type=_parts,
            default=[By.DECADE, By.GENRE],
            metavar="decade,genre",
            help="what to divide titles by: one of them, or both",
        )
        parser.add_argument("--kind", choices=Kind.values, default="")
        parser.add_argument(
            "--at-least",
            type=int,
            default=rail_sets.ENOUGH,
            metavar="N",
            help="leave out what has fewer titles (%(default)s)",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what")
        parser.add_argument(
            "--release", action="store_true", help="show the page to devices then"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        page = Page.objects.filter(slug=options["page"]).first()
        if page is None:
            raise CommandError(f"There is no page {options['page']}.")
        now = timezone.now()
        proposals = rail_sets.propose(
            page,
            by=options["by"],
            kind=options["kind"],
            at_least=options["at_least"],
            now=now,
        )
        for one in proposals:
            self.stdout.write(_line(one))
        if options["dry_run"]:
            self.stdout.write("Nothing was added: this was a trial.")
            return
        try:
            added = rail_sets.add(page, proposals, now=now)
            self.stdout.write(f"{len(added)} of {len(proposals)} rails added to {page}")
            if options["release"]:
                version = releasing.release(page, by=None, now=now)
                self.stdout.write(f"{page} released as version {version.number}")
        except DomainError as refused:
            raise CommandError(refused.detail) from refused


def _parts(text: str) -> list[By]:
    try:
        return [By(part.strip()) for part in text.split(",")]
    except ValueError as unknown:
        raise argparse.ArgumentTypeError("decade, genre, or both") from unknown


def _line(one: Proposal) -> str:
    name = page_content.name(one.names, default_language())
    return f"{one.count:6} titles  {name}{'  (there already)' * one.is_there}"
