"""What makes a key, and what does not."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from redis import Redis

from streamapi.responsecache.planner import Generations
from tests.streamapi.responsecache.site import Backstage
from tests.streamapi.responsecache.workers import Worker


class TestJunk:
    def test_ten_thousand_unknown_parameters_make_one_entry(
        self,
        make_worker: Callable[..., Worker],
        backstage: Backstage,
        client_of_redis: Redis,
        namespace: str,
    ) -> None:
        worker, other = make_worker(), make_worker()
        dice = random.Random(7)
        for _ in range(5_000):
            junk = f"x{dice.random()}={dice.random()}&utm={dice.random()}"
            for each in (worker, other):
                assert each.get(f"/v1/pages/home?{junk}").status == 200
        assert backstage.asked == 1
        assert len(worker.cache.memory.entries) == 1
        assert len(list(client_of_redis.scan_iter(match=f"{namespace}:e:*"))) == 1


class TestSameAnswer:
    @pytest.mark.parametrize(
        "query",
        [
            "genre=drama&limit=20",
            "limit=20&genre=drama",
            "limit=20&genre=drama&genre=drama",
            "limit=20&genre=+drama%20&x=1",
            "limit=20&%67enre=drama",
            "&&limit=20&genre=drama&lang=",
            "limit=20&genre=drama&maturity=99",
            "limit=20&genre=drama&form_factor=web&lang=en-GB",
        ],
    )
    def test_for_queries_that_mean_the_same(
        self, worker: Worker, backstage: Backstage, query: str
    ) -> None:
        worker.get("/v1/pages/home?genre=drama&limit=20")
        reply = worker.get(f"/v1/pages/home?{query}")
        assert reply.cache == "HIT"
        assert (reply.json["genre"], reply.json["limit"]) == ("drama", "20")

    def test_for_headers_that_mean_the_same(
        self, worker: Worker, backstage: Backstage
    ) -> None:
        worker.get(accept_language="de-AT, en;q=0.5", x_device_platform="ipad")
        worker.get("/v1/pages/home?form_factor=tablet", accept_language="fr, de")
        assert backstage.asked == 1

    def test_for_chains_of_languages_that_read_the_same(
        self, worker: Worker, backstage: Backstage
    ) -> None:
        for wish in ("de", "de, en", "de-CH,de;q=0.9,en;q=0.5", "ja, de", "de, de-AT"):
            worker.get(accept_language=wish)
        worker.get("/v1/pages/home?lang=de-CH,en")
        assert backstage.asked == 1
        for wish in ("en, de", "en-GB;q=0.9, de-CH;q=0.3"):
            worker.get(accept_language=wish)
        assert backstage.asked == 2

    def test_for_paths_that_are_written_differently(
        self, worker: Worker, backstage: Backstage
    ) -> None:
        worker.get("/v1/pages/caf\xc3\xa9")
        assert worker.get("/v1/pages/caf\xc3\xa9").json["name"] == "café"
        assert backstage.asked == 1

    def test_for_any_page_size_beyond_the_largest(
        self, worker: Worker, backstage: Backstage
    ) -> None:
        for size in (240, 241, 999_999):
            assert worker.get(f"/v1/pages/home?limit={size}").json["limit"] == "240"
        assert backstage.asked == 1

    def test_not_for_odd_page_sizes(self, worker: Worker) -> None:
        for size in ("0", "abc", "12345678"):
            assert worker.get(f"/v1/pages/home?limit={size}").json["limit"] == size


class TestOtherAnswer:
    @pytest.mark.parametrize(
        ("path", "headers"),
        [
            ("/v1/pages/other", {}),
            ("/v1/pages/home?genre=drama", {}),
            ("/v1/pages/home?lang=de", {}),
            ("/v1/pages/home?form_factor=tv", {}),
            ("/v1/pages/home?maturity=7", {}),
            ("/v1/pages/home", {"accept_language": "de"}),
            ("/v1/pages/home", {"cloudfront_viewer_country": "de"}),
            ("/v1/pages/home", {"x_device_platform": "appletv"}),
            ("/v1/pages/home%3Fgenre=drama", {}),
        ],
    )
    def test_for_each_declared_value(
        self, worker: Worker, backstage: Backstage, path: str, headers: dict
    ) -> None:
        worker.get()
        assert worker.get(path, **headers).cache == "MISS"


class TestGenerations:
    def test_keep_what_is_used_and_stay_bounded(self) -> None:
        memo: Generations[int, int] = Generations(100)
        memo.put(-1, 1)
        for number in range(10_000):
            memo.put(number, number)
            assert memo.get(-1) == 1
        assert len(memo) <= 101
        assert memo.get(5) is None
