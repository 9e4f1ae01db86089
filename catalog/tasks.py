"""What the worker does for the catalogue: `manage.py db_worker`."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from catalog import ingest


@task()
def take_document(document_pk: int) -> None:
    """Do what is left of a document of records."""
    ingest.run(document_pk, clock=timezone.now)
