"""Where a title is on its way: draft, in review, archived, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import F

from catalog.models import Title
from catalog.models.titles import Status
from streamapi.errors import Conflict

_FROM: Final[Mapping[Status, tuple[Status, ...]]] = {
    Status.IN_REVIEW: (Status.DRAFT, Status.SCHEDULED, Status.UNPUBLISHED),
    Status.DRAFT: (Status.IN_REVIEW, Status.ARCHIVED),
    Status.ARCHIVED: (Status.DRAFT, Status.IN_REVIEW, Status.UNPUBLISHED),
}
_REFUSALS: Final[Mapping[Status, str]] = {
    Status.IN_REVIEW: "Only what devices do not show can be sent to review.",
    Status.DRAFT: "Only what is in review or archived becomes a draft again.",
    Status.ARCHIVED: "Take the title from devices before it is archived.",
}


def targets(title: Title) -> list[Status]:
    """Where the title may go from here."""
    return [to for to, sources in _FROM.items() if title.status in sources]


def move(title: Title, to: Status) -> None:
    """Bring the title there; an archived one is no longer scheduled."""
    if title.status not in _FROM[to]:
        raise Conflict(_REFUSALS[to], code="wrong_status")
    changes = {"publish_at": None} if to is Status.ARCHIVED else {}
    moved = Title.objects.filter(pk=title.pk, status=title.status).update(
        status=to, version=F("version") + 1, **changes
    )
    if not moved:
        raise Conflict("Someone else has just moved it.", code="wrong_status")
    title.refresh_from_db()
