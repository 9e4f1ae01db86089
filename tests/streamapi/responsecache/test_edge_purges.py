"""Purges reach CloudFront: late enough, in batches, again if need be, in nobody's way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import boto3
import pytest
from moto import mock_aws

from streamapi.responsecache import cloudfront, runtime
from streamapi.responsecache.delivery import Delivery
from streamapi.responsecache.edgepurges import EdgePurges, EdgeUnreachable
from streamapi.responsecache.shared import CacheDown, SharedLevel
from tests.streamapi.responsecache.workers import Worker


class Edge:
    """Writes down what it is told; refuses as often as a test says."""

    def __init__(self, refuses: int = 0) -> None:
        self.refuses = refuses
        self.told: list[tuple[str, ...]] = []
        self.references: list[str] = []

    def invalidate(self, tags: Sequence[str], reference: str) -> None:
        self.references.append(reference)
        if self.refuses:
            self.refuses -= 1
            raise EdgeUnreachable("not now")
        self.told.append(tuple(tags))

    def invalidate_all(self, reference: str) -> None:
        self.references.append(reference)
        self.told.append(("everything",))


class Steps:
    """Purges whose thread a test lets go on step by step."""

    def __init__(self, edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pauses: list[float] = []
        self.meanwhile: list[Callable[[], None]] = []
        monkeypatch.setattr(threading.Thread, "start", lambda _thread: None)
        self.purges = EdgePurges(lambda: edge, sleep=self._pause)

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if self.meanwhile:
            self.meanwhile.pop(0)()


@pytest.fixture
def edge() -> Edge:
    return Edge()


@pytest.fixture
def steps(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> Steps:
    return Steps(edge, monkeypatch)


class TestGathering:
    def test_one_batch_after_our_processes_have_heard(
        self, steps: Steps, edge: Edge
    ) -> None:
        steps.purges.add({"title:2", "titles"})
        steps.purges.add({"title:1", "titles"})
        assert edge.told == []
        assert steps.purges.unsent == {"title:1", "title:2", "titles"}
        steps.purges.work()
        assert edge.told == [("title:1", "title:2", "titles")]
        assert steps.pauses == [2.0]
        assert steps.purges.unsent == set()

    def test_what_comes_meanwhile_waits_its_own_time(
        self, steps: Steps, edge: Edge
    ) -> None:
        steps.purges.add({"first"})
        steps.meanwhile = [lambda: steps.purges.add({"second"})]
        steps.purges.work()
        assert edge.told == [("first",), ("second",)]
        assert steps.pauses == [2.0, 2.0]

    def test_portions_are_bounded(self, steps: Steps, edge: Edge) -> None:
        steps.purges.add(f"title:{number}" for number in range(2500))
        steps.purges.work()
        assert [len(tags) for tags in edge.told] == [1000, 1000, 500]
        assert len(set(edge.references)) == 3

    def test_very_many_tags_are_one_purge_of_everything(
        self, steps: Steps, edge: Edge
    ) -> None:
        steps.purges.add(f"title:{number}" for number in range(5001))
        steps.purges.add({"title:1"})
        assert steps.purges.unsent == {"everything"}
        steps.purges.work()
        assert edge.told == [("everything",)]

    def test_works_in_a_thread_of_its_own(self, edge: Edge) -> None:
        sent = threading.Event()
        purges = EdgePurges(lambda: edge, sleep=lambda _seconds: sent.wait(5))
        purges.add({"titles"})
        assert edge.told == []
        sent.set()
        for thread in threading.enumerate():
            if thread.name == "edge-purges":
                thread.join(5)
        assert edge.told == [("titles",)]


class TestTrouble:
    def test_a_refused_batch_is_tried_again_as_the_same(
        self, steps: Steps, edge: Edge, caplog: pytest.LogCaptureFixture
    ) -> None:
        edge.refuses = 8
        steps.purges.add({"titles"})
        steps.purges.work()
        assert edge.told == [("titles",)]
        assert len(set(edge.references)) == 1
        assert steps.pauses == [2, 1, 2, 4, 8, 16, 32, 60, 60]
        assert "purge waits for the edge: not now" in caplog.text

    def test_what_waits_when_the_process_ends_is_sent(
        self, steps: Steps, edge: Edge, caplog: pytest.LogCaptureFixture
    ) -> None:
        steps.purges.add({"titles"})
        steps.purges.finish()
        steps.purges.finish()
        assert edge.told == [("titles",)]
        edge.refuses = 1
        steps.purges.add({"title:1"})
        steps.purges.finish()
        assert "the edge was not told of ['title:1']" in caplog.text


class TestDelivery:
    @pytest.fixture
    def delivery(self, worker: Worker, steps: Steps) -> Delivery:
        made = Delivery(lambda: worker.shared, edge=steps.purges)
        made._retry_later = lambda: None
        return made

    def test_each_way_of_purging_reaches_the_edge(
        self, delivery: Delivery, steps: Steps, edge: Edge
    ) -> None:
        delivery.deliver(frozenset({"a"}))
        delivery.send(frozenset({"b"}))
        assert delivery.unsent_to_edge == {"a", "b"}
        delivery.clear()
        steps.purges.work()
        assert edge.told == [("everything",)]

    def test_is_told_again_once_redis_has_heard(
        self,
        delivery: Delivery,
        steps: Steps,
        edge: Edge,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def unreachable(*_: Any) -> None:
            raise CacheDown("not there")

        with monkeypatch.context() as patch:
            patch.setattr(SharedLevel, "purge", unreachable)
            delivery.deliver(frozenset({"a"}))
        steps.purges.work()
        delivery.flush()
        steps.purges.work()
        assert edge.told == [("a",), ("a",)]

    def test_nobody_is_told_without_the_setting(self, worker: Worker) -> None:
        assert runtime.edge_purges() is None
        delivery = Delivery(lambda: worker.shared)
        delivery.send(frozenset({"a"}))
        assert delivery.unsent_to_edge == set()


class TestCloudFront:
    @pytest.fixture
    def aws(self, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Any]:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "testing")
        with mock_aws():
            client = boto3.client("cloudfront", region_name="us-east-1")
            made = client.create_distribution(
                DistributionConfig={
                    "CallerReference": "ours",
                    "Comment": "",
                    "Enabled": True,
                    "Origins": {
                        "Quantity": 1,
                        "Items": [{"Id": "api", "DomainName": "api.example.com"}],
                    },
                    "DefaultCacheBehavior": {
                        "TargetOriginId": "api",
                        "ViewerProtocolPolicy": "https-only",
                    },
                }
            )
            settings.CLOUDFRONT_DISTRIBUTION = made["Distribution"]["Id"]
            yield client

    def items(self, client: Any, distribution: str) -> list[list[str]]:
        listed = client.list_invalidations(DistributionId=distribution)
        return [
            client.get_invalidation(DistributionId=distribution, Id=each["Id"])[
                "Invalidation"
            ]["InvalidationBatch"]["Paths"]["Items"]
            for each in listed["InvalidationList"].get("Items", [])
        ]

    def test_tags_become_items_of_an_invalidation(
        self, aws: Any, settings: Any
    ) -> None:
        settings.RESPONSE_CACHE_EDGE = "streamapi.responsecache.cloudfront.distribution"
        purges = runtime.edge_purges()
        assert purges is not None
        purges._waiting.tags = {"titles", "title:42"}
        purges.finish()
        assert self.items(aws, settings.CLOUDFRONT_DISTRIBUTION) == [
            ["#title:42", "#titles"]
        ]

    def test_everything_is_the_api_and_no_pictures(
        self, aws: Any, settings: Any
    ) -> None:
        cloudfront.distribution().invalidate_all("reference")
        assert self.items(aws, settings.CLOUDFRONT_DISTRIBUTION) == [["/v1/*"]]

    def test_a_refusal_is_one_of_ours(self, aws: Any, settings: Any) -> None:
        settings.CLOUDFRONT_DISTRIBUTION = "NOTTHERE"
        with pytest.raises(EdgeUnreachable, match="NoSuchDistribution"):
            cloudfront.distribution().invalidate(["titles"], "reference")
