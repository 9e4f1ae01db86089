"""The only code that changes what devices see of a title.

Each publish keeps a snapshot of the title in all languages. The published rows are made
from a snapshot, never from the editing side, so an unfinished edit cannot show.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from catalog import attributes, content, languages, published_rows, validation
from catalog.bulk import among, batches, copy_into
from catalog.content import Content
from catalog.models import PublishedTitle, Snapshot, Title
from catalog.models.titles import Status
from catalog.published_rows import Entry, text
from catalog.validation import Finding
from streamapi.errors import Conflict, Unprocessable

BATCH: Final = 500
_SNAPSHOT_FIELDS: Final = (
    "title",
    "number",
    "content",
    "fingerprint",
    "findings",
    "created_at",
    "created_by",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one title."""

    title_pk: int
    published: bool
    findings: Sequence[Finding]


class PublishRefused(Unprocessable):
    """At least one finding is an ERROR; ``errors`` lists them, ``findings`` all."""

    code = "publish_refused"
    title = "The title cannot be published as it is"

    def __init__(self, findings: Sequence[Finding]) -> None:
        errors = [
            {"pointer": one.pointer, "code": one.code, "detail": one.detail}
            for one in findings
            if one.severity is validation.Severity.ERROR
        ]
        super().__init__(" ".join(one["detail"] for one in errors), errors=errors)
        self.findings = findings


def publish(title: Title, *, by: User | None, now: datetime) -> Outcome:
    """Show the title as it is now; raises PublishRefused if anything blocks."""
    (outcome,) = publish_batch([title.pk], by=by, now=now)
    if not outcome.published:
        raise PublishRefused(outcome.findings)
    title.refresh_from_db()
    return outcome


def publish_many(
    title_pks: Iterable[int], *, by: User | None, now: datetime, batch: int = BATCH
) -> Iterator[Outcome]:
    """Publish any number of titles; each batch is one transaction."""
    for pks in batches(title_pks, batch):
        yield from publish_batch(pks, by=by, now=now)


@transaction.atomic
def publish_batch(
    title_pks: Sequence[int], *, by: User | None, now: datetime
) -> list[Outcome]:
    """Publish those of the titles that nothing blocks, all or none on failure."""
    titles = _locked(title_pks)
    contents = content.load(list(titles))
    outcomes = _judge(titles, contents)
    passed = {one.title_pk: one for one in outcomes if one.published}
    if passed:
        _keep({pk: contents[pk] for pk in passed}, passed, by=by, now=now)
        _mark_published(list(passed), now)
        published_rows.write(
            {
                pk: Entry(
                    contents[pk],
                    titles[pk].popularity,
                    titles[pk].first_published_at or now,
                )
                for pk in passed
            }
        )
    return outcomes


def examine(title: Title) -> list[Finding]:
    """What publishing would find, without publishing."""
    contents = content.load([title.pk])
    return list(_judge({title.pk: title}, contents)[0].findings)


@transaction.atomic
def unpublish(title: Title, *, by: User | None, now: datetime) -> None:
    """Take the title from devices; its snapshots stay."""
    del by, now  # the same signature as its siblings; the admin's history has both
    locked = _locked([title.pk])[title.pk]
    if locked.live_snapshot_id is None:
        raise Conflict("The title is not published.", code="not_published")
    published_rows.erase([title.pk])
    Title.objects.filter(pk=title.pk).update(
        status=Status.UNPUBLISHED, live_snapshot=None, publish_at=None
    )
    title.refresh_from_db()


@transaction.atomic
def rollback(
    title: Title, *, by: User | None, now: datetime, to: Snapshot | None = None
) -> Snapshot:
    """Show an earlier snapshot again: ``to``, else the one before what is shown."""
    del by  # as in unpublish
    locked = _locked([title.pk])[title.pk]
    target = to or _before(locked)
    shown = content.of_snapshot(target.content)
    entry = Entry(shown, locked.popularity, locked.first_published_at or now)
    if _slugs_taken({title.pk: shown}):
        raise Conflict(
            "Another published title has taken the slug of that snapshot.",
            code="slug_taken",
        )
    published_rows.write({title.pk: entry})
    Title.objects.filter(pk=title.pk).update(
        live_snapshot=target, status=Status.PUBLISHED, published_at=now
    )
    title.refresh_from_db()
    return target


def refresh(title_pks: Iterable[int], *, now: datetime, batch: int = BATCH) -> int:
    """Make the published rows anew from what is live; returns how many titles.

    For changes that are no edit: video became ready, popularity was counted, a language
    was added to the service.
    """
    count = 0
    for pks in batches(title_pks, batch):
        count += _refresh_batch(pks, now)
    return count


@transaction.atomic
def _refresh_batch(title_pks: Sequence[int], now: datetime) -> int:
    titles = _locked(title_pks)
    snapshots = Snapshot.objects.in_bulk(
        [one.live_snapshot_id for one in titles.values() if one.live_snapshot_id]
    )
    entries = {
        snapshot.title_id: Entry(
            content.of_snapshot(snapshot.content),
            titles[snapshot.title_id].popularity,
            titles[snapshot.title_id].first_published_at or now,
        )
        for snapshot in snapshots.values()
    }
    if entries:
        published_rows.write(entries)
    return len(entries)


def _locked(title_pks: Sequence[int]) -> dict[int, Title]:
    """The titles, locked in one order so that two batches cannot wait for each other."""
    rows = (
        Title.objects.filter(pk__in=among(title_pks)).order_by("pk").select_for_update()
    )
    return {title.pk: title for title in rows}


def _judge(
    titles: Mapping[int, Title], contents: Mapping[int, Content]
) -> list[Outcome]:
    taken = _slugs_taken(contents)
    required = attributes.required(sorted({one["kind"] for one in contents.values()}))
    outcomes = []
    for pk, title in titles.items():
        findings = validation.check(
            contents[pk],
            archived=title.status == Status.ARCHIVED,
            slug_taken=pk in taken,
            required=required[contents[pk]["kind"]],
        )
        outcomes.append(Outcome(pk, not validation.blocking(findings), findings))
    return outcomes


def _slugs_taken(contents: Mapping[int, Content]) -> set[int]:
    """Those titles whose slug devices know as another title's."""
    slugs = {one["slug"]: pk for pk, one in contents.items()}
    shown = PublishedTitle.objects.filter(
        slug__in=slugs, language=languages.default_language()
    ).values_list("slug", "title_id")
    return {slugs[slug] for slug, owner in shown if owner != slugs[slug]}


def _keep(
    contents: Mapping[int, Content],
    outcomes: Mapping[int, Outcome],
    *,
    by: User | None,
    now: datetime,
) -> None:
    """A snapshot of each title that differs from the latest one of it."""
    latest = {
        title: (number, fingerprint)
        for title, number, fingerprint in Snapshot.objects.filter(
            title__in=among(list(contents))
        )
        .order_by("title_id", "-number")
        .distinct("title_id")
        .values_list("title_id", "number", "fingerprint")
    }
    rows = []
    author = by.pk if by else None
    for pk, one in contents.items():
        number, before = latest.get(pk, (0, ""))
        raw = orjson.dumps(one, option=orjson.OPT_SORT_KEYS)
        fingerprint = hashlib.blake2b(raw, digest_size=16).hexdigest()
        if fingerprint != before:
            findings = text([each.as_dict() for each in outcomes[pk].findings])
            row = (pk, number + 1, raw.decode(), fingerprint, findings, now, author)
            rows.append(row)
    copy_into(Snapshot, _SNAPSHOT_FIELDS, rows)


def _mark_published(title_pks: Sequence[int], now: datetime) -> None:
    latest = Snapshot.objects.filter(title=OuterRef("pk")).order_by("-number")
    Title.objects.filter(pk__in=among(title_pks)).update(
        live_snapshot=Subquery(latest.values("pk")[:1]),
        status=Status.PUBLISHED,
        published_at=now,
        first_published_at=Coalesce(F("first_published_at"), now),
        publish_at=None,
    )


def _before(title: Title) -> Snapshot:
    live = title.live_snapshot
    if live is None:
        raise Conflict("The title is not published.", code="not_published")
    earlier = title.snapshots.filter(number__lt=live.number)
    found = earlier.order_by("-number").first()
    if found is None:
        raise Conflict(
            "There is no snapshot before the one that is shown.",
            code="nothing_to_roll_back",
        )
    return found
