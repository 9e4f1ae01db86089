"""What workers do for the catalogue: documents, pictures, related titles, charts."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from catalog import charts, ingest, publishing, related, renditions, rerendered


@task()
def take_document(document_pk: int) -> None:
    """Do what is left of a document of records."""
    ingest.run(document_pk, clock=timezone.now)


@task()
def render_pictures() -> None:
    """Make the smaller versions of every picture that has none, and show them.

    One worker does it; another that is asked meanwhile leaves it to the first, which
    looks again before it ends.
    """
    while files := _render_batch():
        publishing.refresh(renditions.affected(files), now=timezone.now())
        rerendered.show(files)


@task()
def discover() -> None:
    """Work out charts and related titles anew."""
    now = timezone.now()
    charts.chart(now=now)
    related.relate(now=now)


def enqueue_pictures() -> None:
    """Have pictures rendered once what is being written is committed."""
    transaction.on_commit(partial(render_pictures.enqueue))


@transaction.atomic
def _render_batch() -> list[str]:
    files = renditions.missing() if renditions.alone() else []
    for file in files:
        renditions.render(file, now=timezone.now())
    return files
