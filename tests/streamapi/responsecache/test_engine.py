"""How an answer ages, is purged, rebuilt and, if need be, kept beyond its time."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from streamapi.local.services import runtime_directory
from streamapi.responsecache.engine import Limits, in_thread
from streamapi.responsecache.shared import CacheDown
from tests.streamapi.responsecache.fleet import Store
from tests.streamapi.responsecache.site import Backstage
from tests.streamapi.responsecache.workers import Worker

Make = Callable[..., Worker]


@pytest.fixture
def dead_redis() -> Redis:
    """A client of a server that is not there."""
    return Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0))


@pytest.fixture
def own_server() -> Iterator[Redis]:
    """A server of its own, for tests that change how it behaves."""
    directory = runtime_directory()
    running = Store(directory)
    client = Redis.from_url(running.url, retry=Retry(NoBackoff(), 0))
    yield client
    client.close()
    running.stop()
    shutil.rmtree(directory)


def purge(tag: str, sender: Worker, *hearers: Worker) -> None:
    """A purge as the fleet lives it: Redis first, then each worker hears it."""
    sender.shared.purge({tag})
    for worker in (sender, *hearers):
        worker.cache.purge({tag})


class TestAgeing:
    def test_fresh_then_stale_then_gone(
        self, worker: Worker, backstage: Backstage
    ) -> None:
        worker.get()
        worker.clock.now += 53
        assert worker.get().cache == "HIT"
        worker.clock.now += 15
        assert worker.get().cache == "STALE"
        reply = worker.get()
        assert (reply.cache, reply.headers["Age"]) == ("HIT", "0")
        assert backstage.asked == 2
        worker.clock.now += 95
        assert worker.get().cache == "MISS"

    def test_lifetimes_are_jittered_and_never_longer(self, worker: Worker) -> None:
        lifetimes = {
            worker.cache.rebuilder.entry(plan, built).lifetime.fresh_s
            for plan in [worker.door._plan(_environ("/v1/pages/home"))]
            for built in [worker.cache.rebuilder.build(plan)]
            for _ in range(50)
        }
        assert len(lifetimes) > 10
        assert all(54 <= life <= 60 for life in lifetimes)

    def test_never_past_a_boundary(self, worker: Worker, backstage: Backstage) -> None:
        backstage.ends_at = datetime.now(UTC) + timedelta(seconds=20)
        control = worker.get().headers["Cache-Control"]
        assert "stale-while-revalidate=0" in control
        worker.clock.now += 15
        reply = worker.get()
        assert reply.cache == "HIT"
        assert "max-age=19," in reply.headers["Cache-Control"]
        worker.clock.now += 6
        assert worker.get().cache == "MISS"

    def test_an_answer_past_its_boundary_is_not_kept(
        self, worker: Worker, backstage: Backstage
    ) -> None:
        backstage.ends_at = datetime.now(UTC) - timedelta(seconds=1)
        assert [worker.get().cache for _ in range(2)] == ["MISS", "MISS"]

    def test_another_worker_refreshes_what_redis_holds_stale(
        self, make_worker: Make, backstage: Backstage
    ) -> None:
        make_worker().get()
        other = make_worker()
        other.clock.now += 70
        assert other.get().cache == "STALE"
        assert other.get().cache == "HIT"
        assert backstage.asked == 2

    def test_only_one_worker_refreshes(
        self, make_worker: Make, backstage: Backstage
    ) -> None:
        later: list[Callable[[], None]] = []
        first, second = (make_worker(spawn=later.append) for _ in range(2))
        first.get(accept_encoding="gzip")
        second.get(accept_encoding="gzip")
        first.clock.now += 70
        assert [first.get().cache, second.get().cache] == ["STALE", "STALE"]
        assert [first.get().cache, second.get().cache] == ["STALE", "STALE"]
        for work in later:
            work()
        assert backstage.asked == 2
        assert [first.get().cache, second.get().cache] == ["HIT", "HIT"]


class TestPurging:
    def test_the_next_answer_is_new_everywhere(
        self, make_worker: Make, backstage: Backstage
    ) -> None:
        first, second = make_worker(), make_worker()
        for worker in (first, second):
            worker.get()
            worker.get("/v1/pages/other")
        backstage.version = 2
        purge("page:home", first, second)
        for worker in (first, second):
            assert worker.get().json["version"] == 2
            assert worker.get("/v1/pages/other").cache == "HIT"

    def test_redis_does_not_serve_what_was_purged(
        self, make_worker: Make, backstage: Backstage
    ) -> None:
        first = make_worker()
        first.get()
        first.shared.purge({"pages"})
        assert make_worker().get().cache == "MISS"

    def test_a_fill_that_began_before_is_not_kept(
        self, make_worker: Make, backstage: Backstage
    ) -> None:
        worker, other = make_worker(), make_worker()

        def change_meanwhile(_request: object) -> None:
            backstage.touch = None
            backstage.version = 2
            purge("pages", other, worker)

        backstage.touch = change_meanwhile
        assert worker.get(accept_encoding="gzip").json["version"] == 1
        assert worker.get().json["version"] == 2
        assert make_worker().get().json["version"] == 2

    def test_who_comes_after_a_purge_does_not_join_an_older_rebuild(
        self, make_worker: Make, backstage: Backstage
    ) -> None:
        worker = make_worker(spawn=in_thread)
        seen: list[int] = []

        def change_meanwhile(_request: object) -> None:
            backstage.touch = None
            backstage.version = 2
            purge("pages", worker)
            late = threading.Thread(
                target=lambda: seen.append(worker.get().json["version"])
            )
            late.start()
            late_ones.append(late)

        late_ones: list[threading.Thread] = []
        backstage.touch = change_meanwhile
        assert worker.get(accept_encoding="gzip").json["version"] == 1
        late_ones[0].join(10)
        assert seen == [2]

    def test_losing_the_marks_makes_every_entry_a_miss(
        self, make_worker: Make, client_of_redis: Redis, namespace: str
    ) -> None:
        worker = make_worker()
        worker.get()
        client_of_redis.delete(f"{namespace}:marks")
        assert make_worker().get().cache == "MISS"

    def test_marks_are_bounded_in_time(
        self, make_worker: Make, client_of_redis: Redis, namespace: str
    ) -> None:
        worker = make_worker()
        worker.shared.purge({f"title:{number}" for number in range(10)})
        worker.get()
        worker.clock.now += 9 * 86_400
        worker.shared.purge({"titles"})
        names = client_of_redis.zrange(f"{namespace}:marks", 0, -1)
        assert set(names) == {b"!epoch", b"!clock", b"titles"}
        assert worker.get().status == 200

    def test_a_clock_that_steps_back_does_not_revive_anything(
        self, make_worker: Make, backstage: Backstage
    ) -> None:
        worker = make_worker()
        worker.get()
        backstage.version = 2
        worker.clock.now -= 300
        purge("pages", worker)
        assert make_worker().get().json["version"] == 2
        other = make_worker()
        assert other.get().json["version"] == 2
        assert other.cache.stats.redis_hits == 1


class TestFailures:
    def test_a_failed_rebuild_serves_the_old_answer_with_growing_age(
        self, worker: Worker, backstage: Backstage
    ) -> None:
        worker.get()
        backstage.fails = True
        worker.clock.now += 200
        replies = []
        for _ in range(3):
            replies.append(worker.get())
            worker.clock.now += 1
        assert [(reply.status, reply.cache) for reply in replies] == [
            (200, "STALE")
        ] * 3
        assert [reply.headers["Age"] for reply in replies] == ["200", "201", "202"]
        assert backstage.asked == 3

    def test_not_for_ever(self, worker: Worker, backstage: Backstage) -> None:
        worker.get()
        backstage.fails = True
        worker.clock.now += 661
        assert worker.get().status == 503

    def test_recovery_is_at_once_after_the_pause(
        self, worker: Worker, backstage: Backstage
    ) -> None:
        worker.get()
        backstage.fails = True
        worker.clock.now += 200
        worker.get()
        backstage.fails = False
        worker.clock.now += 2.1
        assert worker.get().cache == "MISS"

    def test_an_empty_worker_takes_the_old_answer_from_redis(
        self, make_worker: Make, backstage: Backstage
    ) -> None:
        make_worker().get()
        backstage.fails = True
        other = make_worker()
        other.clock.now += 200
        reply = other.get()
        assert (reply.status, reply.cache, reply.headers["Age"]) == (
            200,
            "STALE",
            "200",
        )

    def test_a_failed_refresh_leaves_the_stale_answer(
        self, worker: Worker, backstage: Backstage
    ) -> None:
        worker.get()
        backstage.fails = True
        worker.clock.now += 70
        assert [worker.get().cache for _ in range(4)] == ["STALE"] * 4
        assert backstage.asked == 2

    def test_what_went_missing_is_dropped_everywhere(
        self, make_worker: Make, backstage: Backstage
    ) -> None:
        worker = make_worker()
        worker.get()
        worker.clock.now += 100
        backstage.missing = True
        assert worker.get().status == 404
        backstage.missing = False
        backstage.fails = True
        assert make_worker().get().status == 503


class TestRedisDown:
    def test_is_a_miss_and_then_one_rebuild_a_second(
        self, make_worker: Make, backstage: Backstage, dead_redis: Redis
    ) -> None:
        worker = make_worker()
        worker.cache.trust_until(0)
        worker.shared._client = dead_redis
        assert worker.get().cache == "MISS"
        worker.clock.now += 0.9
        assert worker.get().cache == "HIT"
        worker.clock.now += 0.2
        assert worker.get().cache == "MISS"
        assert backstage.asked == 2

    def test_and_the_database_too_serves_the_last_answer(
        self, make_worker: Make, backstage: Backstage, dead_redis: Redis
    ) -> None:
        worker = make_worker()
        worker.get()
        worker.cache.trust_until(0)
        worker.shared._client = dead_redis
        backstage.fails = True
        for _ in range(5):
            worker.clock.now += 0.5
            assert worker.get().status == 200
        assert backstage.asked <= 3

    def test_the_breaker_opens_and_recovers(
        self, make_worker: Make, dead_redis: Redis, client_of_redis: Redis
    ) -> None:
        worker = make_worker()
        worker.shared._client = dead_redis
        for _ in range(5):
            with pytest.raises(CacheDown, match="111"):
                worker.shared.purge({"a"})
        with pytest.raises(CacheDown, match="held to be down"):
            worker.shared.purge({"a"})
        worker.shared._client = client_of_redis
        worker.clock.now += 1.3
        worker.shared.purge({"a"})
        assert not worker.shared.breaker.is_open

    def test_in_the_middle_of_a_rebuild_harms_nobody(
        self, make_worker: Make, backstage: Backstage, dead_redis: Redis
    ) -> None:
        worker = make_worker()

        def lose(_request: object) -> None:
            worker.shared._client = dead_redis

        backstage.touch = lose
        assert worker.get(accept_encoding="gzip").status == 200
        assert worker.get().cache == "HIT"

    def test_a_read_only_server_is_a_miss(
        self, make_worker: Make, own_server: Redis
    ) -> None:
        self.still_answers(
            make_worker, own_server, lambda: own_server.replicaof("127.0.0.1", "1")
        )

    def test_a_full_server_is_a_miss(
        self, make_worker: Make, own_server: Redis
    ) -> None:
        own_server.config_set("maxmemory-policy", "noeviction")
        self.still_answers(
            make_worker, own_server, lambda: own_server.config_set("maxmemory", "1")
        )

    def still_answers(
        self, make_worker: Make, server: Redis, harm: Callable[[], object]
    ) -> None:
        """What is there is used, what is not there is made."""
        workers = [make_worker(), make_worker()]
        for worker in workers:
            worker.shared._client = server
        workers[0].get()
        harm()
        assert workers[1].get().cache == "HIT"
        assert workers[1].get("/v1/pages/other").cache == "MISS"


class TestTrust:
    def test_memory_does_not_count_without_the_channel(
        self, make_worker: Make, backstage: Backstage
    ) -> None:
        worker, other = make_worker(), make_worker()
        worker.get()
        worker.cache.trust_until(0)
        backstage.version = 2
        purge("pages", other)
        assert worker.get().json["version"] == 2

    def test_forgetting_empties_the_memory(self, worker: Worker) -> None:
        worker.get()
        worker.cache.forget()
        assert worker.cache.memory.bytes == 0


class TestSingleFlight:
    def test_many_requests_of_one_worker_rebuild_once(
        self, worker: Worker, backstage: Backstage
    ) -> None:
        backstage.delay_s = 0.2
        states = in_parallel([worker] * 50)
        assert backstage.asked == 1
        assert sorted(states) == ["MISS"] + ["SHARED"] * 49

    def test_many_requests_of_many_workers_rebuild_once(
        self, make_worker: Make, backstage: Backstage
    ) -> None:
        backstage.delay_s = 0.2
        workers = [make_worker(limits=Limits(poll_s=0.01)) for _ in range(4)]
        with_time_passing(workers[0], lambda: in_parallel(workers * 10))
        assert backstage.asked == 1

    def test_too_many_different_rebuilds_are_refused(
        self, make_worker: Make, backstage: Backstage
    ) -> None:
        backstage.delay_s = 0.3
        worker = make_worker(limits=Limits(rebuilds=1, queue_s=0.05))
        statuses: list[int] = []
        threads = [
            threading.Thread(
                target=lambda n=number: statuses.append(
                    worker.get(f"/v1/pages/{n}").status
                )
            )
            for number in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [200, 503, 503, 503]

    def test_a_lease_of_a_dead_process_ends(
        self, make_worker: Make, backstage: Backstage
    ) -> None:
        dead, worker = make_worker(), make_worker(limits=Limits(patience_s=0.05))
        key = worker.door._plan(_environ("/v1/pages/home")).key
        assert dead.shared.look_up(key, lease="ask").moment
        reply = with_time_passing(worker, worker.get)
        assert (reply.status, backstage.asked) == (200, 1)

    def test_a_lease_is_renewed_while_its_rebuild_goes_on(
        self,
        worker: Worker,
        backstage: Backstage,
        client_of_redis: Redis,
        namespace: str,
    ) -> None:
        left: list[int] = []

        def look(_request: object) -> None:
            (lease,) = client_of_redis.scan_iter(match=f"{namespace}:l:*")
            client_of_redis.pexpire(lease, 100)
            worker.cache.renew_leases()
            left.append(client_of_redis.pttl(lease))

        backstage.touch = look
        worker.get()
        assert left[0] > 1000
        assert not list(client_of_redis.scan_iter(match=f"{namespace}:l:*"))


def _environ(path: str) -> dict:
    return {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": ""}


def in_parallel(workers: list[Worker]) -> list[str]:
    states: list[str] = []
    threads = [
        threading.Thread(target=lambda each=worker: states.append(each.get().cache))
        for worker in workers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return states


def with_time_passing(worker: Worker, work: Callable):
    """Run ``work`` while the clock of the tests runs at ten times its speed."""
    done = threading.Event()

    def run() -> None:
        while not done.wait(0.005):
            worker.clock.now += 0.05

    ticking = threading.Thread(target=run)
    ticking.start()
    try:
        return work()
    finally:
        done.set()
        ticking.join()
