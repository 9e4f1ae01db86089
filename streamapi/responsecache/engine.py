"""Answers a plan: memory, then Redis, then one rebuild, then the last good answer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from streamapi import replica
from streamapi.responsecache.entries import Entry, compressed
from streamapi.responsecache.flights import Arrivals, Flights
from streamapi.responsecache.keys import Plan
from streamapi.responsecache.memory import Memory
from streamapi.responsecache.rebuilding import Built, Rebuilder
from streamapi.responsecache.shared import CacheDown, Found, Lease, SharedLevel
from streamapi.responsecache.stats import Stats

_log = logging.getLogger(__name__)

HIT: Final = "HIT"
STALE: Final = "STALE"
MISS: Final = "MISS"
SHARED: Final = "SHARED"
"""The caller waited for a rebuild that another request had begun."""

_AFTER_THE_ANSWER_S: Final = 0.005

Spawn = Callable[[Callable[[], None]], None]
Offload = Callable[[Callable[[Entry], Entry], Entry], Entry]


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send: an entry, or Django's own answer when it is not one to keep."""

    state: str
    entry: Entry | None = None
    built: Built | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Times and numbers that bound what a request may cost; durations in seconds."""

    patience_s: float = 6.0
    """How long to wait for another's rebuild; above the deadline of a request."""
    lease_ms: int = 2000
    """Renewed while the rebuild goes on; a process that died is replaced after this."""
    poll_s: float = 0.05
    blind_s: float = 1.0
    """While Redis is down, how long an answer made here is used without asking."""
    pause_after_failure_s: float = 2.0
    pause_for_other_s: float = 0.25
    rebuilds: int = 8
    queue_s: float = 2.0
    reader_lag_us: int = 2_000_000
    """What a reader said counts as begun that much earlier: it may miss a purge's cause."""


def in_thread(work: Callable[[], None]) -> None:
    """Run in the background, once whoever waits has had the time to get its answer.

    A timer of Python's is a thread, under gevent a greenlet.
    """
    timer = threading.Timer(_AFTER_THE_ANSWER_S, work)
    timer.daemon = True
    timer.start()


def at_once(function: Callable[[Entry], Entry], entry: Entry) -> Entry:
    """Run here and now."""
    return function(entry)


@dataclass(slots=True, weakref_slot=True, eq=False)
class ResponseCache:
    """The levels of one process and the rules between them."""

    memory: Memory
    shared: SharedLevel
    rebuilder: Rebuilder
    stats: Stats
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], float] = time.monotonic
    spawn: Spawn = in_thread
    offload: Offload = at_once
    trusted_until: float = 0.0
    """Memory counts until then; the listener moves it on while it hears the channel."""
    arrivals: Arrivals = field(default_factory=Arrivals)
    _flights: Flights[Answer] = field(default_factory=Flights)
    _leases: set[str] = field(default_factory=set)
    _turns: threading.BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        self._turns = threading.BoundedSemaphore(self.limits.rebuilds)

    # Purges and trust

    def purge(self, tags: Iterable[str]) -> None:
        """Drop from memory what carries one of ``tags``."""
        replica.standing.something_changed()
        self._flights.detach()
        self.memory.purge(tags)

    def forget(self) -> None:
        """Empty the memory: nobody knows what was purged."""
        replica.standing.something_changed()
        self._flights.detach()
        self.memory.clear()

    def trust_until(self, moment: float) -> None:
        """The channel is heard: what is in memory counts until ``moment``."""
        self.trusted_until = moment

    # Answering

    def at_hand(self, key: str, now: float) -> Entry | None:
        """The fresh entry in memory, if memory counts at all; the hot path."""
        if now < self.trusted_until:
            entry = self.memory.get(key)
            if entry is not None and now < entry.born + entry.lifetime.fresh_s:
                return entry
        return None

    def answer(
        self, plan: Plan, *, request_id: str = "", compress: bool = True
    ) -> Answer:
        """The answer for a plan, from the nearest level that has it."""
        now = self.clock()
        entry = self.memory.get(plan.key)
        if entry is not None:
            state = self._usable(entry, now)
            if state is STALE and now >= max(entry.ask_again_at, entry.failed_until):
                self._refresh_later(plan, entry, now)
            if state:
                return Answer(state, entry)
        flight, leads = self._flights.join(plan.key)
        if not leads:
            waited = flight.wait(self.limits.patience_s)
            if waited is not None:
                state = SHARED if waited.state == MISS else waited.state
                return Answer(state, waited.entry, waited.built)
            return self._fetch(plan, entry, request_id, compress=compress)
        answer = None
        try:
            answer = self._fetch(plan, entry, request_id, compress=compress)
        finally:
            self._flights.land(plan.key, flight, answer)
        return answer

    def _usable(self, entry: Entry, now: float) -> str:
        """How an entry in memory may be used without asking anybody; empty: not."""
        if now < self.trusted_until:
            if now < entry.fresh_until:
                return HIT
            if now < entry.usable_until:
                return STALE
        if now < entry.failed_until and now < entry.kept_until:
            return STALE
        return ""

    def _fetch(
        self, plan: Plan, old: Entry | None, request_id: str, *, compress: bool
    ) -> Answer:
        """From Redis, or by a rebuild of ours, or by waiting for that of another."""
        try:
            found = self._look_up(plan, "ask")
            if found.state == "miss" and not found.moment:
                found = self._await(plan)
        except CacheDown:
            return self._without_redis(plan, old, request_id, compress=compress)
        if found.entry is not None and found.state != "miss":
            if found.moment:
                self.spawn(lambda: self._refresh(plan, found.entry, found.moment))
            return Answer(HIT if found.state == "fresh" else STALE, found.entry)
        old = found.entry or old
        return self._rebuild(plan, old, found.moment, request_id, compress=compress)

    def _look_up(self, plan: Plan, lease: Lease) -> Found:
        """Ask Redis; what is usable goes to memory."""
        asked_at = self.clock()
        found = self.shared.look_up(
            plan.key, lease=lease, lease_ms=self.limits.lease_ms
        )
        if found.entry is not None:
            found.entry.born = asked_at - found.age_s
            found.entry.checked_at = asked_at
            if found.state == "stale" and not found.moment:
                found.entry.ask_again_at = asked_at + self.limits.pause_for_other_s
            if found.state != "miss":
                self.memory.put(found.entry, known_at=asked_at)
        if found.state == "fresh":
            self.stats.redis_hits += 1
        return found

    def _await(self, plan: Plan) -> Found:
        """Wait for the process that holds the lease; in the end take its place."""
        give_up_at = self.clock() + self.limits.patience_s
        while self.clock() < give_up_at:
            arrived = self.arrivals.expect(plan.key)
            found = self._look_up(plan, "ask")
            if found.state != "miss" or found.moment:
                return found
            arrived.wait(self.limits.poll_s)
        return self._look_up(plan, "take")

    def _without_redis(
        self, plan: Plan, old: Entry | None, request_id: str, *, compress: bool
    ) -> Answer:
        """Redis is down: what was checked a moment ago will do, else one rebuild."""
        now = self.clock()
        if (
            old is not None
            and now < old.checked_at + self.limits.blind_s
            and now < old.fresh_until
        ):
            return Answer(HIT, old)
        return self._rebuild(plan, old, "", request_id, compress=compress)

    # Rebuilding

    def _rebuild(
        self,
        plan: Plan,
        old: Entry | None,
        moment: str,
        request_id: str,
        *,
        compress: bool,
    ) -> Answer:
        began = self.clock()
        if moment:
            self._leases.add(plan.key)
        try:
            built = self._build(plan, request_id)
        finally:
            self._leases.discard(plan.key)
        if built.failed:
            return self._fall_back(plan, old, built)
        entry = self.rebuilder.entry(plan, built)
        if entry is None:
            self.memory.drop(plan.key)
            self._give_up(plan, drop=True)
            return Answer(MISS, built=built)
        if moment and built.marks.from_reader:
            moment = str(int(moment) - self.limits.reader_lag_us)
        entry.born = entry.checked_at = began
        return Answer(MISS, self._keep(entry, moment, began, compress=compress))

    def _build(self, plan: Plan, request_id: str) -> Built:
        """Ask Django, when it is our turn: few at a time, or the pool runs dry."""
        if not self._turns.acquire(timeout=self.limits.queue_s):
            return self.rebuilder.refusal()
        try:
            self.stats.rebuilds += 1
            return self.rebuilder.build(plan, request_id)
        finally:
            self._turns.release()

    def _keep(
        self, entry: Entry, moment: str, began: float, *, compress: bool
    ) -> Entry:
        """Store a new entry; who does not want it compressed does not wait for that."""
        self.memory.put(entry, known_at=began)
        if not compress:

            def finish() -> None:
                self._finish(entry, moment, began)

            self.spawn(finish)
            return entry
        return self._finish(entry, moment, began)

    def _finish(self, entry: Entry, moment: str, began: float) -> Entry:
        finished = self.offload(compressed, entry)
        if not moment:
            self.memory.put(finished, known_at=began)
            return finished
        try:
            stored = self.shared.store(finished, moment)
        except CacheDown:
            stored = True
        if stored:
            self.memory.put(finished, known_at=began)
        else:
            self.memory.drop(entry.key)
        return finished

    def _fall_back(self, plan: Plan, old: Entry | None, built: Built) -> Answer:
        """The rebuild failed: the last good answer, if there is one, and a pause."""
        self.stats.failed_rebuilds += 1
        self._give_up(plan)
        now = self.clock()
        if old is None or now >= old.kept_until:
            return Answer(MISS, built=built)
        old.failed_until = now + self.limits.pause_after_failure_s
        self.memory.put(old, known_at=old.checked_at)
        return Answer(STALE, old)

    def _give_up(self, plan: Plan, *, drop: bool = False) -> None:
        try:
            self.shared.give_up(plan.key, drop=drop)
        except CacheDown:
            _log.debug("the lease of %s ends by itself", plan.key)

    def _refresh_later(self, plan: Plan, entry: Entry, now: float) -> None:
        """Rebuild in the background, if nobody else does."""
        entry.ask_again_at = now + self.limits.patience_s

        def refresh() -> None:
            try:
                found = self._look_up(plan, "ask")
            except CacheDown:
                self._refresh(plan, entry, "")
                return
            if found.moment:
                self._refresh(plan, found.entry or entry, found.moment)

        self.spawn(refresh)

    def _refresh(self, plan: Plan, old: Entry | None, moment: str) -> None:
        self._rebuild(plan, old, moment, "", compress=True)

    def renew_leases(self) -> None:
        """Say that our rebuilds are still going on; called every now and then."""
        self.shared.renew(list(self._leases), self.limits.lease_ms)
