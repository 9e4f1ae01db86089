"""What the media worker does for the demo: shoot a film, then have it packaged."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from streamapi.demo import filming


@task(queue_name="media")
def shoot(slug: str) -> None:
    """Make a film and queue its packaging."""
    filming.shoot(slug, now=timezone.now())
