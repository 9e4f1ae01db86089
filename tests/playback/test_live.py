"""Play a channel: live, from the start, afterwards; refused, and stopped on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import pins, support
from accounts.models import Entitlement, Package, Product
from channels import blackouts
from channels.models import Channel, ChannelSource, Programme
from playback import rights_news
from playback.models import Asset, PlaybackSession, WatchProgress
from streamapi.state import client as state
from tests.factories import accounts, channels, playback
from tests.playback.screens import PLAY, Screen, household

NOW = datetime(2027, 1, 15, 20, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    """The clock of the service; Redis has its own."""
    blackouts.forget()
    rights_news.forget()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
    blackouts.forget()
    rights_news.forget()


@pytest.fixture
def film() -> Asset:
    """What the development origin plays round and round."""
    return playback.asset()


@pytest.fixture
def channel(film: Asset) -> Channel:
    """A free channel with catch-up of a day."""
    channel = channels.make_channel("Meridian", slug="meridian", catchup_hours=24)
    channels.make_stream(
        channel, kind=ChannelSource.Kind.ORIGIN, url=film.title.public_id
    )
    return channel


@pytest.fixture
def evening(channel: Channel) -> dict[str, Programme]:
    """Programmes of an hour each, around half past eight."""
    return {
        name: channels.make_programme(channel, NOW - 30 * MINUTE + n * HOUR, title=name)
        for name, n in (("yesterday", -25), ("before", -1), ("now", 0), ("next", 1))
    }


def play(client: Client, **asked: Any) -> Any:
    body = {"device": {"platform": "web"}} | asked
    return client.post(PLAY, body, content_type="application/json")


def beat(client: Client, session: str, **body: Any) -> Any:
    url = f"{PLAY}/{session}/heartbeat"
    body = {"position_ms": 0} | body
    return client.post(url, body, content_type="application/json")


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def behind_a_pin(channel: Channel) -> Screen:
    """A screen that plays what is above the profile's ceiling, by somebody's PIN."""
    channel.programmes.update(min_age=16)
    (screen,) = household(1, maturity=12)
    guard = accounts.make_profile(screen.device.account, name="Grace", maturity=18)
    pins.store(guard, "2468")
    proof = screen.send("POST", "/v1/me/pin-proof", {"pin": "2468"}).json()
    screen.play("", channel_id="meridian", pin_proof=proof["pin_proof"])
    return screen


class TestTheAnswer:
    def test_live(
        self,
        client: Client,
        channel: Channel,
        film: Asset,
        evening: dict[str, Programme],
    ) -> None:
        response = play(client, channel_id=channel.public_id)
        answer = response.json()
        assert response.status_code == 201, answer
        base = f"/live/{channel.public_id}/{film.folder}"
        assert answer["manifests"] == [
            {
                "type": "hls",
                "url": f"{base}/master.m3u8",
                "mime": "application/vnd.apple.mpegurl",
            }
        ]
        assert answer["delivery_auth"]["path"] == f"{base}/"
        assert answer["content_id"] == channel.public_id
        assert answer["title_id"] is None
        assert answer["name"] == "Meridian"
        assert answer["duration_ms"] == answer["resume_position_ms"] == 0
        assert answer["live"] == {
            "mode": "live",
            "channel": {
                "id": channel.public_id,
                "slug": "meridian",
                "name": "Meridian",
                "number": channel.number,
            },
            "programme": {
                "id": evening["now"].public_id,
                "title": "now",
                "episode_title": "",
                "starts_at": "2027-01-15T20:00:00Z",
                "ends_at": "2027-01-15T21:00:00Z",
            },
            "startover": {
                "airing_id": evening["now"].public_id,
                "starts_at": "2027-01-15T20:00:00Z",
            },
            "catchup_from": "2027-01-14T20:30:00Z",
            "live_edge_at": "2027-01-15T20:30:00Z",
            "can_pause": True,
            "server_time": "2027-01-15T20:30:00Z",
        }

    def test_start_over_is_the_range_of_the_programme(
        self, client: Client, channel: Channel, evening: dict[str, Programme]
    ) -> None:
        by_channel = play(client, channel_id="meridian", start="startover").json()
        by_airing = play(
            client, airing_id=evening["now"].public_id, start="startover"
        ).json()
        for answer in (by_channel, by_airing):
            assert answer["live"]["mode"] == "startover"
            assert answer["content_id"] == evening["now"].public_id
            assert answer["duration_ms"] == 3_600_000
            url = answer["manifests"][0]["url"]
            start = int(evening["now"].starts_at.timestamp())
            assert url.endswith(f"/master.m3u8?start={start}&end={start + 3600}")

    def test_catch_up_is_the_range_of_a_past_programme(
        self, client: Client, evening: dict[str, Programme]
    ) -> None:
        before = evening["before"]
        answer = play(client, airing_id=before.public_id, start="catchup").json()
        assert answer["live"]["mode"] == "catchup"
        assert answer["live"]["startover"] is None
        assert answer["live"]["live_edge_at"] is None
        start = int(before.starts_at.timestamp())
        assert f"?start={start}&end={start + 3600}" in answer["manifests"][0]["url"]

    def test_time_decides_between_start_over_and_catch_up(
        self, client: Client, evening: dict[str, Programme]
    ) -> None:
        for name, asked, mode in (
            ("now", "catchup", "startover"),
            ("before", "startover", "catchup"),
        ):
            airing = evening[name].public_id
            answer = play(client, airing_id=airing, start=asked).json()
            assert answer["live"]["mode"] == mode

    def test_titles_come_in_the_language_that_is_asked_for(
        self, client: Client, channel: Channel
    ) -> None:
        channels.make_programme(
            channel, NOW, title="News", translations={"de": {"title": "Nachrichten"}}
        )
        url = f"{PLAY}?lang=de"
        body = {"device": {"platform": "web"}, "channel_id": "meridian"}
        answer = client.post(url, body, content_type="application/json").json()
        assert answer["live"]["programme"]["title"] == "Nachrichten"

    def test_a_channel_without_a_guide_plays_live(
        self, client: Client, channel: Channel
    ) -> None:
        answer = play(client, channel_id=channel.public_id).json()
        assert answer["live"]["programme"] is None
        assert answer["live"]["startover"] is None

    def test_a_limit_of_height_names_a_smaller_list(
        self, client: Client, channel: Channel
    ) -> None:
        answer = play(client, channel_id="meridian", max_height=360).json()
        assert answer["manifests"][0]["url"].endswith("/master-360.m3u8")
        assert answer["max_resolution"] == "360p"

    def test_the_same_key_gives_the_same_session(self, channel: Channel) -> None:
        (screen, *_) = household()
        first = screen.play("", key="k1", channel_id="meridian")
        again = screen.play("", key="k1", channel_id="meridian")
        other = screen.play(
            "", key="k1", channel_id="meridian", start="live", max_height=1
        )
        assert first.json()["session_id"] == again.json()["session_id"]
        assert code(other) == (422, "idempotency_key_reused")


class TestSources:
    def test_the_first_that_is_up_and_plays_here_is_taken(
        self, client: Client, channel: Channel
    ) -> None:
        channel.sources.all().delete()
        kind = ChannelSource.Kind
        for position, (url, fields) in enumerate(
            (
                ("https://a.example/down.m3u8", {"health": "down"}),
                ("https://b.example/off.m3u8", {"is_active": False}),
                ("ti_gone", {"kind": kind.ORIGIN}),
                ("https://c.example/only.mpd", {}),
                ("https://d.example/x/live.m3u8", {"kind": kind.MEDIAPACKAGE_V2}),
            )
        ):
            channels.make_stream(channel, position=position, url=url, **fields)
        iphone = play(client, channel_id="meridian", device={"platform": "iphone"})
        manifest = iphone.json()["manifests"][0]
        assert manifest["url"] == "https://d.example/x/live.m3u8"
        assert iphone.json()["delivery_auth"]["path"] == "/x/"
        assert iphone.json()["max_resolution"] is None
        web = play(client, channel_id="meridian").json()["manifests"][0]
        assert (web["type"], web["mime"]) == ("dash", "application/dash+xml")

    def test_a_source_that_is_down_is_better_than_none(
        self, client: Client, channel: Channel
    ) -> None:
        channel.sources.update(health="down")
        assert play(client, channel_id="meridian").status_code == 201

    def test_ranges_are_asked_of_a_source_that_has_them(
        self, client: Client, channel: Channel, evening: dict[str, Programme]
    ) -> None:
        channel.sources.all().delete()
        kind = ChannelSource.Kind
        channels.make_stream(channel, url="https://a.example/live.m3u8")
        airing = evening["before"].public_id
        refused = play(client, airing_id=airing, start="catchup")
        assert code(refused) == (409, "not_playable")
        channels.make_stream(
            channel, kind=kind.MEDIAPACKAGE_V2, url="https://b.example/x/live.m3u8"
        )
        url = play(client, airing_id=airing, start="catchup").json()["manifests"][0][
            "url"
        ]
        start = int(evening["before"].starts_at.timestamp())
        assert url == (
            "https://b.example/x/live.m3u8"
            f"?aws.manifestsettings=start:{start};end:{start + 3600}"
        )

    def test_without_any_the_channel_cannot_be_played(
        self, client: Client, channel: Channel
    ) -> None:
        channel.sources.all().delete()
        assert code(play(client, channel_id="meridian")) == (409, "not_playable")


class TestRefusals:
    @pytest.mark.parametrize(
        ("asked", "pointer"),
        [
            ({}, "/content_id"),
            ({"content_id": "ti_1", "channel_id": "ch_1"}, "/content_id"),
            ({"channel_id": "meridian", "start": "resume"}, "/start"),
            ({"content_id": "ti_1", "start": "live"}, "/start"),
        ],
    )
    def test_what_makes_no_sense_is_said(
        self, client: Client, asked: dict[str, str], pointer: str
    ) -> None:
        response = play(client, **asked)
        assert code(response) == (400, "invalid")
        assert response.json()["errors"][0]["pointer"] == pointer

    def test_what_does_not_exist(self, client: Client, channel: Channel) -> None:
        gone = channels.make_channel(is_active=False)
        unknown = f"pg_{channel.public_id[3:]}zzz"
        for asked in (
            {"channel_id": "no-such"},
            {"channel_id": gone.public_id},
            {"airing_id": "nonsense"},
            {"airing_id": unknown},
        ):
            assert code(play(client, **asked)) == (404, "not_found")

    def test_a_programme_of_another_channel(
        self, client: Client, evening: dict[str, Programme]
    ) -> None:
        other = channels.make_channel()
        airing = evening["now"].public_id
        asked = {"airing_id": airing, "channel_id": other.public_id}
        assert code(play(client, **asked)) == (400, "invalid")

    def test_nothing_is_on_to_start_over(
        self, client: Client, channel: Channel
    ) -> None:
        response = play(client, channel_id="meridian", start="startover")
        assert code(response) == (400, "invalid")

    def test_the_time_of_a_programme(
        self, client: Client, evening: dict[str, Programme]
    ) -> None:
        for name, start, expected in (
            ("next", "live", (409, "programme_not_started")),
            ("next", "catchup", (409, "programme_not_started")),
            ("before", "live", (409, "programme_ended")),
        ):
            response = play(client, airing_id=evening[name].public_id, start=start)
            assert code(response) == expected

    def test_a_programme_that_is_not_kept_any_longer(
        self, client: Client, evening: dict[str, Programme]
    ) -> None:
        response = play(
            client, airing_id=evening["yesterday"].public_id, start="catchup"
        )
        assert code(response) == (410, "catchup_expired")
        assert response.json()["expired_at"] == "2027-01-15T20:00:00Z"

    def test_what_the_channel_or_the_programme_does_not_allow(
        self, client: Client, channel: Channel, evening: dict[str, Programme]
    ) -> None:
        channel.programmes.filter(title="now").update(can_start_over=False)
        channel.programmes.filter(title="before").update(can_catch_up=False)
        for name, start, expected in (
            ("now", "startover", "start_over_not_allowed"),
            ("before", "catchup", "catchup_not_allowed"),
        ):
            response = play(client, airing_id=evening[name].public_id, start=start)
            assert code(response) == (403, expected)

    def test_a_channel_in_a_package(self, client: Client, channel: Channel) -> None:
        channel.packages.set([accounts.make_package("sport")])
        refused = play(client, channel_id="meridian")
        assert code(refused) == (401, "not_entitled")
        assert refused.json()["packages"] == ["sport"]
        (screen, *_) = household(packages=("sport",))
        assert screen.play("", channel_id="meridian").status_code == 201

    def test_a_territory(self, client: Client, channel: Channel) -> None:
        channel.territories = ["AT"]
        channel.save()
        assert code(play(client, channel_id="meridian")) == (403, "territory_blocked")

    def test_the_age_of_the_running_programme_counts(
        self, channel: Channel, evening: dict[str, Programme]
    ) -> None:
        (screen, *_) = household(maturity=6)
        blocked = screen.play("", channel_id="meridian")
        assert code(blocked) == (403, "maturity_blocked")  # unrated counts as 12
        channel.programmes.filter(title="now").update(min_age=6)
        assert screen.play("", channel_id="meridian").status_code == 201
        channel.programmes.filter(title="now").update(min_age=None, is_filler=True)
        assert screen.play("", channel_id="meridian").status_code == 201

    def test_streams_at_once_are_counted_with_films(self, channel: Channel) -> None:
        first, second, *_ = household(streams=1)
        assert first.play("", channel_id="meridian").status_code == 201
        refused = second.play("", channel_id="meridian")
        assert code(refused) == (409, "concurrent_stream_limit")
        assert refused.json()["active"][0]["content_title"] == "Meridian"


class TestBlackouts:
    def test_refuses_with_reason_end_and_alternative(
        self, client: Client, channel: Channel
    ) -> None:
        other = channels.make_channel()
        channels.make_blackout(
            channel, NOW - MINUTE, minutes=31, reason="region", alternative=other
        )
        response = play(client, channel_id="meridian")
        assert code(response) == (403, "blackout")
        problem = response.json()
        assert problem["ends_at"] == "2027-01-15T21:00:00Z"
        assert problem["reason"] == "region"
        assert problem["alternative_channel_id"] == other.public_id

    @pytest.mark.parametrize(
        ("fields", "refused"),
        [
            ({"territories": ["US"]}, True),
            ({"territories": ["AT"]}, False),
            ({"form_factors": ["web", "tv"]}, True),
            ({"form_factors": ["tv"]}, False),
        ],
    )
    def test_holds_for_territories_and_screens(
        self, client: Client, channel: Channel, fields: dict[str, Any], refused: bool
    ) -> None:
        channels.make_blackout(channel, NOW - MINUTE, **fields)
        response = play(client, channel_id="meridian")
        assert (response.status_code == 403) is refused

    def test_what_was_blacked_out_is_not_shown_afterwards(
        self, client: Client, channel: Channel, evening: dict[str, Programme]
    ) -> None:
        channels.make_blackout(channel, NOW - 45 * MINUTE, minutes=5)
        assert play(client, channel_id="meridian").status_code == 201
        airing = evening["before"].public_id
        assert code(play(client, airing_id=airing, start="catchup")) == (
            403,
            "blackout",
        )

    def test_permission_to_fetch_ends_when_one_begins(
        self, client: Client, channel: Channel
    ) -> None:
        channels.make_blackout(channel, NOW + 10 * MINUTE)
        answer = play(client, channel_id="meridian").json()
        assert answer["expires_at"] == "2027-01-15T20:40:00Z"
        assert beat(client, answer["session_id"]).json()["action"] == "continue"

    def test_one_that_was_known_stops_the_next_heartbeat(
        self, client: Client, channel: Channel, travel: time_machine.Traveller
    ) -> None:
        channels.make_blackout(channel, NOW + 10 * MINUTE, minutes=60)
        session = play(client, channel_id="meridian").json()["session_id"]
        travel.move_to(NOW + 10 * MINUTE)
        assert beat(client, session).json() == {
            "action": "stop",
            "reason": "blackout",
            "ends_at": "2027-01-15T21:40:00Z",
            "channel_id": None,
            "next_heartbeat_s": 30,
        }
        stored = PlaybackSession.objects.get(public_id=session)
        assert (stored.ended_at, stored.end_reason) == (NOW + 10 * MINUTE, "blackout")
        assert beat(client, session).json()["reason"] == "blackout"

    def test_one_that_is_set_during_play_stops_as_well(
        self, client: Client, channel: Channel
    ) -> None:
        session = play(client, channel_id="meridian").json()["session_id"]
        assert beat(client, session).json()["action"] == "continue"
        other = channels.make_channel()
        channels.make_blackout(channel, NOW - MINUTE, alternative=other)
        blackouts.forget()  # five seconds later
        told = beat(client, session).json()
        assert (told["action"], told["reason"]) == ("switch", "blackout")
        assert told["channel_id"] == other.public_id

    def test_frees_the_slot(self, channel: Channel) -> None:
        first, second, *_ = household(streams=1)
        first.play("", channel_id="meridian")
        channels.make_blackout(channel, NOW - MINUTE, form_factors=["web"])
        blackouts.forget()
        assert first.beat().json()["action"] == "stop"
        other = channels.make_channel(slug="other")
        channels.make_stream(other)
        assert second.play("", channel_id="other").status_code == 201

    def test_while_the_database_is_away_what_was_known_holds(
        self, client: Client, channel: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = play(client, channel_id="meridian").json()["session_id"]
        assert beat(client, session).json()["action"] == "continue"
        blackouts.forget()

        def away(*_moments: datetime) -> None:
            raise DatabaseError

        monkeypatch.setattr(blackouts.Blackout.objects, "within", away)
        assert beat(client, session).json()["action"] == "continue"


class TestDuringPlay:
    def test_heartbeats_need_no_sql(
        self,
        channel: Channel,
        evening: dict[str, Programme],
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        (screen, *_) = household()
        screen.play("", channel_id="meridian")
        screen.beat()
        with django_assert_num_queries(0):
            assert screen.beat().json()["action"] == "continue"

    def test_rights_are_asked_for_again_when_the_programme_changes(
        self,
        channel: Channel,
        evening: dict[str, Programme],
        travel: time_machine.Traveller,
    ) -> None:
        channel.programmes.filter(title="now").update(min_age=6)
        (screen, *_) = household(maturity=6)
        screen.play("", channel_id="meridian")
        travel.move_to(NOW + 29 * MINUTE)
        assert screen.beat().json()["action"] == "continue"
        travel.move_to(NOW + 30 * MINUTE)
        told = screen.beat().json()
        assert (told["action"], told["reason"]) == ("stop", "maturity_blocked")
        assert screen.beat().json()["reason"] == "rights"

    def test_what_a_pin_opened_stays_open_until_the_programme_ends(
        self,
        channel: Channel,
        evening: dict[str, Programme],
        travel: time_machine.Traveller,
    ) -> None:
        screen = behind_a_pin(channel)
        for minutes in (6, 18, 29):
            travel.move_to(NOW + minutes * MINUTE)
            assert screen.beat().json()["action"] == "continue"
        travel.move_to(NOW + 31 * MINUTE)
        assert screen.beat().json()["reason"] == "maturity_blocked"

    def test_and_every_five_minutes(
        self, channel: Channel, travel: time_machine.Traveller
    ) -> None:
        (screen, *_) = household()
        screen.play("", channel_id="meridian")
        sport = accounts.make_package("sport")
        Channel.packages.through.objects.create(channel=channel, package=sport)
        travel.move_to(NOW + 4 * MINUTE)
        assert screen.beat().json()["action"] == "continue"
        travel.move_to(NOW + 5 * MINUTE)
        assert screen.beat().json()["reason"] == "not_entitled"

    def test_rights_that_hold_are_good_for_longer(
        self,
        channel: Channel,
        travel: time_machine.Traveller,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        (screen, *_) = household()
        screen.play("", channel_id="meridian")
        travel.move_to(NOW + 6 * MINUTE)
        assert screen.beat().json()["action"] == "continue"
        travel.move_to(NOW + 7 * MINUTE)
        with django_assert_num_queries(0):
            assert screen.beat().json()["action"] == "continue"

    def test_a_blackout_found_when_rights_are_asked_for(
        self, channel: Channel, travel: time_machine.Traveller
    ) -> None:
        (screen, *_) = household()
        screen.play("", channel_id="meridian")
        screen.beat()
        channels.make_blackout(channel, NOW - MINUTE)
        travel.move_to(NOW + 5 * MINUTE)
        told = screen.beat().json()
        assert (told["action"], told["reason"]) == ("stop", "blackout")
        assert told["ends_at"] == "2027-01-15T21:29:00Z"

    def test_one_programme_live_ends_with_it(
        self,
        client: Client,
        evening: dict[str, Programme],
        travel: time_machine.Traveller,
    ) -> None:
        answer = play(client, airing_id=evening["now"].public_id, start="live").json()
        assert answer["expires_at"] == "2027-01-15T21:00:00Z"
        travel.move_to(NOW + 30 * MINUTE)
        told = beat(client, answer["session_id"]).json()
        assert (told["action"], told["reason"]) == ("stop", "programme_ended")

    def test_who_started_over_goes_on_live_at_the_end(
        self,
        client: Client,
        channel: Channel,
        evening: dict[str, Programme],
        travel: time_machine.Traveller,
    ) -> None:
        answer = play(client, channel_id="meridian", start="startover").json()
        session = answer["session_id"]
        assert beat(client, session, state="ended").json()["action"] == "continue"
        travel.move_to(NOW + 80 * MINUTE)
        assert beat(client, session).json()["action"] == "continue"
        told = beat(client, session, state="ended").json()
        assert (told["action"], told["reason"]) == ("switch", "programme_ended")
        assert told["channel_id"] == channel.public_id

    def test_catching_up_ends_at_the_end(
        self, client: Client, evening: dict[str, Programme]
    ) -> None:
        airing = evening["before"].public_id
        session = play(client, airing_id=airing, start="catchup").json()["session_id"]
        told = beat(client, session, state="ended").json()
        assert (told["action"], told["reason"]) == ("stop", "programme_ended")

    def test_catching_up_ends_with_the_time_it_is_kept(
        self,
        client: Client,
        evening: dict[str, Programme],
        travel: time_machine.Traveller,
    ) -> None:
        airing = evening["before"].public_id
        session = play(client, airing_id=airing, start="catchup").json()["session_id"]
        travel.move_to(NOW + 24 * HOUR)
        told = beat(client, session).json()
        assert (told["action"], told["reason"]) == ("stop", "catchup_expired")

    def test_starting_over_without_catch_up_leaves_time_to_see_the_end(
        self,
        client: Client,
        channel: Channel,
        evening: dict[str, Programme],
        travel: time_machine.Traveller,
    ) -> None:
        channel.catchup_hours = 0
        channel.save()
        session = play(client, channel_id="meridian", start="startover").json()[
            "session_id"
        ]
        travel.move_to(NOW + 45 * MINUTE)
        assert beat(client, session).json()["action"] == "continue"
        travel.move_to(NOW + 90 * MINUTE)
        assert beat(client, session).json()["reason"] == "programme_ended"

    def test_renewal_asks_for_the_rights_as_well(
        self, channel: Channel, travel: time_machine.Traveller
    ) -> None:
        (screen, *_) = household()
        screen.play("", channel_id="meridian")
        travel.move_to(NOW + 235 * MINUTE)
        assert screen.beat().json()["action"] == "renew"
        renewed = screen.send("POST", f"{PLAY}/{screen.session}/renew")
        assert renewed.json()["expires_at"] == "2027-01-16T04:25:00Z"
        assert screen.beat().json()["action"] == "continue"
        channels.make_blackout(channel, NOW, minutes=600)
        refused = screen.send("POST", f"{PLAY}/{screen.session}/renew")
        assert code(refused) == (403, "blackout")

    def test_without_redis_blackouts_stop_too(
        self, client: Client, channel: Channel, settings: Settings
    ) -> None:
        session = play(client, channel_id="meridian").json()["session_id"]
        channels.make_blackout(channel, NOW - MINUTE)
        blackouts.forget()
        settings.REDIS_STATE_URL = "redis://127.0.0.1:1/0"
        state.cache_clear()
        try:
            assert beat(client, session).json()["reason"] == "blackout"
        finally:
            state.cache_clear()


@pytest.fixture
def fresh_state() -> Iterator[None]:
    """The client of Redis as it was, after a test that led it elsewhere."""
    yield
    state.cache_clear()


def suspend(owned: Entitlement, **why: Any) -> None:
    """Stop the household that owns this."""
    support.suspend(owned.account, **why)


def gone(package: Package, _product: Product) -> object:
    """The package is deleted."""
    return package.delete()


def emptied(package: Package, _product: Product) -> object:
    """No product opens the package any longer."""
    return package.products.clear()


def unsold(_package: Package, product: Product) -> object:
    """The product opens nothing any longer."""
    return product.packages.clear()


def parted(_package: Package, product: Product) -> object:
    """It is no part of any bundle any longer."""
    return Product.objects.get(code="all").includes.clear()


class TestRightsThatChange:
    """What an editor or the support changes ends with the next heartbeat, not later."""

    def test_packages_of_the_channel(
        self, channel: Channel, travel: time_machine.Traveller
    ) -> None:
        (screen, *_) = household()
        screen.play("", channel_id="meridian")
        travel.move_to(NOW + timedelta(seconds=20))
        channel.packages.set([accounts.make_package("sport")])
        rights_news.forget()
        assert screen.beat().json()["reason"] == "not_entitled"

    def test_packages_from_the_side_of_the_package(
        self, channel: Channel, travel: time_machine.Traveller
    ) -> None:
        (screen, *_) = household()
        screen.play("", channel_id="meridian")
        travel.move_to(NOW + timedelta(seconds=20))
        accounts.make_package("sport").channels.add(channel)
        rights_news.forget()
        assert screen.beat().json()["reason"] == "not_entitled"

    def test_territories_of_the_channel(
        self, channel: Channel, travel: time_machine.Traveller
    ) -> None:
        (screen, *_) = household()
        screen.play("", channel_id="meridian")
        travel.move_to(NOW + timedelta(seconds=20))
        channel.territories = ["DE"]
        channel.save()
        rights_news.forget()
        assert screen.beat().json()["reason"] == "territory_blocked"

    def test_a_change_that_takes_nothing_away_is_asked_about_once(
        self,
        channel: Channel,
        travel: time_machine.Traveller,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        (screen, *_) = household()
        screen.play("", channel_id="meridian")
        channel.save()
        travel.move_to(NOW + timedelta(seconds=20))
        rights_news.forget()
        assert screen.beat().json()["action"] == "continue"
        with django_assert_num_queries(0):
            assert screen.beat().json()["action"] == "continue"

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (support.revoke, "not_entitled"),
            (suspend, "account_suspended"),
        ],
    )
    @pytest.mark.parametrize("redis", [True, False])
    def test_what_the_household_has(
        self,
        channel: Channel,
        change: Callable[..., None],
        reason: str,
        redis: bool,
        django_capture_on_commit_callbacks: Any,
        settings: Settings,
        fresh_state: None,
    ) -> None:
        channel.packages.set([accounts.make_package("sport")])
        (screen, *_) = household()
        owned = accounts.own(screen.device.account, accounts.make_product("sport"))
        assert screen.play("", channel_id="meridian").status_code == 201
        if not redis:
            settings.REDIS_STATE_URL = "redis://127.0.0.1:1/0"
            state.cache_clear()
        with django_capture_on_commit_callbacks(execute=True):
            change(owned, by=accounts.make_staff(), reason="a test", now=NOW)
        told = screen.beat().json()
        assert (told["action"], told["reason"]) == ("stop", reason)

    @pytest.mark.parametrize("change", [gone, emptied, unsold, parted])
    def test_what_is_sold(
        self,
        channel: Channel,
        change: Callable[[Package, Product], object],
        travel: time_machine.Traveller,
    ) -> None:
        sport, other = accounts.make_package("sport"), accounts.make_package("other")
        channel.packages.set([sport, other])
        (screen,) = household(1, packages=["basic"])
        part = accounts.make_product("sport", kind="add_on")
        bundle = accounts.make_product("all", "basic", kind="bundle")
        bundle.includes.add(part)
        accounts.own(screen.device.account, bundle)
        assert screen.play("", channel_id="meridian").status_code == 201
        travel.move_to(NOW + timedelta(seconds=20))
        rights_news.forget()
        assert screen.beat().json()["action"] == "continue"
        travel.move_to(NOW + timedelta(seconds=40))
        change(sport, part)
        rights_news.forget()
        told = screen.beat().json()
        assert (told["action"], told["reason"]) == ("stop", "not_entitled")

    def test_a_ceiling_that_is_lowered(
        self,
        channel: Channel,
        evening: dict[str, Programme],
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        channel.programmes.update(min_age=12)
        (screen,) = household(1, maturity=12)
        screen.play("", channel_id="meridian")
        for ceiling, action in ((16, "continue"), (12, "continue"), (6, "stop")):
            screen.profile.maturity = ceiling
            with django_capture_on_commit_callbacks(execute=True):
                screen.profile.save()
            told = screen.beat().json()
            assert told["action"] == action, ceiling
        assert told["reason"] == "maturity_blocked"

    def test_a_profile_that_changes_otherwise_keeps_what_a_pin_opened(
        self,
        channel: Channel,
        evening: dict[str, Programme],
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        screen = behind_a_pin(channel)
        with django_capture_on_commit_callbacks(execute=True):
            screen.profile.name = "Ida"
            screen.profile.save()
        assert screen.beat().json()["action"] == "continue"
        with django_capture_on_commit_callbacks(execute=True):
            screen.profile.maturity = 6
            screen.profile.save()
        assert screen.beat().json()["reason"] == "maturity_blocked"

    def test_while_the_database_is_away_what_was_known_holds(
        self, channel: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (screen, *_) = household()
        screen.play("", channel_id="meridian")
        screen.beat()
        rights_news.forget()

        def gone(**_: Any) -> None:
            raise DatabaseError

        monkeypatch.setattr(Channel.objects, "filter", gone)
        assert screen.beat().json()["action"] == "continue"


class TestProgress:
    def test_of_catch_up_belongs_to_the_programme(
        self, evening: dict[str, Programme]
    ) -> None:
        screen, other, *_ = household()
        airing = evening["before"].public_id
        screen.play("", airing_id=airing, start="catchup")
        screen.beat(600_000)
        screen.stop()
        kept = WatchProgress.objects.get()
        assert (kept.content_id, kept.title, kept.position_ms) == (
            airing,
            None,
            600_000,
        )
        again = other.play("", airing_id=airing, start="catchup").json()
        assert again["resume_position_ms"] == 600_000
        overlay = other.send("POST", "/v1/me/overlay", {"ids": [airing]}).json()
        assert overlay["items"][airing]["progress"]["position_ms"] == 600_000

    def test_it_is_in_no_list_of_titles(self, evening: dict[str, Programme]) -> None:
        (screen, *_) = household()
        screen.play("", airing_id=evening["before"].public_id, start="catchup")
        screen.beat(600_000)
        screen.stop()
        for path in ("history", "continue-watching"):
            assert screen.send("GET", f"/v1/me/{path}").json()["results"] == []

    def test_live_has_none(self, channel: Channel) -> None:
        (screen, *_) = household()
        screen.play("", channel_id="meridian")
        screen.beat(600_000)
        screen.stop()
        assert not WatchProgress.objects.exists()


def test_a_programme_that_an_import_moved_plays_on(
    channel: Channel, evening: dict[str, Programme], travel: time_machine.Traveller
) -> None:
    (screen, *_) = household()
    screen.play("", airing_id=evening["before"].public_id, start="catchup")
    moved = {"starts_at": NOW - 95 * MINUTE, "title": "moved"}
    channel.programmes.filter(title="before").update(**moved)
    travel.move_to(NOW + 6 * MINUTE)
    assert screen.beat().json()["action"] == "continue"
    channel.programmes.all().delete()
    travel.move_to(NOW + 12 * MINUTE)
    assert screen.beat().json()["action"] == "continue"
