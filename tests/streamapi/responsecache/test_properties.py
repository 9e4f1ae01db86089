"""Whatever happens in whatever order: nothing stale beyond the bound, nothing mixed up.

Several workers, one real Redis. The channel between them is made of queues here, so that
a purge arrives when the machine says so and not before; trust in memory is granted as the
listener grants it.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, assume
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from streamapi.responsecache.delivery import Delivery
from tests.streamapi.responsecache import site
from tests.streamapi.responsecache.workers import Clock, Worker

WORKERS = st.integers(0, 2)
PAGES = st.sampled_from(["home", "kids"])
VARIANTS = st.sampled_from([("en", 18), ("de", 18), ("en", 12), ("de", 12)])
TRUST_S = 2.0
BLIND_S = 1.0


class Channel:
    """What the workers have been told and not yet heard."""

    def __init__(self, workers: int) -> None:
        self.queues: list[list[frozenset[str]]] = [[] for _ in range(workers)]
        self.is_up = True

    def publish(self, tags: frozenset[str]) -> None:
        if self.is_up:
            for queue in self.queues:
                queue.append(tags)


class Fleet(RuleBasedStateMachine):
    """Editors change pages, viewers read them, and things break."""

    @initialize()
    def start(self) -> None:
        site.backstage = site.Backstage(filler="")
        self.clock = Clock()
        self.channel = Channel(3)
        self.good = Redis.from_url(settings.REDIS_CACHE_URL)
        self.dead = Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0))
        self.namespace = f"test-{uuid.uuid4().hex}"
        application = get_wsgi_application()
        self.workers = [
            Worker(
                application, self.good, self.namespace, self.clock, owner=f"w{number}"
            )
            for number in range(3)
        ]
        self.deliveries = [self._delivery(worker) for worker in self.workers]
        self.moments = ["0"] * 3
        self.redis_is_up = True
        # When each version of a page ceased to be current.
        self.version = 1
        self.replaced_at: dict[int, float] = {}
        for number in range(3):
            self.hear(number)

    def _delivery(self, worker: Worker) -> Delivery:
        delivery = Delivery(lambda: worker.shared)
        delivery.attach(worker.cache)
        delivery._retry_later = lambda: None
        purge = worker.shared.purge

        def publishing(tags: Any) -> str:
            moment = purge(tags)
            self.channel.publish(frozenset(tags))
            return moment

        worker.shared.purge = publishing
        return delivery

    # What people do

    @rule(worker=WORKERS, page=PAGES, variant=VARIANTS)
    def read_one(self, worker: int, page: str, variant: tuple[str, int]) -> None:
        self.read(worker, page, variant)

    def read(self, worker: int, page: str, variant: tuple[str, int]) -> None:
        self.clock.now += 0.001
        language, maturity = variant
        reply = self.workers[worker].get(
            f"/v1/pages/{page}?lang={language}&maturity={maturity}",
            accept_encoding="gzip",
        )
        if site.backstage.fails and reply.status == 503:
            return
        assert reply.status == 200
        seen = reply.json
        assert (seen["name"], seen["language"], seen["maturity"]) == (page, *variant)
        self.check_age(reply, seen["version"])

    @rule()
    def read_everywhere(self) -> None:
        for worker in range(3):
            for variant in (("en", 18), ("de", 12)):
                self.read(worker, "home", variant)

    def check_age(self, reply: Any, version: int) -> None:
        """An answer that was replaced may be shown no longer than the bound."""
        if version == self.version or site.backstage.fails:
            return
        late = self.clock.now - self.replaced_at[version]
        assert late <= TRUST_S + BLIND_S, (
            f"{reply.cache} of version {version}, replaced {late:.1f} s ago"
        )

    @rule(worker=WORKERS)
    def change(self, worker: int) -> None:
        self.replaced_at[self.version] = self.clock.now
        self.version += 1
        site.backstage.version = self.version
        self.deliveries[worker].deliver(frozenset({"pages"}))
        self.clock.now += 0.001

    @rule(worker=WORKERS)
    def change_that_is_rolled_back(self, worker: int) -> None:
        """A purge without a change is a miss, and nothing worse."""
        self.deliveries[worker].deliver(frozenset({"pages"}))
        self.clock.now += 0.001

    # What time does

    @rule(seconds=st.sampled_from([0.1, 0.9, 5.0, 50.0, 70.0, 200.0]))
    def pass_time(self, seconds: float) -> None:
        """In small steps, with the listeners at work where they can be."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.now += min(0.5, end - self.clock.now + 1e-6)
            for number in range(3):
                self.hear(number)
                if self.redis_is_up:
                    self.deliveries[number].flush()

    @rule(worker=WORKERS)
    def hear(self, worker: int) -> None:
        """The listener of a worker takes its turn."""
        cache = self.workers[worker].cache
        if not (self.channel.is_up and self.redis_is_up):
            return
        if self.clock.now >= cache.trusted_until:
            missed = self.workers[worker].shared.purged_since(self.moments[worker])
            if missed.complete:
                cache.purge(missed.tags)
            else:
                cache.forget()
            self.moments[worker] = missed.moment
        queue = self.channel.queues[worker]
        while queue:
            cache.purge(queue.pop(0))
        cache.trust_until(self.clock.now + TRUST_S)

    # What breaks

    @precondition(lambda self: self.channel.is_up)
    @rule()
    def lose_the_channel(self) -> None:
        self.channel.is_up = False
        for queue, worker in zip(self.channel.queues, self.workers, strict=True):
            queue.clear()
            worker.cache.trust_until(0)

    @rule()
    def regain_the_channel(self) -> None:
        self.channel.is_up = True

    @precondition(lambda self: self.redis_is_up)
    @rule()
    def lose_redis(self) -> None:
        self.redis_is_up = False
        self.lose_the_channel()
        for worker in self.workers:
            worker.shared._client = self.dead

    @precondition(lambda self: not self.redis_is_up)
    @rule(emptied=st.booleans())
    def regain_redis(self, emptied: bool) -> None:
        if emptied:
            self.wipe()
        self.redis_is_up = self.channel.is_up = True
        self.clock.now += 2
        for worker, delivery in zip(self.workers, self.deliveries, strict=True):
            worker.shared._client = self.good
            worker.shared.breaker.succeeded()
            delivery.flush()

    @rule()
    def flush_redis(self) -> None:
        assume(self.redis_is_up)
        self.wipe()

    @rule(fails=st.booleans())
    def break_or_mend_the_database(self, fails: bool) -> None:
        site.backstage.fails = fails

    def wipe(self) -> None:
        for key in self.good.scan_iter(match=f"{self.namespace}:*", count=1000):
            self.good.delete(key)

    @invariant()
    def memory_is_accounted_for(self) -> None:
        for worker in getattr(self, "workers", []):
            memory = worker.cache.memory
            assert memory.bytes == sum(each.weight for each in memory.entries.values())

    def teardown(self) -> None:
        if hasattr(self, "good"):
            self.wipe()
            self.good.close()


@pytest.mark.usefixtures("site_in_bad_weather")
class TestFleet:
    def test_no_answer_is_stale_beyond_the_bound_or_of_another_variant(self) -> None:
        machine = Fleet.TestCase()
        machine.settings = hypothesis_settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        machine.runTest()
