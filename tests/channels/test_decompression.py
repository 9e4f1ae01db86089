"""Packed feeds, and packed bombs."""

import gzip
import io
import lzma
import random

import pytest

from channels.decompression import FeedReader, FeedTooLarge, FeedUnreadable, Limits

MEGABYTE = 1024 * 1024
LIMITS = Limits(packed=4 * MEGABYTE, unpacked=8 * MEGABYTE)
TEXT = b"<tv>" + random.Random(1).randbytes(300_000) + b"</tv>"


def unpack(raw, limits=LIMITS, size=10_000):
    reader = FeedReader(io.BytesIO(raw), limits)
    parts = iter(lambda: reader.read(size), b"")
    return b"".join(parts)


@pytest.mark.parametrize(
    "raw",
    [
        TEXT,
        gzip.compress(TEXT),
        lzma.compress(TEXT),
        gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]),
        lzma.compress(TEXT[:1000]) + lzma.compress(TEXT[1000:]),
        gzip.compress(TEXT) + b"\0" * 512,
    ],
    ids=["plain", "gzip", "xz", "gzip members", "xz members", "padded"],
)
def test_what_was_packed_comes_out(raw):
    assert unpack(raw) == TEXT


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_a_bomb_is_refused_long_before_it_is_unpacked(pack):
    reader = FeedReader(io.BytesIO(pack(bytes(64 * MEGABYTE))), LIMITS)
    with pytest.raises(FeedTooLarge) as caught:
        all(iter(lambda: reader.read(65536), b""))
    assert caught.value.code == "decompression_bomb"
    assert reader.unpacked < 8 * MEGABYTE


def test_more_than_is_read_is_refused_packed_and_plain():
    noise = random.Random(2).randbytes(2 * MEGABYTE)
    with pytest.raises(FeedTooLarge):
        unpack(noise, Limits(packed=MEGABYTE, unpacked=8 * MEGABYTE))
    with pytest.raises(FeedTooLarge):
        unpack(gzip.compress(noise), Limits(packed=8 * MEGABYTE, unpacked=MEGABYTE))


@pytest.mark.parametrize(
    "raw",
    [
        gzip.compress(TEXT)[:-50],
        gzip.compress(TEXT)[:500],
        lzma.compress(TEXT)[:-50],
        gzip.compress(TEXT)[:200] + b"\xff" * 200,
        gzip.compress(TEXT) + b"more",
        lzma.compress(TEXT) + gzip.compress(TEXT),
        b"PK\x03\x04 a zip",
        b"BZh9 a bzip2",
    ],
    ids=range(8),
)
def test_what_cannot_be_unpacked_is_refused(raw):
    with pytest.raises(FeedUnreadable):
        unpack(raw)


def test_an_empty_file_is_empty():
    assert unpack(b"") == b""
