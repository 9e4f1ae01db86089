"""A command that is sent again, because its answer was lost, is not carried out again.

The answer is kept in the transaction of the command itself: there is no moment at which
one is stored and the other is not. Nothing kept can be read without the client's key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from accounts.models import KeptAnswer
from streamapi import sealing
from streamapi.errors import Conflict, Unprocessable

LIFE: Final = timedelta(hours=24)
_PURPOSE: Final = "kept answer"


class InUse(Conflict):
    """The first command with this key has not been answered yet."""

    code = "idempotency_key_in_use"
    title = "The first request with this Idempotency-Key is still being answered"


class KeyReused(Unprocessable):
    """A key stands for one intention: another body needs another key."""

    code = "idempotency_key_reused"
    title = "This Idempotency-Key was used for another request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Who wants what done, and the key by which it is known again."""

    subject: str
    name: str
    key: str
    payload: bytes

    @property
    def key_hash(self) -> str:
        """What is stored of the key."""
        return hashlib.sha256(self.key.encode()).hexdigest()

    @property
    def fingerprint(self) -> str:
        """The same for the same body; says nothing of a password in it."""
        salt = f"accounts.repeats.{self.key}"
        return salted_hmac(salt, self.payload, algorithm="sha256").hexdigest()

    @property
    def lock(self) -> int:
        """A number for PostgreSQL's advisory locks."""
        text = f"{self.subject} {self.name} {self.key}".encode()
        digest = hashlib.blake2b(text, digest_size=8).digest()
        return int.from_bytes(digest, signed=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client is told; ``is_repeated`` when it was told before."""

    status: int
    body: bytes
    is_repeated: bool = False


def once(command: Command, work: Callable[[], Answer], *, now: datetime) -> Answer:
    """The answer of ``work``, or the one that it gave the first time.

    What ``work`` raises is not kept: the same key may be tried again.
    """
    with transaction.atomic():
        _claim(command)
        kept = _kept(command, now)
        if kept is not None:
            return kept
        answer = work()
        _keep(command, answer, now)
        return answer


def _claim(command: Command) -> None:
    """One at a time; the lock is gone with the transaction, however it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [command.lock])
        (is_first,) = cursor.fetchone()
    if not is_first:
        raise InUse(retry_after_s=1)


def _kept(command: Command, now: datetime) -> Answer | None:
    row = KeptAnswer.objects.filter(
        subject=command.subject,
        command=command.name,
        key_hash=command.key_hash,
        created_at__gt=now - LIFE,
    ).first()
    if row is None:
        return None
    body = sealing.unseal(bytes(row.body), command.key, purpose=_PURPOSE)
    if row.fingerprint != command.fingerprint or body is None:
        raise KeyReused
    return Answer(row.status, body, is_repeated=True)


def _keep(command: Command, answer: Answer, now: datetime) -> None:
    """Whoever keeps an answer also throws away what they kept too long ago."""
    mine = KeptAnswer.objects.filter(subject=command.subject)
    mine.filter(created_at__lte=now - LIFE).delete()
    KeptAnswer.objects.create(
        subject=command.subject,
        command=command.name,
        key_hash=command.key_hash,
        fingerprint=command.fingerprint,
        status=answer.status,
        body=sealing.seal(answer.body, command.key, purpose=_PURPOSE),
        created_at=now,
    )
