"""Brings the file of a source here, and tells whether it is the one known already."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

from channels.decompression import FeedReader, Limits
from channels.fetching import Fetched, FetchRules, fetch
from channels.models import EpgSource
from streamapi.errors import NotFound


class FeedMissing(NotFound):
    """There is no file where the source says."""

    code = "feed_missing"
    title = "There is no such feed"


@dataclass(slots=True)
class Feed:
    """A feed that is here: its bytes, and what they are recognised by."""

    file: IO[bytes]
    digest: str
    etag: str = ""
    last_modified: str = ""

    def reader(self) -> FeedReader:
        """What the file holds, unpacked within limits."""
        self.file.seek(0)
        limits = Limits(settings.EPG_MAX_PACKED_BYTES, settings.EPG_MAX_UNPACKED_BYTES)
        return FeedReader(self.file, limits)


@contextmanager
def obtain(source: EpgSource, *, conditional: bool) -> Iterator[Feed | None]:
    """The feed of a source; ``None`` when its server says that it has not changed."""
    if source.location.startswith(("https://", "http://")):
        with tempfile.TemporaryFile() as file:
            fetched = _fetch(source, file, conditional=conditional)
            if not fetched.changed:
                yield None
                return
            yield Feed(file, _digest(file), fetched.etag, fetched.last_modified)
        return
    path = Path(source.location)
    if not path.is_file():
        raise FeedMissing(f"{path} is not a file.")
    with path.open("rb") as file:
        yield Feed(file, _digest(file))


def _fetch(source: EpgSource, file: IO[bytes], *, conditional: bool) -> Fetched:
    rules = FetchRules(
        max_bytes=settings.EPG_MAX_PACKED_BYTES,
        total_s=settings.EPG_FETCH_TIMEOUT_S,
        allow_private=source.allow_private_addresses,
    )
    if not conditional:
        return fetch(source.location, file, rules)
    known = {"etag": source.etag, "last_modified": source.last_modified}
    return fetch(source.location, file, rules, **known)


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(1024 * 1024):
        digest.update(chunk)
    return digest.hexdigest()
