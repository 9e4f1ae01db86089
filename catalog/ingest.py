"""Work on many titles at once, done in the background and reported one by one.

Programs send documents of records, editors upload files and publish what they selected.
Each batch is written, published where that was asked for, and reported in one
transaction; a worker that was stopped goes on behind the last whole batch.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts.models import User
from catalog import publishing
from catalog.bulk import batches
from catalog.importing import layouts, readers, records
from catalog.importing.errors import RecordInvalid
from catalog.importing.intake import Intake, Result, in_batches
from catalog.importing.readers import Item
from catalog.importing.writing import Verdict
from catalog.models import IngestDocument, IngestResult, Title
from streamapi.errors import DomainError, LimitReached, Unprocessable
from streamapi.ids import new_id

BATCH: Final = 250
MAX_ITEMS: Final = 2000
MAX_OPEN: Final = 20
MAX_FILE_BYTES: Final = 8 * 1024 * 1024
State = IngestDocument.State
Kind = IngestDocument.Kind
Enqueue = Callable[[int], Any]
"""Told the primary key of a document once that is committed."""
_OPEN: Final = (State.QUEUED, State.RUNNING)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done; ``payload`` is what ``kind`` says, ``total`` if it is known."""

    payload: bytes
    kind: str = Kind.RECORDS
    key: str = field(default_factory=lambda: new_id("bj"))
    total: int = 0
    name: str = ""
    mapping: str = ""
    publish: bool = False
    dry_run: bool = False

    def fingerprint(self) -> str:
        """Equal for equal orders."""
        flags = f"{self.kind}{self.publish}{self.dry_run}".encode()
        return hashlib.blake2b(flags + self.payload, digest_size=16).hexdigest()


class KeyReused(Unprocessable):
    """The key belongs to a document with other content."""

    code = "key_reused"
    title = "This key was used for another document"


def of_records(
    key: str, items: Sequence[Any], *, publish: bool, dry_run: bool
) -> Order:
    """Records that a program sent."""
    raw = json.dumps(items, separators=(",", ":")).encode()
    return Order(raw, key=key, total=len(items), publish=publish, dry_run=dry_run)


def of_titles(pks: Sequence[int], kind: str) -> Order:
    """Titles to publish, or to take from devices."""
    return Order(json.dumps(list(pks)).encode(), kind=kind, total=len(pks))


def submit(
    order: Order, *, by: User, now: datetime, enqueue: Enqueue
) -> IngestDocument:
    """Keep the order and queue it; one that is known by its key is returned as it is."""
    known = IngestDocument.objects.filter(sent_by=by, key=order.key).first()
    if known is None:
        known = _create(order, by=by, now=now, enqueue=enqueue)
    if known.fingerprint != order.fingerprint():
        raise KeyReused(pointer="/key")
    return known


def _create(
    order: Order, *, by: User, now: datetime, enqueue: Enqueue
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
                fingerprint=order.fingerprint(),
                sent_by=by,
                kind=order.kind,
                name=order.name,
                mapping=order.mapping,
                publish=order.publish,
                dry_run=order.dry_run,
                payload=zlib.compress(order.payload),
                total=order.total,
                created_at=now,
            )
            transaction.on_commit(partial(enqueue, document.pk))
    except IntegrityError:  # the same key, at the same moment
        return IngestDocument.objects.get(sent_by=by, key=order.key)
    return document


def for_real(
    tried: IngestDocument, *, by: User, now: datetime, enqueue: Enqueue
) -> IngestDocument:
    """Import a file that was tried; the same trial is imported once."""
    order = Order(
        zlib.decompress(tried.payload),
        kind=tried.kind,
        key=f"{tried.public_id} for real",
        total=tried.total,
        name=tried.name,
        mapping=tried.mapping,
        publish=tried.publish,
    )
    return submit(order, by=by, now=now, enqueue=enqueue)


def run(document_pk: int, *, clock: Callable[[], datetime]) -> None:
    """Do what is left of a document, batch by batch."""
    document = IngestDocument.objects.select_related("sent_by").get(pk=document_pk)
    if document.state not in _OPEN:
        return
    IngestDocument.objects.filter(pk=document_pk).update(
        state=State.RUNNING, started_at=document.started_at or clock()
    )
    try:
        _WORK[Kind(document.kind)](document, clock)
    except DomainError as error:
        _finish(document, State.FAILED, clock(), error.detail)
    except Exception:  # whatever it was, the sender learns of it; the worker logs it
        _finish(document, State.FAILED, clock(), "Something went wrong on our side.")
        raise
    else:
        _finish(document, State.DONE, clock())


def _records(document: IngestDocument, clock: Callable[[], datetime]) -> None:
    found = json.loads(zlib.decompress(document.payload))
    items = (readers.item(position, raw) for position, raw in enumerate(found, 1))
    intake = Intake(lambda one: one.raw, now=clock())
    for batch in batches(items, BATCH):
        _take(document, intake, batch, clock())


def _file(document: IngestDocument, clock: Callable[[], datetime]) -> None:
    """What can be read of a file; where that ends is the failure of the document."""
    layout = layouts.load(document.mapping) if document.mapping else None

    def translate(item: Item) -> object:
        raw = item.raw or {}
        if layout is not None:
            return layout.apply(raw)
        return records.from_cells(raw) if item.line is not None else raw

    intake = Intake(translate, now=clock())
    with _unpacked(document) as path:
        for batch in in_batches(readers.read(path, lambda _: None), BATCH):
            _take(document, intake, batch, clock())


@contextmanager
def _unpacked(document: IngestDocument) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{Path(document.name).suffix.lower()}"
        path.write_bytes(zlib.decompress(document.payload))
        yield path


@transaction.atomic
def _take(
    document: IngestDocument, intake: Intake, items: Sequence[Item], now: datetime
) -> None:
    locked = _locked(document)
    begin = transaction.savepoint()
    results = intake.take(items, after=locked.position)
    shown = _publish(results, document, now) if document.publish else {}
    if document.dry_run:
        transaction.savepoint_rollback(begin)
    _report(
        locked,
        [_row(document, result, shown) for result in results],
        items[-1].position,
    )


def _titles(document: IngestDocument, clock: Callable[[], datetime]) -> None:
    pks = json.loads(zlib.decompress(document.payload))
    for batch in batches(enumerate(pks, 1), BATCH):
        _show_or_hide(document, batch, clock())


@transaction.atomic
def _show_or_hide(
    document: IngestDocument, batch: Sequence[tuple[int, int]], now: datetime
) -> None:
    locked = _locked(document)
    places = {pk: place for place, pk in batch if place > locked.position}
    titles = Title.objects.in_bulk(list(places))
    if document.kind == Kind.PUBLISH:
        found = publishing.publish_batch(list(titles), by=document.sent_by, now=now)
        rows = [
            IngestResult(
                document=document,
                position=places[one.title_pk],
                outcome="published" if one.published else "refused",
                title_id=titles[one.title_pk].public_id,
                published=one.published,
                errors=_errors(None, one),
            )
            for one in found
        ]
    else:
        rows = [
            _taken(document, titles[pk], place, now)
            for pk, place in places.items()
            if pk in titles
        ]
    _report(locked, rows, batch[-1][0])


def _taken(
    document: IngestDocument, title: Title, place: int, now: datetime
) -> IngestResult:
    errors: list[dict[str, str]] = []
    try:
        publishing.unpublish(title, by=document.sent_by, now=now)
    except DomainError as error:
        errors = [{"code": error.code, "pointer": "", "detail": error.detail}]
    return IngestResult(
        document=document,
        position=place,
        outcome="refused" if errors else "taken",
        title_id=title.public_id,
        published=False,
        errors=errors,
    )


def _locked(document: IngestDocument) -> IngestDocument:
    return IngestDocument.objects.select_for_update().get(pk=document.pk)


def _report(
    locked: IngestDocument, rows: Sequence[IngestResult], position: int
) -> None:
    IngestResult.objects.bulk_create(rows)
    locked.position = max(locked.position, position)
    locked.total = max(locked.total, locked.position)
    locked.save(update_fields=["position", "total"])


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
        line=result.line,
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


def _finish(
    document: IngestDocument, state: str, now: datetime, failure: str = ""
) -> None:
    """A trial of a file keeps it, so that it can be imported for real."""
    trial = document.dry_run and document.kind == Kind.FILE
    kept = {} if trial else {"payload": b""}
    IngestDocument.objects.filter(pk=document.pk).update(
        state=state, finished_at=now, failure=failure, **kept
    )


_WORK: Final = {
    Kind.RECORDS: _records,
    Kind.FILE: _file,
    Kind.PUBLISH: _titles,
    Kind.UNPUBLISH: _titles,
}
