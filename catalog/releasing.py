"""The only code that changes what devices see of a page: release, roll back, withdraw.

Each release keeps a version of the page with all its rails. What devices read is made from
a version, never from the editing side, so an unfinished rail cannot show.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

import orjson
from django.db import transaction

from accounts.models import User
from catalog import cache_keys, page_content, page_validation
from catalog.models import Page, PageVersion, PublishedPage, PublishedRail
from catalog.page_content import PageContent
from streamapi.errors import Conflict, DomainError, Unprocessable


class ReleaseRefused(Unprocessable):
    """At least one finding is an ERROR; ``errors`` lists them."""

    code = "release_refused"
    title = "The page cannot be released as it is"


@transaction.atomic
def release(page: Page, *, by: User | None, now: datetime) -> PageVersion:
    """Show the page as it is now; raises ReleaseRefused if anything blocks."""
    locked = _locked(page)
    content = page_content.load(locked)
    errors = [
        {"pointer": one.pointer, "code": one.code, "detail": one.detail}
        for one in page_validation.check(content)
        if one.severity is page_validation.Severity.ERROR
    ]
    if errors:
        raise ReleaseRefused(" ".join(one["detail"] for one in errors), errors=errors)
    version = _keep(locked, content, by=by, now=now)
    Page.objects.filter(pk=page.pk).update(release_at=None)
    _show(page, version, now)
    return version


@transaction.atomic
def rollback(
    page: Page, *, now: datetime, to: PageVersion | None = None
) -> PageVersion:
    """Show an earlier version again: ``to``, else the one before what is shown."""
    version = to or _before(_locked(page))
    _show(page, version, now)
    return version


@transaction.atomic
def withdraw(page: Page) -> None:
    """Take the page from devices; its versions stay."""
    locked = _locked(page)
    if locked.live_version_id is None:
        raise Conflict("The page is not released.", code="not_released")
    PublishedPage.objects.filter(page=page).delete()
    PublishedRail.objects.filter(page=page).delete()
    Page.objects.filter(pk=page.pk).update(live_version=None, released_at=None)
    cache_keys.purge_page(page.pk)
    page.refresh_from_db()


def release_due(now: datetime) -> Iterator[tuple[Page, DomainError | None]]:
    """Release what was scheduled for now or earlier; says what became of each."""
    for page in Page.objects.due(now):
        try:
            release(page, by=None, now=now)
        except DomainError as refused:
            yield page, refused
        else:
            yield page, None


def paths() -> Iterator[str]:
    """The addresses of all pages that devices see, home before what is below it."""
    for slug in PublishedPage.objects.order_by("page__position", "slug").values_list(
        "slug", flat=True
    ):
        yield f"/v1/pages/{slug}"


def is_waiting(page: Page) -> bool:
    """Whether devices see something other than what stands in the form."""
    live = page.live_version
    return live is None or live.fingerprint != _fingerprint(page_content.load(page))


def _locked(page: Page) -> Page:
    rows = Page.objects.select_related("parent", "live_version")
    return rows.select_for_update(of=("self",)).get(pk=page.pk)


def _keep(
    page: Page, content: PageContent, *, by: User | None, now: datetime
) -> PageVersion:
    """The content as a version; the latest one, if it is the same."""
    fingerprint = _fingerprint(content)
    latest = page.versions.order_by("-number").first()
    if latest is not None and latest.fingerprint == fingerprint:
        return latest
    return PageVersion.objects.create(
        page=page,
        number=latest.number + 1 if latest else 1,
        content=content,
        fingerprint=fingerprint,
        created_at=now,
        created_by=by,
    )


def _show(page: Page, version: PageVersion, now: datetime) -> None:
    content: PageContent = version.content
    taken = PublishedPage.objects.filter(slug=content["slug"]).exclude(page=page)
    if taken.exists():
        raise Conflict(
            "Another page that devices see has taken the slug of that version.",
            code="slug_taken",
        )
    PublishedPage.objects.update_or_create(
        page=page,
        defaults={
            "slug": content["slug"],
            "number": version.number,
            "content": content,
        },
    )
    PublishedRail.objects.filter(page=page).delete()
    PublishedRail.objects.bulk_create(
        PublishedRail(page=page, public_id=rail["id"], content=rail)
        for rail in content["rails"]
    )
    Page.objects.filter(pk=page.pk).update(live_version=version, released_at=now)
    cache_keys.purge_page(page.pk)
    page.refresh_from_db()


def _before(page: Page) -> PageVersion:
    if page.live_version is None:
        raise Conflict("The page is not released.", code="not_released")
    earlier = page.versions.filter(number__lt=page.live_version.number)
    found = earlier.order_by("-number").first()
    if found is None:
        raise Conflict(
            "There is no version before the one that is shown.",
            code="nothing_to_roll_back",
        )
    return found


def _fingerprint(content: PageContent) -> str:
    raw = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(raw, digest_size=16).hexdigest()
