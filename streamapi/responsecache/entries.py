"""A finished response: what a hit needs, and the bytes it is kept as in Redis.

The format is our own, versioned and checked; it is never a pickle, so that whoever can
write to Redis can at worst cause a miss.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final

import brotli

_MAGIC: Final = b"SRE2"
_FIXED: Final = struct.Struct(">4sHfIIIf")
_LENGTHS: Final = struct.Struct(">7I")
_CHECKSUM: Final = struct.Struct(">I")
_NO_BOUNDARY: Final = -1.0
_WORTH_COMPRESSING: Final = 200
_OVERHEAD: Final = 2048
"""What an entry costs in memory beside its bytes: objects, index, rendered heads."""

KEPT_STATUSES: Final = frozenset({200, 301, 308})
IDENTITY: Final = 0
GZIP: Final = 1
BR: Final = 2
CONTENT_CODINGS: Final = ("", "gzip", "br")
_ETAG_SUFFIXES: Final = ("", "-g", "-b")


class EntryUnreadable(ValueError):
    """The bytes are not an entry of this version: treat them as a miss."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long an answer may be used, in seconds since it was made."""

    fresh_s: float
    client_s: int
    revalidate_s: int
    error_s: int
    boundary_s: float | None = None
    """When time alone changes the answer; it is never held to be current beyond this."""

    @property
    def usable_s(self) -> float:
        """How long it may be served at all while it is being rebuilt."""
        usable = self.fresh_s + self.revalidate_s
        return usable if self.boundary_s is None else min(usable, self.boundary_s)

    @property
    def kept_s(self) -> float:
        """How long it is kept: the last resort when a rebuild fails."""
        return self.fresh_s + max(self.revalidate_s, self.error_s)


@dataclass(slots=True, eq=False)
class Entry:
    """One answer, finished in up to three encodings."""

    key: str
    status: int
    headers: tuple[tuple[str, str], ...]
    etag: str
    tags: frozenset[str]
    lifetime: Lifetime
    bodies: tuple[bytes, bytes, bytes]
    """Identity, gzip, br; an empty one beyond the first is not (yet) there."""

    born: float = 0.0
    """When it was made, on this process's monotonic clock."""
    checked_at: float = 0.0
    """When it was last known to be current: built here or validated in Redis."""
    ask_again_at: float = 0.0
    """No background refresh before this: another worker is at it."""
    failed_until: float = 0.0
    """A rebuild has just failed: serve this without another attempt until then."""
    rendered: dict[int, tuple[int, Any]] = field(default_factory=dict)
    """Heads by kind of request, each with the second of its age it is good for."""

    @property
    def fresh_until(self) -> float:
        return self.born + self.lifetime.fresh_s

    @property
    def usable_until(self) -> float:
        return self.born + self.lifetime.usable_s

    @property
    def kept_until(self) -> float:
        return self.born + self.lifetime.kept_s

    @property
    def weight(self) -> int:
        """What it costs in memory, in bytes."""
        text = sum(len(name) + len(value) for name, value in self.headers)
        tags = sum(map(len, self.tags))
        return sum(map(len, self.bodies)) + len(self.key) + text + tags + _OVERHEAD

    def coding(self, accepted: int) -> int:
        """The best encoding there is among those accepted, a set of bits."""
        if accepted & 4 and self.bodies[BR]:
            return BR
        if accepted & 2 and self.bodies[GZIP]:
            return GZIP
        return IDENTITY

    def etag_for(self, coding: int) -> str:
        """A strong validator: each encoding has its own."""
        return f'"{self.etag}{_ETAG_SUFFIXES[coding]}"'

    def matches(self, if_none_match: str) -> bool:
        """Weak comparison with If-None-Match; any encoding of this answer matches."""
        return self.etag in if_none_match or if_none_match.strip() == "*"


def etag_of(body: bytes) -> str:
    """120 bits that name these bytes and no others."""
    return urlsafe_b64encode(sha256(body).digest()[:15]).decode()


def compressed(entry: Entry) -> Entry:
    """The entry with its gzip and br bodies, where they are smaller."""
    body = entry.bodies[IDENTITY]
    if len(body) < _WORTH_COMPRESSING:
        return entry
    zipped = gzip.compress(body, 6, mtime=0)
    shrunk = brotli.compress(body, mode=brotli.MODE_TEXT, quality=5)
    bodies = (body, _if_smaller(zipped, body), _if_smaller(shrunk, body))
    return replace(entry, bodies=bodies, rendered={})


def _if_smaller(candidate: bytes, body: bytes) -> bytes:
    return candidate if len(candidate) < len(body) else b""


def dumps(entry: Entry) -> bytes:
    """The entry as bytes for Redis."""
    life = entry.lifetime
    parts = (
        entry.key.encode(),
        entry.etag.encode(),
        "\n".join(sorted(entry.tags)).encode(),
        "\n".join(f"{name}\n{value}" for name, value in entry.headers).encode(
            "latin-1"
        ),
        *entry.bodies,
    )
    boundary = _NO_BOUNDARY if life.boundary_s is None else life.boundary_s
    payload = b"".join(
        (
            _FIXED.pack(
                _MAGIC,
                entry.status,
                life.fresh_s,
                life.client_s,
                life.revalidate_s,
                life.error_s,
                boundary,
            ),
            _LENGTHS.pack(*map(len, parts)),
            *parts,
        )
    )
    return payload + _CHECKSUM.pack(zlib.crc32(payload))


def loads(raw: bytes, key: str) -> Entry:
    """The entry kept under ``key``; raises :class:`EntryUnreadable` for anything else."""
    try:
        entry = _parse(raw)
    except (struct.error, ValueError) as error:
        raise EntryUnreadable(str(error)) from error
    if entry.key != key:
        raise EntryUnreadable("the entry is that of another key")
    return entry


def _parse(raw: bytes) -> Entry:
    magic, status, fresh, client, revalidate, error_s, boundary = _FIXED.unpack_from(
        raw
    )
    if magic != _MAGIC:
        raise ValueError("not an entry of this version")
    (checksum,) = _CHECKSUM.unpack_from(raw, len(raw) - _CHECKSUM.size)
    if zlib.crc32(memoryview(raw)[: -_CHECKSUM.size]) != checksum:
        raise ValueError("damaged")
    parts, at = [], _FIXED.size + _LENGTHS.size
    for length in _LENGTHS.unpack_from(raw, _FIXED.size):
        parts.append(raw[at : at + length])
        at += length
    if at + _CHECKSUM.size != len(raw):
        raise ValueError("lengths do not add up")
    key, etag, tags, headers, identity, zipped, shrunk = parts
    lines = headers.decode("latin-1").split("\n") if headers else []
    return Entry(
        key=key.decode(),
        status=status,
        headers=tuple(zip(lines[::2], lines[1::2], strict=True)),
        etag=etag.decode(),
        tags=frozenset(tags.decode().split("\n")) if tags else frozenset(),
        lifetime=Lifetime(
            fresh_s=fresh,
            client_s=client,
            revalidate_s=revalidate,
            error_s=error_s,
            boundary_s=None if boundary == _NO_BOUNDARY else boundary,
        ),
        bodies=(identity, zipped, shrunk),
    )
