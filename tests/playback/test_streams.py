"""How many screens a household has at once, with Redis, without it, and after it."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import devices
from playback import concurrency, flushing, households, leases, sessions, shards
from playback.models import PlaybackSession
from streamapi import state
from tests.factories import accounts
from tests.playback.screens import Screen, household
from tests.playback.test_play import film

pytestmark = pytest.mark.django_db


@contextmanager
def no_redis(settings: Settings) -> Iterator[None]:
    """Nothing listens where the state client connects to."""
    url = settings.REDIS_STATE_URL
    settings.REDIS_STATE_URL = "redis://127.0.0.1:1/1"
    state.client.cache_clear()
    try:
        yield
    finally:
        settings.REDIS_STATE_URL = url
        state.client.cache_clear()


def forget(screen: Screen) -> None:
    """Redis loses all that it knew of a household."""
    owner = screen.device.account.public_id
    state.client().delete(*shards.Keys(owner).all())


@pytest.fixture
def content_id() -> str:
    return film().title.public_id


class TestTheLimit:
    def test_one_more_is_refused_and_told_who_plays(self, content_id: str) -> None:
        first, second, third = household()
        assert first.play(content_id).status_code == 201
        assert second.play(content_id).status_code == 201
        response = third.play(content_id)
        problem = response.json()
        assert response.status_code == 409
        assert problem["code"] == "concurrent_stream_limit"
        assert problem["limit"] == 2
        told = {one["session_id"]: one for one in problem["active"]}
        assert set(told) == {first.session, second.session}
        one = told[first.session]
        assert one["device_name"] == "Screen 1"
        assert one["profile_name"] == "Ada"
        assert one["content_title"] == "Harbour Lights"
        assert one["started_at"].endswith("Z")

    def test_stopping_frees_the_slot_at_once(self, content_id: str) -> None:
        first, second, third = household()
        first.play(content_id)
        second.play(content_id)
        assert first.stop().status_code == 204
        assert third.play(content_id).status_code == 201
        response = first.beat()
        assert response.status_code == 410
        assert response.json()["reason"] == "stopped"

    def test_the_same_device_replaces_itself(self, content_id: str) -> None:
        first, second, _ = household()
        first.play(content_id)
        old = first.session
        second.play(content_id)
        assert first.play(content_id).status_code == 201
        assert first.session != old
        first.session = old
        assert first.beat().json() == {
            "action": "stop",
            "reason": "replaced",
            "ends_at": None,
            "channel_id": None,
            "next_heartbeat_s": 30,
        }
        assert PlaybackSession.objects.get(public_id=old).end_reason == "replaced"

    def test_a_plan_says_how_many(self, content_id: str) -> None:
        first, second, _ = household(streams=1)
        assert first.play(content_id).status_code == 201
        assert second.play(content_id).json()["limit"] == 1

    def test_televisions_may_be_counted_apart(
        self, content_id: str, settings: Settings
    ) -> None:
        settings.STREAMS_BY_FORM_FACTOR = {"tv": 1}
        screens = household(streams=3)
        screens[0].device.platform = screens[1].device.platform = "appletv"
        assert screens[0].play(content_id).status_code == 201
        assert screens[1].play(content_id).status_code == 409
        assert screens[2].play(content_id).status_code == 201

    def test_other_households_do_not_count(self, content_id: str) -> None:
        for _ in range(3):
            (screen,) = household(1, streams=1)
            assert screen.play(content_id).status_code == 201

    def test_a_crash_frees_the_slot_after_a_while(
        self, content_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(leases, "LEASE_S", 0)
        monkeypatch.setattr(households, "LEASE_S", 0)
        monkeypatch.setattr(concurrency, "LEASE_S", 0)
        first, second, third = household()
        first.play(content_id)
        second.play(content_id)
        assert third.play(content_id).status_code == 201

    @pytest.mark.fault
    @pytest.mark.parametrize("reached_by", [4, 2, 0])
    def test_two_hundred_starts_at_once_never_exceed_it(
        self, reached_by: int, transactional_db: None, content_id: str
    ) -> None:
        """By four workers, of which all, some or none reach Redis."""
        screens = household(40, streams=3)
        connections.close_all()  # a fork must not share a socket
        state.client.cache_clear()
        fork = multiprocessing.get_context("fork")
        with fork.Pool(4, signal.signal, (signal.SIGTERM, signal.SIG_DFL)) as pool:
            jobs = [(screens[n::4], content_id, 5, n < reached_by) for n in range(4)]
            found = pool.starmap(start_all, jobs, chunksize=1)
            pool.close()
            pool.join()
        statuses = [status for part in found for status in part]
        assert len(statuses) == 200
        assert set(statuses) <= {201, 409, 503}  # an overload refuses, too
        open_now = PlaybackSession.objects.open()
        playing = open_now.filter(account=screens[0].device.account)
        assert playing.count() == 3
        by_device = dict(playing.values_list("device", "public_id"))
        agreed_again(screens, by_device, content_id)


def agreed_again(
    screens: list[Screen], playing: dict[int, str], content_id: str
) -> None:
    """All reach Redis: who plays goes on, nobody else gets in, and both count three."""
    late = next(one for one in screens if one.device.pk not in playing)
    assert late.play(content_id).status_code == 409
    for screen in screens:
        if screen.device.pk in playing:
            screen.session = playing[screen.device.pk]
            assert screen.beat().json()["action"] == "continue"
            owner = screen.device.account.public_id
            assert leases.beat(owner, leases.Beat(screen.session)).state == "held"
    assert late.play(content_id).status_code == 409


def start_all(
    screens: list[Screen], content_id: str, times: int, reaches_redis: bool
) -> list[int]:
    """In a process of its own: every screen presses play, several times, at once."""
    state.client.cache_clear()

    def press(screen: Screen) -> int:
        try:
            return int(screen.play(content_id).status_code)
        finally:
            connections.close_all()

    reached = nullcontext() if reaches_redis else no_redis(settings)
    with reached, ThreadPoolExecutor(5) as threads:
        return list(threads.map(press, screens * times))


class TestTakeOver:
    def test_ends_the_other_stream_which_learns_at_its_next_heartbeat(
        self, content_id: str
    ) -> None:
        first, second, third = household()
        first.play(content_id)
        second.play(content_id)
        active = third.play(content_id).json()["active"]
        token = next(
            one["take_over"] for one in active if one["session_id"] == first.session
        )
        assert third.play(content_id, take_over=token).status_code == 201
        assert first.beat().json()["reason"] == "taken_over"
        assert second.beat().json()["action"] == "continue"
        assert third.beat().json()["action"] == "continue"

    def test_needs_a_token_of_this_household(self, content_id: str) -> None:
        (mine,) = household(1)
        token = concurrency.take_over_token("ac_other", "ps_other")
        for wrong in (token, "nonsense"):
            response = mine.play(content_id, take_over=wrong)
            assert response.json()["code"] == "invalid_take_over"


class TestWithoutRedis:
    def test_the_limit_is_held_by_postgresql(
        self, content_id: str, settings: Settings
    ) -> None:
        first, second, third = household()
        assert first.play(content_id).status_code == 201  # Redis is still there
        with no_redis(settings):
            assert second.play(content_id).status_code == 201
            problem = third.play(content_id).json()
            assert problem["code"] == "concurrent_stream_limit"
            token = problem["active"][0]["take_over"]
            assert second.play(content_id).status_code == 201  # replaces itself
            assert third.play(content_id, take_over=token).status_code == 201
            assert first.beat().json()["reason"] == "taken_over"
            assert third.beat().json()["action"] == "continue"

    def test_both_agree_again_afterwards(
        self, content_id: str, settings: Settings
    ) -> None:
        first, second, third = household()
        first.play(content_id)
        with no_redis(settings):
            second.play(content_id)
        forget(first)
        assert third.play(content_id).status_code == 409
        assert first.beat().json()["action"] == "continue"
        assert second.beat().json()["action"] == "continue"
        assert third.play(content_id).status_code == 409

    def test_what_a_device_began_meanwhile_counts_once(
        self, content_id: str, settings: Settings
    ) -> None:
        first, second, third = household()
        first.play(content_id)
        with (
            no_redis(settings),
            time_machine.travel(datetime.now(UTC) + timedelta(seconds=3)),
        ):
            assert first.play(content_id).status_code == 201
        assert second.play(content_id).status_code == 201
        assert first.beat().json()["action"] == "continue"
        assert third.play(content_id).status_code == 409

    def test_a_heartbeat_brings_a_lost_lease_back(self, content_id: str) -> None:
        first, *_ = household()
        first.play(content_id)
        forget(first)
        assert first.beat().json()["action"] == "continue"
        owner = first.device.account.public_id
        assert leases.beat(owner, leases.Beat(first.session)).state == "held"

    def test_a_lost_lease_does_not_come_back_over_the_limit(
        self, content_id: str
    ) -> None:
        first, second, third = household()
        first.play(content_id)
        forget(first)
        PlaybackSession.objects.update(ended_at=timezone.now())  # hidden for a moment
        second.play(content_id)
        third.play(content_id)
        PlaybackSession.objects.filter(public_id=first.session).update(ended_at=None)
        for _ in range(2):
            assert first.beat().json() == {
                "action": "stop",
                "reason": "taken_over",
                "ends_at": None,
                "channel_id": None,
                "next_heartbeat_s": 30,
            }
        assert second.beat().json()["action"] == "continue"

    def test_servers_that_reach_redis_and_servers_that_do_not_count_together(
        self, content_id: str, settings: Settings
    ) -> None:
        first, second, third = household()
        with no_redis(settings):
            first.play(content_id)
            second.play(content_id)
        # Redis believes that one is over, and would grant the slot.
        ended = shards.Keys(first.device.account.public_id).all()[2]
        state.client().hset(ended, first.session, "lost")
        assert third.play(content_id).status_code == 409

    def test_what_was_silent_for_too_long_is_over(
        self, content_id: str, settings: Settings
    ) -> None:
        first, second, _ = household()
        first.play(content_id)
        second.play(content_id)
        later = datetime.now(UTC) + timedelta(seconds=leases.LEASE_S + 1)
        forget(first)
        with time_machine.travel(later, tick=False):
            response = first.beat()
            assert response.status_code == 410
            assert response.json()["reason"] == "expired"
            with no_redis(settings):
                assert second.beat().status_code == 410
                assert second.beat().json()["reason"] == "expired"

    def test_stop_renew_and_a_free_film_work(
        self, content_id: str, settings: Settings, client
    ) -> None:
        (mine,) = household(1)
        with no_redis(settings):
            mine.play(content_id)
            url = f"/v1/playback/sessions/{mine.session}"
            assert mine.send("POST", f"{url}/renew").status_code == 200
            assert mine.stop().status_code == 204
            asked = {"content_id": content_id, "device": {"platform": "web"}}
            free = client.post(
                "/v1/playback/sessions", asked, content_type="application/json"
            )
            assert free.status_code == 201

    def test_a_database_that_fails_gives_the_slot_back(
        self, content_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, *_ = household(streams=1)

        def fail(*_: object, **__: object) -> None:
            raise DatabaseError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(concurrency, "store", fail)
            first.client.raise_request_exception = False
            assert first.play(content_id).status_code >= 500
        owner = first.device.account.public_id
        assert state.client().zcard(shards.Keys(owner).all()[0]) == 0


class TestHeartbeats:
    def test_need_no_sql(
        self, content_id: str, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        (mine,) = household(1)
        mine.play(content_id)
        with django_assert_num_queries(0):
            assert mine.beat(5000).status_code == 200

    def test_are_refused_for_another_household(self, content_id: str) -> None:
        (mine,) = household(1)
        (theirs,) = household(1)
        mine.play(content_id)
        theirs.session = mine.session
        assert theirs.beat().status_code == 404
        assert theirs.stop().status_code == 404
        assert mine.beat().status_code == 200

    def test_ask_to_renew_in_time_and_renewing_is_remembered(
        self, content_id: str
    ) -> None:
        (mine,) = household(1)
        mine.play(content_id)
        later = datetime.now(UTC) + timedelta(hours=3, minutes=51)
        with time_machine.travel(later, tick=False):
            assert mine.beat().json()["action"] == "renew"
            url = f"/v1/playback/sessions/{mine.session}/renew"
            assert mine.send("POST", url).status_code == 200
            assert mine.beat().json()["action"] == "continue"

    def test_reach_postgresql_with_the_next_flush(self, content_id: str) -> None:
        (mine,) = household(1)
        mine.play(content_id)
        PlaybackSession.objects.update(last_seen_at=datetime(2027, 1, 1, tzinfo=UTC))
        mine.beat()
        owner = mine.device.account.public_id
        flushing.flush_shard(shards.Keys(owner).shard)
        session = PlaybackSession.objects.get(public_id=mine.session)
        assert timezone.now() - session.last_seen_at < timedelta(minutes=1)


class TestRefusals:
    def test_a_device_that_was_signed_out_does_not_play(self, content_id: str) -> None:
        (mine,) = household(1)
        mine.device.revoked_at = timezone.now()
        mine.device.save()
        response = mine.play(content_id)
        assert response.status_code == 401
        assert response.json()["code"] == "device_revoked"
        mine.device.delete()
        assert mine.play(content_id).json()["code"] == "device_unknown"

    @pytest.mark.parametrize("with_redis", [True, False])
    @pytest.mark.django_db(transaction=True)
    def test_a_device_that_is_signed_out_stops_with_its_next_heartbeat(
        self, content_id: str, settings: Settings, with_redis: bool
    ) -> None:
        mine, other = household(2)
        mine.play(content_id)
        other.play(content_id)
        assert mine.beat().json()["action"] == "continue"
        with nullcontext() if with_redis else no_redis(settings):
            devices.revoke(mine.device, reason="removed", now=timezone.now())
            stopped = mine.beat()
            assert stopped.status_code == 410
            assert stopped.json()["reason"] == "revoked"
            assert other.beat().json()["action"] == "continue"
        assert mine.play(content_id).json()["code"] == "device_revoked"
        renewed = mine.send("POST", f"/v1/playback/sessions/{mine.session}/renew")
        assert renewed.status_code == 410

    def test_somebody_must_be_watching(self, content_id: str) -> None:
        (mine,) = household(1)
        mine.profile.public_id = ""
        response = mine.play(content_id)
        assert response.status_code == 403
        assert response.json()["code"] == "profile_required"

    def test_a_package_opens_what_is_in_it(self) -> None:
        asset = film(packages=("premium",))
        content_id = asset.title.public_id
        (without,) = household(1)
        (with_it,) = household(1, packages=("premium",))
        response = without.play(content_id)
        problem = response.json()
        assert response.status_code == 403
        assert problem["code"] == "not_entitled"
        assert problem["packages"] == ["premium"]
        assert problem["help"] == ["subscribe"]
        assert with_it.play(content_id).status_code == 201

    def test_a_permission_is_not_renewed_after_access_ended(self) -> None:
        content_id = film(packages=("premium",)).title.public_id
        (mine,) = household(1, packages=("premium",))
        mine.play(content_id)
        mine.device.account.entitlements.all().delete()
        renewed = mine.send("POST", f"/v1/playback/sessions/{mine.session}/renew")
        assert renewed.status_code == 403

    def test_a_permission_does_not_outlive_access(self) -> None:
        content_id = film(packages=("rented",)).title.public_id
        (mine,) = household(1)
        ends_at = timezone.now() + timedelta(hours=1)
        rented = accounts.make_product("rented")
        accounts.own(mine.device.account, rented, ends_at=ends_at)
        told = datetime.fromisoformat(mine.play(content_id).json()["expires_at"])
        assert abs(told - ends_at) < timedelta(seconds=2)

    def test_the_hours_of_a_rental_begin_with_the_first_play(self) -> None:
        content_id = film(packages=("film-1",)).title.public_id
        (mine,) = household(1)
        rental = accounts.make_product("film-1", kind="rental", play_window_hours=48)
        accounts.own(mine.device.account, rental)
        assert mine.play(content_id).status_code == 201
        owned = mine.device.account.entitlements.get(product=rental)
        assert owned.facts.first_played_at is not None

    def test_a_child_does_not_get_what_is_for_adults(self) -> None:
        asset = film(min_age=16)
        (child,) = household(1, maturity=7)
        problem = child.play(asset.title.public_id).json()
        assert problem["code"] == "maturity_blocked"
        assert problem["help"] == ["switch_profile"]

    def test_a_plan_caps_the_picture_of_what_it_opens_and_says_so(self) -> None:
        content_id = film(packages=("premium",)).title.public_id
        (mine,) = household(1, max_height=576, packages=("premium",))
        answer = mine.play(content_id, max_height=720).json()
        assert answer["max_resolution"] == "360p"
        assert answer["max_resolution_reason"] == "plan"
        free = mine.play(film().title.public_id).json()
        assert free["max_resolution"] == "720p"


class TestRepeating:
    def test_the_same_key_keeps_session_and_slot(self, content_id: str) -> None:
        first, second, _ = household(streams=1)
        one = first.play(content_id, "key-1").json()
        again = first.play(content_id, "key-1").json()
        assert one["session_id"] == again["session_id"]
        assert first.beat().json()["action"] == "continue"
        assert second.play(content_id, "key-1").status_code == 409

    def test_a_key_of_a_session_that_ended_does_not_start_another(
        self, content_id: str
    ) -> None:
        (mine,) = household(1)
        mine.play(content_id, "key-1")
        mine.stop()
        assert mine.play(content_id, "key-1").status_code == 410

    def test_at_the_same_time_they_make_one_session(
        self, content_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (mine,) = household(1)
        mine.play(content_id, "key-1")
        load = sessions.households.load

        def before_the_other(*args: object, **facts: object) -> object:
            household, about = load(*args, **facts)
            return replace(household, is_repeated=False), about

        monkeypatch.setattr(sessions.households, "load", before_the_other)
        response = mine.play(content_id, "key-1")
        assert response.status_code == 201
        assert PlaybackSession.objects.count() == 1
        assert mine.beat().json()["action"] == "continue"
