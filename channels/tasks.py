"""What the job runner does for the guide: `manage.py db_worker --queue-name default`."""

from __future__ import annotations

from contextlib import suppress

from django.utils import timezone
from django_tasks import task

from channels import versions
from channels.models import EpgSource
from streamapi.errors import DomainError


@task()
def import_source(source_pk: int, *, accept: bool) -> None:
    """Import one source; a refusal is told by the version that it makes."""
    source = EpgSource.objects.filter(pk=source_pk).first()
    if source is not None:
        with suppress(DomainError):
            versions.run_import(
                source, now=timezone.now(), accept=accept, force=not accept
            )
