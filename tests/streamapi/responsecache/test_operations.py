"""What an operator does: purge, warm, look at the status page."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from redis import Redis

from streamapi.responsecache import runtime, warming
from streamapi.responsecache.delivery import Delivery
from streamapi.responsecache.shared import CacheDown, SharedLevel
from tests.streamapi.responsecache.site import Backstage
from tests.streamapi.responsecache.test_entries import ENTRY
from tests.streamapi.responsecache.workers import Worker


@pytest.fixture
def shared(
    namespace: str, client_of_redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> SharedLevel:
    """The product's second level, in the corner of Redis of this test."""
    level = SharedLevel(client_of_redis, namespace=namespace, owner="test")
    monkeypatch.setattr(runtime, "shared_level", lambda: level)
    monkeypatch.setattr(runtime.delivery, "_shared", lambda: level)
    monkeypatch.setattr("streamapi.responsecache.admin.shared_level", lambda: level)
    return level


def run(*arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def unreachable(*_: Any) -> None:
    raise CacheDown("not there")


class TestPurgeCommand:
    def test_purges_and_says_so(
        self, shared: SharedLevel, worker: Worker, backstage: Backstage
    ) -> None:
        assert run("purge", "titles", "title:42") == "Purged title:42, titles.\n"
        (record,) = shared.recent_purges()
        assert set(record.tags) == {"titles", "title:42"}

    def test_drops_everything(self, shared: SharedLevel, worker: Worker) -> None:
        worker.get()
        assert run("purge", "--all") == "Purged every answer.\n"
        worker.cache.forget()
        assert worker.get().cache == "MISS"

    @pytest.mark.parametrize("arguments", [(), ("titles", "--all"), ("bad tag",)])
    def test_refuses_a_mistake(self, shared: SharedLevel, arguments: tuple) -> None:
        with pytest.raises(CommandError):
            run("purge", *arguments)

    def test_fails_when_redis_did_not_hear_it(
        self, shared: SharedLevel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(SharedLevel, "purge", unreachable)
        with pytest.raises(CommandError, match="did not hear"):
            run("purge", "titles")


class TestWarmCommand:
    def test_makes_each_variant_once(
        self, shared: SharedLevel, backstage: Backstage
    ) -> None:
        out = run(
            "warm_cache",
            "/v1/pages/home?genre=drama",
            language=["en", "de"],
            territory=["US"],
            form_factor=["tv", "web"],
        )
        assert out.splitlines()[-1] == "4 made, 0 were there, 0 failed."
        assert backstage.asked == 4
        assert shared.sizes()[0] == 4
        again = run("warm_cache", "/v1/pages/home?genre=drama", territory=["US"])
        assert again.splitlines()[-1] == "4 made, 4 were there, 0 failed."

    def test_takes_all_routes_without_arguments_and_what_apps_name(
        self,
        shared: SharedLevel,
        backstage: Backstage,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(warming, "_sources", [lambda: ["/v1/pages/home"]])
        out = run("warm_cache", language=["en"], territory=["US"], form_factor=["tv"])
        assert out.splitlines()[-1] == "3 made, 0 were there, 0 failed."

    def test_refuses_a_path_that_is_not_shared(
        self, shared: SharedLevel, backstage: Backstage
    ) -> None:
        with pytest.raises(CommandError, match="/v1/mine is not a shared answer"):
            run("warm_cache", "/v1/mine")

    def test_fails_when_a_page_fails(
        self, shared: SharedLevel, backstage: Backstage
    ) -> None:
        backstage.fails = True
        with pytest.raises(CommandError, match="could not be made"):
            run("warm_cache", "/v1/pages/home", language=["en"], territory=["US"])

    def test_shows_progress(
        self,
        shared: SharedLevel,
        backstage: Backstage,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(
            "streamapi.responsecache.management.commands.warm_cache._EVERY_S", 0
        )
        out = run("warm_cache", "/v1/things", language=["en", "de"])
        assert out.splitlines()[:2] == ["1 of 2 answers", "2 of 2 answers"]


@pytest.mark.django_db
class TestStatusPage:
    @pytest.fixture
    def staff(self, django_user_model: Any) -> Any:
        user = django_user_model.objects.create(email="ops@example.org", is_staff=True)
        user.user_permissions.set(
            Permission.objects.filter(content_type__app_label="responsecache")
        )
        return user

    @pytest.fixture
    def browser(self, staff: Any) -> Client:
        client = Client()
        client.force_login(staff)
        return client

    @property
    def url(self) -> str:
        return reverse("admin:responsecache_cachedanswers_changelist")

    def test_shows_what_is_cached(self, browser: Client, shared: SharedLevel) -> None:
        shared.report({"hits": 3, "misses": 1, "processes": 1}, for_ms=5000)
        shared.report({"hits": 3, "misses": 1, "processes": 1}, for_ms=5000)
        assert shared.store(ENTRY, shared.look_up(ENTRY.key).moment)
        for tags in ({"titles"}, {"titles"}, {"page:7"}):
            shared.purge(tags)
        page = browser.get(self.url).content.decode()
        assert "75.0 %" in page
        assert ENTRY.key in page
        assert "1 answer" in page
        assert page.count("2 times in a row") == 1
        assert "page:7" in page
        assert "purged</span>" in page
        assert shared.store(ENTRY, shared.look_up(ENTRY.key).moment)
        assert "purged</span>" not in browser.get(self.url).content.decode()

    def test_purges(self, browser: Client, shared: SharedLevel) -> None:
        reply = browser.post(self.url, {"tags": "titles\ntitle:42"}, follow=True)
        assert "Purged title:42, titles." in reply.content.decode()
        assert set(shared.recent_purges()[0].tags) == {"titles", "title:42"}

    def test_says_what_is_wrong_with_a_tag(
        self, browser: Client, shared: SharedLevel
    ) -> None:
        page = browser.post(self.url, {"tags": "a,b"}).content.decode()
        assert "without ," in page
        assert shared.recent_purges() == []

    def test_works_while_redis_is_down(
        self, browser: Client, shared: SharedLevel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waiting = Delivery(lambda: shared, sleep=lambda _s: None)
        monkeypatch.setattr("streamapi.responsecache.admin.delivery", waiting)
        monkeypatch.setattr(waiting, "_retry_later", lambda: None)
        monkeypatch.setattr(SharedLevel, "purge", unreachable)
        monkeypatch.setattr(SharedLevel, "sizes", unreachable)
        page = browser.post(self.url, {"tags": "titles"}, follow=True).content.decode()
        assert "titles will be purged" in page
        assert "Redis does not answer" in page
        assert "Waiting to be purged: titles" in page

    def test_needs_the_permissions(
        self, browser: Client, staff: Any, shared: SharedLevel
    ) -> None:
        staff.user_permissions.set(
            Permission.objects.filter(codename="view_cachedanswers")
        )
        assert "<textarea" not in browser.get(self.url).content.decode()
        assert browser.post(self.url, {"tags": "titles"}).status_code == 403
        staff.user_permissions.clear()
        assert browser.get(self.url).status_code == 403

    def test_offers_no_adding(self, browser: Client, shared: SharedLevel) -> None:
        assert browser.get(f"{self.url}add/").status_code in {403, 404}


class TestDelivery:
    def test_keeps_what_redis_did_not_hear_and_sends_it_later(
        self, worker: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pauses: list[float] = []
        tries: list[frozenset[str]] = []
        delivery = Delivery(lambda: worker.shared, sleep=pauses.append)
        delivery.attach(worker.cache)

        def heard_at_the_third(tags: frozenset[str]) -> str:
            tries.append(tags)
            if len(tries) < 3:
                raise CacheDown("not yet")
            return "1"

        monkeypatch.setattr(
            SharedLevel, "purge", lambda _self, tags: heard_at_the_third(tags)
        )
        worker.get()
        delivery._retry_later = lambda: None
        delivery.deliver(frozenset({"page:home"}))
        assert worker.cache.memory.bytes == 0
        assert delivery.unsent == {"page:home"}
        delivery._retry()
        assert delivery.unsent == set()
        assert pauses == [0.5]

    def test_retries_in_one_thread_only(self, worker: Worker) -> None:
        delivery = Delivery(lambda: worker.shared)
        delivery._retrying = True
        delivery._retry_later()
        delivery._retrying = False
        delivery._retry_later()
        assert delivery.flush()
