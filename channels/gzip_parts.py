"""One gzip file out of parts that were deflated apart: nothing is packed twice.

Players unpack the first member of a gzip file and stop, so members cannot be strung
together. Deflated parts can: each ends on a whole byte and refers to nothing before it.
What is missing is the checksum of the whole, which follows from those of the parts by the
arithmetic of CRC-32 (polynomials over GF(2), as in zlib's ``crc32_combine``).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final

HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_END: Final = b"\x03\x00"
"""An empty last block."""
_RAW: Final = -15
_LEVEL: Final = 6
_POLYNOMIAL: Final = 0xEDB88320
_ONE: Final = 1 << 31


@dataclass(frozen=True, slots=True)
class Part:
    """Some bytes, deflated; ``carry`` moves a checksum over as many bytes."""

    packed: bytes
    size: int
    checksum: int
    carry: int

    @classmethod
    def of(cls, text: bytes) -> Part:
        """Pack ``text``."""
        packer = zlib.compressobj(_LEVEL, wbits=_RAW)
        packed = packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)
        return cls(packed, len(text), zlib.crc32(text), _carry(len(text)))


class Trailer:
    """Follows the parts as they are written, and ends the file."""

    def __init__(self) -> None:
        self._checksum = 0
        self._size = 0

    def add(self, part: Part) -> bytes:
        """The bytes of the next part."""
        self._checksum = _product(part.carry, self._checksum) ^ part.checksum
        self._size += part.size
        return part.packed

    def end(self) -> bytes:
        """What comes after the last part."""
        numbers = (self._checksum, self._size & 0xFFFFFFFF)
        return _END + b"".join(number.to_bytes(4, "little") for number in numbers)


def _product(left: int, right: int) -> int:
    """Of two polynomials, modulo that of CRC-32; the highest bit is the constant."""
    product = 0
    while left:
        if left & _ONE:
            product ^= right
        left = left << 1 & 0xFFFFFFFF
        right = right >> 1 ^ (_POLYNOMIAL if right & 1 else 0)
    return product


def _carry(size: int) -> int:
    """x to the power of ``8 * size``."""
    power, carry = _ONE >> 8, _ONE
    while size:
        if size & 1:
            carry = _product(power, carry)
        power, size = _product(power, power), size >> 1
    return carry
