"""Entries survive the way to Redis and back; anything else is a miss."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from streamapi.responsecache.entries import (
    Entry,
    EntryUnreadable,
    Lifetime,
    compressed,
    dumps,
    etag_of,
    loads,
)
from tests.streamapi.responsecache.site import Backstage
from tests.streamapi.responsecache.workers import Worker

ENTRY = Entry(
    key="language=en /v1/titles?",
    status=200,
    headers=(("Content-Type", "application/json"), ("X-Variant", "")),
    etag="abc",
    tags=frozenset({"titles", "title:1"}),
    lifetime=Lifetime(fresh_s=1.5, client_s=2, revalidate_s=3, error_s=4),
    bodies=(b"{}", b"zipped", b""),
)


def fields(entry: Entry) -> tuple:
    return (
        entry.key,
        entry.status,
        entry.headers,
        entry.etag,
        entry.tags,
        entry.lifetime,
        entry.bodies,
    )


class TestFormat:
    @pytest.mark.parametrize(
        "entry",
        [
            ENTRY,
            replace(ENTRY, headers=(), tags=frozenset(), bodies=(b"", b"", b"")),
            replace(ENTRY, lifetime=replace(ENTRY.lifetime, boundary_s=0.0)),
            replace(ENTRY, key="language=de /v1/caf\u00e9?"),
        ],
    )
    def test_gives_back_what_was_put_in(self, entry: Entry) -> None:
        assert fields(loads(dumps(entry), entry.key)) == fields(entry)

    def test_refuses_the_entry_of_another_key(self) -> None:
        with pytest.raises(EntryUnreadable, match="another key"):
            loads(dumps(ENTRY), "language=de /v1/titles?")

    @given(st.binary(max_size=300))
    def test_refuses_garbage(self, raw: bytes) -> None:
        with pytest.raises(EntryUnreadable):
            loads(raw, ENTRY.key)

    @given(st.data())
    def test_refuses_damage_anywhere(self, data: st.DataObject) -> None:
        raw = bytearray(dumps(ENTRY))
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] ^= data.draw(st.integers(1, 255))
        with pytest.raises(EntryUnreadable):
            loads(bytes(raw), ENTRY.key)

    @given(st.integers(0, 100))
    def test_refuses_what_was_cut_off(self, length: int) -> None:
        with pytest.raises(EntryUnreadable):
            loads(dumps(ENTRY)[:length], ENTRY.key)


class TestEncodings:
    def test_are_kept_where_they_are_smaller(self) -> None:
        body = b"some words, " * 100
        identity, zipped, shrunk = compressed(
            replace(ENTRY, bodies=(body, b"", b""))
        ).bodies
        assert identity == gzip.decompress(zipped) == brotli.decompress(shrunk) == body
        assert max(len(zipped), len(shrunk)) < len(body)

    def test_are_dropped_where_they_are_not(self) -> None:
        noise = b"".join(etag_of(bytes([n])).encode()[:7] for n in range(40))
        tight = compressed(replace(ENTRY, bodies=(gzip.compress(noise), b"", b"")))
        assert tight.bodies[1] == b""


class TestGarbageInRedis:
    @pytest.mark.parametrize("kind", ["entry", "field", "type", "marks"])
    def test_is_a_miss_and_is_replaced(
        self,
        make_worker: Callable[..., Worker],
        backstage: Backstage,
        client_of_redis: Redis,
        namespace: str,
        kind: str,
    ) -> None:
        make_worker().get()
        for key in client_of_redis.scan_iter(match=f"{namespace}:e:*"):
            if kind == "entry":
                client_of_redis.hset(key, "entry", b"\x80\x04garbage")
            elif kind == "field":
                client_of_redis.hset(key, "fresh_us", b"soon")
            elif kind == "type":
                client_of_redis.set(key, b"\x80\x04garbage")
            else:
                client_of_redis.set(f"{namespace}:marks", b"garbage")
        reply = make_worker().get()
        assert (reply.status, reply.cache) == (200, "MISS")
        other = make_worker()
        assert other.get().cache == "HIT"
        assert other.cache.stats.redis_hits == 1
        assert backstage.asked == 2
