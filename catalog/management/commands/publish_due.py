"""``manage.py publish_due``: shows what was scheduled for now; run it every minute."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from catalog import publishing, releasing
from catalog.models import Title


class Command(BaseCommand):
    """Publish the titles, then release the pages, whose moment has come.

    What cannot be published as it is stays scheduled: it is named on every run and
    appears as soon as an editor has mended it. Two runs at once do no harm.
    """

    help = "Publish titles and release pages that are scheduled for now or earlier."

    def handle(self, *_: Any, **__: Any) -> None:
        now = timezone.now()
        due = Title.objects.due(now).values_list("pk", flat=True)
        published = 0
        for outcome in publishing.publish_many(list(due), by=None, now=now):
            published += outcome.published
            if not outcome.published:
                title = Title.objects.get(pk=outcome.title_pk)
                refused = publishing.PublishRefused(outcome.findings)
                self.stderr.write(f"{title.public_id} {title}: {refused.detail}")
        self.stdout.write(f"{published} published")
        released = 0
        for page, refusal in releasing.release_due(now):
            released += refusal is None
            if refusal is not None:
                self.stderr.write(f"{page}: {refusal.detail}")
        self.stdout.write(f"{released} pages released")
