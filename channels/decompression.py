"""Feeds arrive plain, as gzip or as xz; bombs and archives are refused while reading."""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final, Protocol

from streamapi.errors import InvalidInput

_CHUNK: Final = 64 * 1024
_XZ_MEMORY: Final = 128 * 1024 * 1024
_RATIO_FROM: Final = 1024 * 1024
_GZIP: Final = b"\x1f\x8b"
_XZ: Final = b"\xfd7zXZ\0"
_REFUSED: Final = (b"PK\x03\x04", b"BZh", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd")


class FeedTooLarge(InvalidInput):
    """The feed is larger than is read, or grows too much when it is unpacked."""

    code = "feed_too_large"
    title = "The feed is too large"


class FeedUnreadable(InvalidInput):
    """The packing of the feed is broken or not one that is read."""

    code = "feed_unreadable"
    title = "The feed cannot be unpacked"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read: packed, unpacked, and the ratio between them after 1 MiB."""

    packed: int
    unpacked: int
    ratio: int = 100


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class FeedReader:
    """``read(size)`` of what a packed or plain file holds, within limits."""

    def __init__(self, raw: IO[bytes], limits: Limits) -> None:
        self._raw = raw
        self._limits = limits
        self.packed = 0
        self.unpacked = 0
        self._chunks = self._unpack()
        self._rest = b""

    def read(self, size: int = _CHUNK) -> bytes:
        """At most ``size`` bytes; empty at the end."""
        if not self._rest:
            self._rest = next(self._chunks, b"")
        result, self._rest = self._rest[:size], self._rest[size:]
        return result

    def _more(self) -> bytes:
        data = self._raw.read(_CHUNK)
        self.packed += len(data)
        if self.packed > self._limits.packed:
            raise FeedTooLarge(f"More than {self._limits.packed} bytes.")
        return data

    def _count(self, data: bytes) -> bytes:
        self.unpacked += len(data)
        too_much = self.unpacked > self._limits.unpacked
        bomb = self.unpacked > max(_RATIO_FROM, self.packed * self._limits.ratio)
        if too_much or bomb:
            raise FeedTooLarge(
                f"{self.packed} bytes unpack to more than {self.unpacked}.",
                code="decompression_bomb" if bomb else None,
            )
        return data

    def _unpack(self) -> Iterator[bytes]:
        head = self._more()
        if head.startswith(_REFUSED):
            raise FeedUnreadable("Only plain, gzip and xz files are read.")
        if head.startswith((_GZIP, _XZ)):
            yield from self._members(head, is_gzip=head.startswith(_GZIP))
            return
        while head:
            yield self._count(head)
            head = self._more()

    def _members(self, data: bytes, *, is_gzip: bool) -> Iterator[bytes]:
        """Files may be put together from several members; each is unpacked in turn."""
        while data:
            member = _member(is_gzip=is_gzip)
            yield from self._member(member, data)
            data = member.unused_data.lstrip(b"\0") or self._more()
            if data and not data.startswith(_GZIP if is_gzip else _XZ):
                raise FeedUnreadable("Something follows the packed data.")

    def _member(self, member: _Decompressor, data: bytes) -> Iterator[bytes]:
        try:
            while not member.eof:
                unpacked = member.decompress(data, _CHUNK)
                if unpacked:
                    yield self._count(unpacked)
                data = self._pending(member)
                if not data and not unpacked and not member.eof:
                    data = self._more()
                    if not data:
                        raise FeedUnreadable("The file ends in the middle.")
        except (zlib.error, lzma.LZMAError) as error:
            raise FeedUnreadable(str(error)) from error

    @staticmethod
    def _pending(member: _Decompressor) -> bytes:
        """zlib hands back input that it has not read; lzma keeps it itself."""
        tail: bytes = getattr(member, "unconsumed_tail", b"")
        return tail


def _member(*, is_gzip: bool) -> _Decompressor:
    if is_gzip:
        return zlib.decompressobj(wbits=31)
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
