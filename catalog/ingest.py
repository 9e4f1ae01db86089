"""Documents of many records that programs send, done in the background.

A document is known by its key: the same one sent again is the same document. Each batch of
records is written, published where that was asked for, and reported in one transaction.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts.models import User
from catalog import publishing
from catalog.bulk import batches
from catalog.importing.errors import RecordInvalid
from catalog.importing.intake import Intake, Result
from catalog.importing.readers import Item, item
from catalog.importing.writing import Verdict
from catalog.models import IngestDocument, IngestResult
from streamapi.errors import LimitReached, Unprocessable

BATCH: Final = 250
MAX_ITEMS: Final = 2000
MAX_OPEN: Final = 20
State = IngestDocument.State
_OPEN: Final = (State.QUEUED, State.RUNNING)


@dataclass(frozen=True, slots=True)
class Order:
    """What was sent: the records, and what to do with them."""

    key: str
    items: Sequence[Any]
    publish: bool = False
    dry_run: bool = False


class KeyReused(Unprocessable):
    """The key belongs to a document with other content."""

    code = "key_reused"
    title = "This key was used for another document"


def submit(
    order: Order, *, by: User, now: datetime, enqueue: Callable[[int], Any]
) -> IngestDocument:
    """Keep the document and queue it; one that is known is returned as it stands.

    ``enqueue`` is told the primary key once the document is committed.
    """
    raw = json.dumps(
        [order.publish, order.dry_run, order.items], separators=(",", ":")
    ).encode()
    fingerprint = hashlib.blake2b(raw, digest_size=16).hexdigest()
    known = IngestDocument.objects.filter(sent_by=by, key=order.key).first()
    if known is None:
        known = _create(order, raw, fingerprint, by=by, now=now, enqueue=enqueue)
    if known.fingerprint != fingerprint:
        raise KeyReused(pointer="/key")
    return known


def _create(
    order: Order,
    raw: bytes,
    fingerprint: str,
    *,
    by: User,
    now: datetime,
    enqueue: Callable[[int], Any],
) -> IngestDocument:
    if IngestDocument.objects.filter(sent_by=by, state__in=_OPEN).count() >= MAX_OPEN:
        raise LimitReached(
            f"{MAX_OPEN} documents are waiting; let them be done first.",
            code="too_many_open",
            retry_after_s=30,
        )
    try:
        with transaction.atomic():
            document = IngestDocument.objects.create(
                key=order.key,
                fingerprint=fingerprint,
                sent_by=by,
                publish=order.publish,
                dry_run=order.dry_run,
                payload=zlib.compress(raw),
                total=len(order.items),
                created_at=now,
            )
            transaction.on_commit(partial(enqueue, document.pk))
    except IntegrityError:  # the same key, at the same moment
        return IngestDocument.objects.get(sent_by=by, key=order.key)
    return document


def run(document_pk: int, *, clock: Callable[[], datetime]) -> None:
    """Do what is left of a document, batch by batch."""
    document = IngestDocument.objects.select_related("sent_by").get(pk=document_pk)
    if document.state not in _OPEN:
        return
    IngestDocument.objects.filter(pk=document_pk).update(
        state=State.RUNNING, started_at=document.started_at or clock()
    )
    try:
        _records(document, clock)
    except Exception:  # whatever it was, the sender learns of it; the worker logs it
        _finish(document, State.FAILED, clock())
        raise
    _finish(document, State.DONE, clock())


def _records(document: IngestDocument, clock: Callable[[], datetime]) -> None:
    *_, records = json.loads(zlib.decompress(document.payload))
    items = (item(position, raw) for position, raw in enumerate(records, 1))
    intake = Intake(lambda one: one.raw, now=clock())
    for batch in batches(items, BATCH):
        _batch(document, intake, batch, clock())


@transaction.atomic
def _batch(
    document: IngestDocument, intake: Intake, items: Sequence[Item], now: datetime
) -> None:
    locked = IngestDocument.objects.select_for_update().get(pk=document.pk)
    begin = transaction.savepoint()
    results = intake.take(items, after=locked.position)
    shown = _publish(results, document, now) if document.publish else {}
    if document.dry_run:
        transaction.savepoint_rollback(begin)
    IngestResult.objects.bulk_create(
        [_row(document, result, shown) for result in results]
    )
    locked.position = max(locked.position, items[-1].position)
    locked.save(update_fields=["position"])


def _publish(
    results: Sequence[Result], document: IngestDocument, now: datetime
) -> dict[int, publishing.Outcome]:
    """Show what came in; what was unchanged is left as devices know it."""
    pks = [
        one.title_pk
        for one in results
        if one.title_pk is not None and one.verdict is not Verdict.UNCHANGED
    ]
    outcomes = publishing.publish_batch(pks, by=document.sent_by, now=now)
    return {outcome.title_pk: outcome for outcome in outcomes}


def _row(
    document: IngestDocument, result: Result, shown: dict[int, publishing.Outcome]
) -> IngestResult:
    outcome = shown.get(result.title_pk or 0)
    created = document.dry_run and result.verdict is Verdict.CREATED
    return IngestResult(
        document=document,
        position=result.position,
        outcome=result.verdict,
        title_id="" if created else result.title_id or "",
        published=None if outcome is None else outcome.published,
        errors=_errors(result.error, outcome),
    )


def _errors(
    error: RecordInvalid | None, outcome: publishing.Outcome | None
) -> list[dict[str, str]]:
    found = []
    if error is not None:
        found.append((error.code, error.pointer or "", error.detail))
    if outcome is not None and not outcome.published:
        refused = publishing.PublishRefused(outcome.findings).extra["errors"]
        found += [(one["code"], one["pointer"], one["detail"]) for one in refused]
    return [
        {"code": code, "pointer": _storable(pointer), "detail": _storable(detail)}
        for code, pointer, detail in found
    ]


def _storable(text: str) -> str:
    """Names of unknown fields are a stranger's; the database keeps no NUL."""
    return (
        text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
        .encode(errors="replace")
        .decode()
    )


def _finish(document: IngestDocument, state: str, now: datetime) -> None:
    IngestDocument.objects.filter(pk=document.pk).update(
        state=state, finished_at=now, payload=b""
    )
