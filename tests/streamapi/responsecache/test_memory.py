"""The memory level stays within its bytes and forgets what was purged."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from streamapi.responsecache.memory import Memory
from tests.streamapi.responsecache.test_entries import ENTRY
from tests.streamapi.responsecache.workers import Clock


def entry(key: str, *tags: str, size: int = 100):
    return replace(ENTRY, key=key, tags=frozenset(tags), bodies=(b"x" * size, b"", b""))


class TestBytes:
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["put", "drop", "purge", "get"]),
                st.integers(0, 15),
                st.integers(0, 9000),
            ),
            max_size=60,
        )
    )
    def test_are_the_exact_sum_and_within_the_bound(self, steps: list) -> None:
        clock = Clock()
        memory = Memory(80_000, clock)
        for what, number, size in steps:
            clock.now += 1
            key = f"k{number}"
            if what == "put":
                memory.put(entry(key, f"t{number % 3}", size=size), known_at=clock.now)
            elif what == "drop":
                memory.drop(key)
            elif what == "purge":
                memory.purge({f"t{number % 3}"})
            else:
                memory.get(key)
            assert memory.bytes == sum(each.weight for each in memory.entries.values())
            assert memory.bytes <= 80_000
            indexed = {key for keys in memory._keys_by_tag.values() for key in keys}
            assert indexed == set(memory.entries)

    def test_an_entry_that_is_too_large_is_not_kept(self) -> None:
        memory = Memory(80_000, Clock())
        memory.put(entry("a"), known_at=1)
        assert not memory.put(entry("a", size=10_001), known_at=1)
        assert memory.get("a") is None


class TestOrder:
    def test_the_least_recently_used_goes_first(self) -> None:
        memory = Memory(entry("a").weight * 8, Clock())
        for name in "abcdefgh":
            memory.put(entry(name), known_at=1)
        memory.get("a")
        memory.put(entry("i"), known_at=1)
        assert memory.get("b") is None
        assert memory.get("a") is not None
        assert memory.evicted == 1


class TestPurge:
    def test_drops_what_carries_a_tag_and_nothing_else(self) -> None:
        memory = Memory(100_000, Clock())
        memory.put(entry("a", "x", "y"), known_at=1)
        memory.put(entry("b", "y"), known_at=1)
        memory.put(entry("c", "z"), known_at=1)
        assert memory.purge({"x", "y"}) == 2
        assert set(memory.entries) == {"c"}

    def test_keeps_out_what_was_begun_before(self) -> None:
        clock = Clock()
        memory = Memory(100_000, clock)
        began = clock.now
        clock.now += 1
        memory.purge({"x"})
        assert not memory.put(entry("a", "x"), known_at=began)
        assert memory.put(entry("b", "y"), known_at=began)
        assert memory.put(entry("a", "x"), known_at=clock.now + 1)

    def test_remembers_no_more_than_it_must(self) -> None:
        clock = Clock()
        memory = Memory(100_000, clock)
        began = clock.now
        clock.now += 1
        memory.purge(f"t{number}" for number in range(20_001))
        assert not memory._heard
        assert not memory.put(entry("a", "x"), known_at=began)

    def test_after_clearing_nothing_begun_before_is_kept(self) -> None:
        clock = Clock()
        memory = Memory(100_000, clock)
        memory.put(entry("a"), known_at=clock.now)
        memory.clear()
        assert memory.bytes == 0
        assert not memory.put(entry("a"), known_at=clock.now)
