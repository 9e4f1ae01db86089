"""Undoes the last import of a source: ``manage.py rollback_epg SOURCE``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from channels import versions
from channels.models import EpgSource
from streamapi.errors import DomainError


class Command(BaseCommand):
    """Put back the guide as it was before the last version of a source."""

    help = "Restore the guide before the last import of a source."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="slug or location of the source")

    def handle(self, *_: Any, **options: Any) -> None:
        name = options["source"]
        source = (
            EpgSource.objects.filter(slug=name).first()
            or EpgSource.objects.filter(location=name).first()
        )
        if source is None:
            raise CommandError(f"There is no source {name}.")
        try:
            version = versions.roll_back(source, now=timezone.now())
        except DomainError as error:
            raise CommandError(error.title) from error
        self.stdout.write(f"Version {version.pk} of {source} is rolled back.")
