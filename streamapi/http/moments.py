"""Which moment a request is about: now, unless a preview asks for another."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils import timezone

ATTRIBUTE: Final = "moment"
"""Set on a request by whoever previews; nothing of a client's request can set it."""


def of(request: Any) -> datetime:
    """The moment that an answer is made for; takes Django's request or DRF's."""
    moment: datetime | None = getattr(request, ATTRIBUTE, None)
    return moment or timezone.now()
