"""Previews: what devices will get at a moment, in a territory, drafts included.

A preview publishes for real what it is asked to show, lets the same view answer that
serves devices, and takes everything back: the transaction never commits. A signed token
says what to show; it is good for an hour and for whoever holds it, while the one who made
it is still of the staff.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.core import signing
from django.db import transaction

from accounts.models import User
from catalog import publishing, releasing
from catalog.models import Page, Title
from catalog.models.titles import Status
from streamapi.clients import Variant
from streamapi.errors import Denied, DomainError

_log = logging.getLogger(__name__)

LIFETIME_S: Final = 3600
MOST_TITLES: Final = 100
"""Drafts that one preview publishes at most."""
_SALT: Final = "catalog.preview"


class PreviewRefused(Denied):
    """The token is not one of ours, too old, or its maker may not preview any more."""

    code = "preview_refused"
    title = "This preview is over"


@dataclass(frozen=True, slots=True)
class Preview:
    """As whom, where and when to look, and with which drafts."""

    at: str
    language: str
    territory: str
    form_factor: str
    maturity: int
    plan: str
    packages: Sequence[str]
    pages: Sequence[int]
    titles: Sequence[int]
    staff: int

    @property
    def moment(self) -> datetime:
        """The moment that it is about."""
        return datetime.fromisoformat(self.at)

    @property
    def variant(self) -> Variant:
        """Who is asking, as far as a shared answer may depend on it."""
        return Variant(self.language, self.territory, self.form_factor, self.maturity)


def sign(preview: Preview) -> str:
    """The token of a preview."""
    return signing.dumps(asdict(preview), salt=_SALT, compress=True)


def read(token: str) -> Preview:
    """The preview of a token; raises PreviewRefused."""
    try:
        preview = Preview(**signing.loads(token, salt=_SALT, max_age=LIFETIME_S))
    except signing.BadSignature as error:
        raise PreviewRefused("Make a new preview in the admin.") from error
    staff = User.objects.filter(pk=preview.staff, is_active=True, is_staff=True)
    if not staff.exists():
        raise PreviewRefused
    return preview


@contextmanager
def shown(preview: Preview) -> Iterator[None]:
    """Inside, everything stands as the preview wants it; afterwards as before."""
    with transaction.atomic():
        _publish(preview)
        yield
        transaction.set_rollback(True)


def _publish(preview: Preview) -> None:
    """The drafts that were asked for, and what is scheduled until the moment."""
    now = preview.moment
    titles = _titles(preview)
    if titles:
        publishing.publish_batch(titles, by=None, now=now)
    pages = Page.objects.filter(pk__in=preview.pages) | Page.objects.due(now)
    for page in pages.order_by("pk"):
        try:
            with transaction.atomic():
                releasing.release(page, by=None, now=now)
        except DomainError as refused:
            _log.info("preview without the draft of %s: %s", page, refused.detail)


def _titles(preview: Preview) -> list[int]:
    waiting = Title.objects.exclude(status=Status.ARCHIVED)
    named = waiting.filter(pk__in=preview.titles)
    chosen = waiting.filter(rail_items__rail__page__in=preview.pages).exclude(
        status__in=[Status.PUBLISHED, Status.UNPUBLISHED]
    )
    due = Title.objects.due(preview.moment)
    pks: dict[int, Any] = {}
    for some in (named, chosen, due):
        pks |= dict.fromkeys(
            some.order_by("pk").values_list("pk", flat=True)[:MOST_TITLES]
        )
    return sorted(list(pks)[:MOST_TITLES])
