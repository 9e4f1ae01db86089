"""From the other screen on: positions, continue watching, list, ratings, overlay."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from catalog.models import Episode, Title
from playback import flushing, progress, rules, shards
from playback.management.commands import flush_progress
from playback.models import (
    ContinueItem,
    PlaybackSession,
    TitleRating,
    WatchlistItem,
    WatchProgress,
)
from playback.progress import Event
from streamapi import state
from tests.factories import accounts, catalog, playback
from tests.playback.screens import Screen, household
from tests.playback.test_play import film, publish
from tests.playback.test_streams import no_redis

NOW = datetime(2027, 1, 15, 8, 0, 0, tzinfo=UTC)
HOUR_AND_HALF = 5_400_000

pytestmark = pytest.mark.django_db


@pytest.fixture
def content_id() -> str:
    return film().title.public_id


@pytest.fixture
def screens() -> list[Screen]:
    return household(2)


def flush(screen: Screen) -> int:
    """What the flusher does, for the shard of one household."""
    return flushing.flush_shard(shards.Keys(screen.device.account.public_id).shard)


def series_with_video(episodes: int = 2) -> tuple[Title, list[str]]:
    series = catalog.series("Tides", seasons=(episodes,), genres=["drama"])
    found = Episode.objects.filter(season__title=series).order_by("number")
    for episode in found:
        playback.asset(episode=episode, duration_ms=1_800_000)
    publish(series)
    return series, [episode.public_id for episode in found]


def going_on(screen: Screen) -> list[tuple[str, int]]:
    results = screen.send("GET", "/v1/me/continue-watching").json()["results"]
    return [(one["content_id"], one["position_ms"]) for one in results]


class TestResume:
    def test_the_other_screen_goes_on_before_anything_is_flushed(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, second = screens
        first.play(content_id)
        first.beat(600_000)
        assert second.play(content_id).json()["resume_position_ms"] == 600_000
        beginning = second.play(content_id, start="beginning").json()
        assert beginning["resume_position_ms"] == 0

    def test_it_goes_on_after_redis_forgot_everything(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, second = screens
        first.play(content_id)
        first.beat(600_000)
        first.stop()
        owner = first.device.account.public_id
        state.client().delete(*shards.Keys(owner).all()[:4])
        assert second.play(content_id).json()["resume_position_ms"] == 600_000

    def test_it_goes_on_without_redis(
        self, screens: list[Screen], content_id: str, settings: Settings
    ) -> None:
        first, second = screens
        with no_redis(settings):
            first.play(content_id)
            first.beat(600_000)
            assert second.play(content_id).json()["resume_position_ms"] == 600_000

    def test_the_newer_of_both_stores_counts(
        self, screens: list[Screen], content_id: str, settings: Settings
    ) -> None:
        first, second = screens
        first.play(content_id)
        first.beat(600_000)
        with no_redis(settings):
            first.beat(900_000)
        assert second.play(content_id).json()["resume_position_ms"] == 900_000

    def test_what_was_finished_starts_over(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, second = screens
        first.play(content_id)
        first.beat(5_300_000)
        assert second.play(content_id).json()["resume_position_ms"] == 0
        first.stop()
        assert second.play(content_id).json()["resume_position_ms"] == 0

    def test_a_profile_does_not_see_another_ones_place(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, second = screens
        second.profile = accounts.make_profile(first.device.account, name="Bo")
        first.play(content_id)
        first.beat(600_000)
        assert second.play(content_id).json()["resume_position_ms"] == 0

    def test_a_trailer_leaves_no_trace(self, screens: list[Screen]) -> None:
        title = catalog.title(genres=["drama"])
        playback.asset(title, kind="trailer")
        publish(title)
        first, _ = screens
        first.play(title.public_id, kind="trailer")
        first.beat(600_000)
        first.stop()
        assert not WatchProgress.objects.exists()


class TestHeartbeatOrder:
    def test_an_older_report_that_arrives_late_changes_nothing(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, _ = screens
        first.play(content_id)
        now = timezone.now()
        first.beat(700_000, sent_at=now.isoformat(), seq=7)
        earlier = now - timedelta(seconds=30)
        first.beat(100_000, sent_at=earlier.isoformat(), seq=6)
        first.beat(200_000, sent_at=now.isoformat(), seq=7)
        flush(first)
        assert WatchProgress.objects.get().position_ms == 700_000

    def test_a_clock_that_is_far_off_is_not_believed(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, _ = screens
        first.play(content_id)
        first.beat(300_000, sent_at="2099-01-01T00:00:00Z")
        first.beat(600_000)
        flush(first)
        assert WatchProgress.objects.get().position_ms == 600_000


class TestFlushing:
    def test_happens_in_constant_queries(
        self,
        screens: list[Screen],
        content_id: str,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        first, second = screens
        other = film().title.public_id
        first.play(content_id)
        second.play(other)
        flush(first)
        first.beat(600_000)
        second.beat(600_000)
        with django_assert_num_queries(3 + 2):  # and a savepoint around the merge
            assert flush(first) == 4
        assert flush(first) == 0

    def test_what_was_added_meanwhile_stays_on_the_list(
        self,
        screens: list[Screen],
        content_id: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        first, _ = screens
        first.play(content_id)
        first.beat(600_000)
        record = progress.record

        def slowly(events: list[Event]) -> int:
            changed = record(events)
            monkeypatch.setattr(progress, "record", record)
            first.beat(900_000)
            return changed

        monkeypatch.setattr(progress, "record", slowly)
        flush(first)
        flush(first)
        assert WatchProgress.objects.get().position_ms == 900_000

    def test_a_flusher_that_dies_before_saving_loses_nothing(
        self,
        screens: list[Screen],
        content_id: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        first, _ = screens
        first.play(content_id)
        first.beat(600_000)
        with monkeypatch.context() as patch:

            def die(_events: object) -> int:
                raise SystemExit

            patch.setattr(progress, "record", die)
            with pytest.raises(SystemExit):
                flush(first)
        flush(first)
        assert WatchProgress.objects.get().position_ms == 600_000

    def test_a_position_that_redis_lost_is_skipped(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, _ = screens
        first.play(content_id)
        first.beat(600_000)
        keys = shards.Keys(first.device.account.public_id)
        state.client().delete(keys.all()[3])
        flush(first)
        assert flush(first) == 0
        assert not WatchProgress.objects.exists()

    def test_a_profile_that_was_deleted_is_skipped(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, _ = screens
        first.play(content_id)
        first.beat(600_000)
        first.profile.delete()
        flush(first)
        assert not WatchProgress.objects.exists()
        assert not ContinueItem.objects.exists()

    def test_the_command_saves_once(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, _ = screens
        first.play(content_id)
        first.beat(600_000)
        out = StringIO()
        call_command("flush_progress", once=True, stdout=out)
        assert out.getvalue().endswith("saved\n")
        assert WatchProgress.objects.get().position_ms == 600_000

    def test_the_command_goes_on_through_an_outage_until_it_is_stopped(
        self, monkeypatch: pytest.MonkeyPatch, settings: Settings
    ) -> None:
        settings.PLAYBACK_FLUSH_S = 0
        handlers: dict[int, object] = {}
        rounds: list[int] = []
        monkeypatch.setattr(flush_progress.signal, "signal", handlers.__setitem__)
        monkeypatch.setattr(flush_progress, "close_old_connections", lambda: None)

        def flaky() -> int:
            rounds.append(1)
            if len(rounds) == 3:
                stop = next(iter(handlers.values()))
                stop(15, None)  # type: ignore[operator]
            raise OperationalError("the database is starting up")

        monkeypatch.setattr(flushing, "flush", flaky)
        call_command("flush_progress")
        assert len(rounds) == 4  # and a last one after it was told to stop


class TestContinueWatching:
    def test_a_film_appears_once_it_was_begun(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, _ = screens
        first.play(content_id)
        first.beat(60_000)
        flush(first)
        assert going_on(first) == []
        first.beat(600_000)
        flush(first)
        assert going_on(first) == [(content_id, 600_000)]
        first.beat(5_300_000)
        first.stop()
        assert going_on(first) == []

    def test_an_entry_has_the_card_of_its_title(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, _ = screens
        first.play(content_id)
        first.beat(600_000)
        first.stop()
        page = first.send("GET", "/v1/me/continue-watching")
        (entry,) = page.json()["results"]
        assert entry["title"]["name"] == "Harbour Lights"
        assert entry["duration_ms"] == HOUR_AND_HALF
        assert page["Cache-Control"] == "private, no-store"

    def test_after_an_episode_comes_the_next_one(self, screens: list[Screen]) -> None:
        _, (one, two) = series_with_video()
        first, _ = screens
        first.play(one)
        first.beat(600_000)
        flush(first)
        assert going_on(first) == [(one, 600_000)]
        first.beat(1_650_000)  # less than three minutes are left
        first.stop()
        assert going_on(first) == [(two, 0)]
        first.play(two)
        first.beat(1_790_000)
        first.stop()
        assert going_on(first) == []

    def test_seeking_back_after_the_end_does_not_undo_it(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, _ = screens
        first.play(content_id)
        first.beat(5_300_000)
        flush(first)
        first.beat(600_000)
        flush(first)
        assert WatchProgress.objects.get().completed
        assert going_on(first) == []
        first.play(content_id)  # watching it again is another matter
        first.beat(700_000)
        first.stop()
        assert going_on(first) == [(content_id, 700_000)]

    def test_a_title_can_be_hidden_until_it_is_played_again(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, _ = screens
        first.play(content_id)
        first.beat(600_000)
        flush(first)
        hidden = first.send("DELETE", f"/v1/me/continue-watching/{content_id}")
        assert hidden.status_code == 204
        assert going_on(first) == []
        first.beat(700_000)
        flush(first)
        assert going_on(first) == [(content_id, 700_000)]


class TestOffline:
    @staticmethod
    def report(screen: Screen, *events: dict[str, object]):
        return screen.send("POST", "/v1/me/progress", {"events": list(events)})

    def test_what_was_watched_offline_is_merged_by_when_it_happened(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, _ = screens
        hours = [timezone.now() - timedelta(hours=n) for n in (1, 2, 3)]
        events = [
            {
                "content_id": content_id,
                "position_ms": 900_000,
                "at": hours[0].isoformat(),
            },
            {
                "content_id": content_id,
                "position_ms": 100_000,
                "at": hours[2].isoformat(),
            },
            {"content_id": "ti_unknown", "position_ms": 1, "at": hours[1].isoformat()},
        ]
        answer = self.report(first, *events).json()
        assert answer == {"changed": 1, "unknown": ["ti_unknown"]}
        assert self.report(first, *events).json()["changed"] == 0
        assert going_on(first) == [(content_id, 900_000)]

    def test_it_does_not_overwrite_what_was_watched_later(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, second = screens
        second.play(content_id)
        second.beat(900_000)
        second.stop()
        at = (timezone.now() - timedelta(hours=1)).isoformat()
        late = {"content_id": content_id, "position_ms": 100_000, "at": at}
        assert self.report(first, late).json()["changed"] == 0
        assert first.play(content_id).json()["resume_position_ms"] == 900_000

    def test_episodes_are_known_too(self, screens: list[Screen]) -> None:
        _, (one, two) = series_with_video()
        first, _ = screens
        at = timezone.now().isoformat()
        watched = {"content_id": one, "position_ms": 1_790_000, "at": at}
        assert self.report(first, watched).json()["changed"] == 1
        assert going_on(first) == [(two, 0)]

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"at": "2020-01-01T00:00:00Z"}, "event_too_old"),
            ({"at": "yesterday"}, "invalid"),
            ({"position_ms": -1}, "invalid"),
        ],
        ids=str,
    )
    def test_an_event_that_makes_no_sense_is_refused(
        self,
        change: dict[str, object],
        code: str,
        screens: list[Screen],
        content_id: str,
    ) -> None:
        at = timezone.now().isoformat()
        event = {"content_id": content_id, "position_ms": 1, "at": at} | change
        response = self.report(screens[0], event)
        assert response.status_code == 400
        assert response.json()["code"] == code

    def test_a_profile_that_is_gone_is_told(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, _ = screens
        first.profile.delete()
        first.profile.public_id = "pr_gone"
        at = timezone.now().isoformat()
        event = {"content_id": content_id, "position_ms": 1, "at": at}
        assert self.report(first, event).json()["code"] == "profile_gone"


class TestMerging:
    @pytest.fixture
    def profile_pk(self) -> int:
        return accounts.make_profile().pk

    @hypothesis_settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        moments=st.lists(
            st.tuples(
                st.integers(0, 20), st.integers(0, 3), st.integers(0, HOUR_AND_HALF)
            ),
            min_size=1,
            max_size=8,
            unique_by=lambda one: one[:2],
        ),
        seed=st.integers(0, 1000),
    )
    def test_any_order_and_any_repetition_give_the_same(
        self,
        profile_pk: int,
        moments: list[tuple[int, int, int]],
        seed: int,
    ) -> None:
        WatchProgress.objects.all().delete()
        title = Title.objects.first() or catalog.title()
        events = [
            Event(
                profile_pk=profile_pk,
                title_pk=title.pk,
                content_id="ti_x",
                position_ms=position,
                duration_ms=HOUR_AND_HALF,
                end_ms=0,
                episode=False,
                session_id=f"ps_{second}_{seq}",
                at=NOW + timedelta(seconds=second),
                seq=seq,
            )
            for second, seq, position in moments
        ]
        shuffled = events * 2
        random.Random(seed).shuffle(shuffled)
        for start in range(0, len(shuffled), 3):
            progress.record(shuffled[start : start + 3])
        newest = max(events, key=lambda event: event.order)
        kept = WatchProgress.objects.get()
        assert (kept.position_ms, kept.event_at) == (newest.position_ms, newest.at)
        assert kept.completed == newest.finished

    def test_nothing_is_merged_from_nothing(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(2):  # a savepoint
            assert progress.record([]) == 0


class TestRules:
    @pytest.mark.parametrize(
        ("position", "duration", "expected"),
        [
            (121_000, 7_200_000, True),
            (119_000, 7_200_000, False),
            (2_000, 60_000, True),
        ],
    )
    def test_started(self, position: int, duration: int, expected: bool) -> None:
        assert rules.started(position, duration) is expected

    @pytest.mark.parametrize(
        ("position", "duration", "end", "episode", "expected"),
        [
            (6_900_000, 7_200_000, 0, False, True),
            (6_800_000, 7_200_000, 0, False, False),
            (6_800_000, 7_200_000, 6_700_000, False, True),
            (6_600_000, 7_200_000, 6_700_000, False, False),
            (1_630_000, 1_800_000, 0, True, True),
            (1_630_000, 1_800_000, 0, False, False),
            (30_000, 60_000, 0, True, False),
        ],
    )
    def test_finished(
        self, position: int, duration: int, end: int, episode: bool, expected: bool
    ) -> None:
        assert rules.finished(position, duration, end, episode) is expected


class TestHistory:
    @pytest.fixture
    def watched(self, screens: list[Screen], content_id: str) -> Screen:
        first, _ = screens
        first.play(content_id)
        first.beat(600_000)
        first.stop()
        return first

    def test_lists_what_was_watched(self, watched: Screen, content_id: str) -> None:
        (entry,) = watched.send("GET", "/v1/me/history").json()["results"]
        assert entry["content_id"] == content_id
        assert entry["position_ms"] == 600_000
        assert entry["completed"] is False

    def test_pages_do_not_repeat(self, watched: Screen) -> None:
        other = film().title.public_id
        watched.play(other)
        watched.beat(600_000)
        watched.stop()
        one = watched.send("GET", "/v1/me/history?limit=1").json()
        two = watched.send("GET", f"/v1/me/history?limit=1&cursor={one['next']}").json()
        ids = [page["results"][0]["content_id"] for page in (one, two)]
        assert ids[0] == other
        assert len(set(ids)) == 2
        assert two["next"] is None

    def test_one_entry_can_be_deleted_and_does_not_come_back(
        self, watched: Screen, content_id: str
    ) -> None:
        watched.play(content_id)
        watched.beat(700_000)
        deleted = watched.send("DELETE", f"/v1/me/history/{content_id}")
        assert deleted.status_code == 204
        flush(watched)
        assert watched.send("GET", "/v1/me/history").json()["results"] == []
        assert going_on(watched) == []
        assert watched.play(content_id).json()["resume_position_ms"] == 0

    def test_all_of_it_can_be_deleted(self, watched: Screen) -> None:
        for _ in range(2):
            assert watched.send("DELETE", "/v1/me/history").status_code == 204
        assert not WatchProgress.objects.exists()

    def test_deleting_works_without_redis(
        self, watched: Screen, settings: Settings
    ) -> None:
        with no_redis(settings):
            assert watched.send("DELETE", "/v1/me/history").status_code == 204
        assert not WatchProgress.objects.exists()


class TestListAndRatings:
    def test_a_title_is_kept_once_and_dropped(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, _ = screens
        url = f"/v1/me/watchlist/{content_id}"
        for _ in range(2):
            assert first.send("PUT", url).status_code == 204
        (entry,) = first.send("GET", "/v1/me/watchlist").json()["results"]
        assert entry["title"]["id"] == content_id
        for _ in range(2):
            assert first.send("DELETE", url).status_code == 204
        assert not WatchlistItem.objects.exists()

    def test_the_last_rating_counts(
        self, screens: list[Screen], content_id: str
    ) -> None:
        first, _ = screens
        url = f"/v1/me/ratings/{content_id}"
        for value in ("dislike", "love"):
            assert first.send("PUT", url, {"value": value}).status_code == 204
        assert TitleRating.objects.get().value == "love"
        assert first.send("PUT", url, {"value": "meh"}).status_code == 400
        assert first.send("DELETE", url).status_code == 204
        assert not TitleRating.objects.exists()

    def test_an_unknown_title_is_not_found(self, screens: list[Screen]) -> None:
        first, _ = screens
        assert first.send("PUT", "/v1/me/watchlist/ti_0").status_code == 404

    def test_somebody_must_be_signed_in_and_watching(
        self, screens: list[Screen], client
    ) -> None:
        assert client.get("/v1/me/watchlist").status_code == 401
        screens[0].profile.public_id = ""
        refused = screens[0].send("GET", "/v1/me/watchlist")
        assert refused.json()["code"] == "profile_required"


class TestOverlay:
    def test_says_what_the_profile_adds_to_a_page(
        self,
        screens: list[Screen],
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        begun = film().title.public_id
        locked = film(packages=("premium",)).title.public_id
        first, _ = screens
        first.play(begun)
        first.beat(600_000)
        first.stop()
        first.send("PUT", f"/v1/me/watchlist/{begun}")
        first.send("PUT", f"/v1/me/ratings/{begun}", {"value": "love"})
        ids = [begun, locked, f"{begun} x", *(f"ti_{n}" for n in range(237))]
        with django_assert_num_queries(1):
            answer = first.send("POST", "/v1/me/overlay", {"ids": ids})
        assert answer.json() == {
            "items": {
                begun: {
                    "progress": {
                        "position_ms": 600_000,
                        "duration_ms": HOUR_AND_HALF,
                        "completed": False,
                    },
                    "next_content_id": begun,
                    "in_watchlist": True,
                    "rating": "love",
                    "entitled": True,
                },
                locked: {"entitled": False},
            }
        }
        too_many = first.send("POST", "/v1/me/overlay", {"ids": [*ids, "ti_x"]})
        assert too_many.status_code == 400


def test_names_for_people() -> None:
    profile, title = accounts.make_profile(), catalog.title()
    shared = {"profile": profile, "title": title}
    place = {"content_id": "ti_x", "position_ms": 5, "duration_ms": 9, "event_at": NOW}
    watched = WatchProgress(**shared, **place, started=True, completed=False)
    assert str(watched) == "ti_x at 5 ms"
    assert str(ContinueItem(**shared, **place)) == "ti_x from 5 ms"
    assert str(WatchlistItem(**shared)) == f"{title.pk} of {profile.pk}"
    assert str(TitleRating(**shared, value="love")) == f"love of {title.pk}"
    assert str(PlaybackSession(public_id="ps_x")) == "ps_x"
