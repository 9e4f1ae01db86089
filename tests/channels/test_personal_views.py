"""Reminders and series that profiles follow."""

import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from accounts.models import Profile
from channels import reminders
from channels.models import Channel, FollowedSeries, Programme, Reminder
from channels.series_ids import parse_series_id, series_id
from tests.factories.channels import NOON, make_channel, make_programme
from tests.playback.screens import household

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def noon():
    """It is noon."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def screen():
    return household(1)[0]


@pytest.fixture
def tonight():
    """A programme in an hour."""
    return make_programme(make_channel(unrated_age=0), NOON + HOUR, title="Tonight")


def remind(screen, programme, **body):
    return screen.send("PUT", f"/v1/me/reminders/{programme.public_id}", body)


def listed(screen, path="/v1/me/reminders"):
    response = screen.send("GET", path)
    assert response.status_code == 200, response.content
    assert response["Cache-Control"] == "private, no-store"
    return response.json()["results"]


def code(response):
    return response.status_code, response.json()["code"]


def follow(screen, key, query=""):
    return screen.send("PUT", f"/v1/me/followed-series/{series_id(key)}{query}")


class TestReminders:
    def test_set_listed_and_forgotten(self, screen, tonight):
        assert remind(screen, tonight, lead_s=600).status_code == 204
        [found] = listed(screen)
        assert found["programme"]["title"] == "Tonight"
        assert found["programme"]["channel"]["id"] == tonight.channel.public_id
        assert (found["reason"], found["lead_s"]) == ("reminder", 600)
        assert found["remind_at"] == "2026-11-23T12:50:00Z"
        url = f"/v1/me/reminders/{tonight.public_id}"
        assert screen.send("DELETE", url).status_code == 204
        assert listed(screen) == []

    def test_again_changes_how_long_before(self, screen, tonight):
        remind(screen, tonight)
        remind(screen, tonight, lead_s=60)
        assert [found["lead_s"] for found in listed(screen)] == [60]

    def test_it_follows_a_broadcast_that_moved(self, screen, tonight):
        remind(screen, tonight)
        Programme.objects.filter(pk=tonight.pk).update(
            starts_at=NOON + 3 * HOUR, ends_at=NOON + 4 * HOUR
        )
        [found] = listed(screen)
        assert found["remind_at"] == "2026-11-23T14:55:00Z"
        screen.send("DELETE", f"/v1/me/reminders/{found['programme']['id']}")
        assert not Reminder.objects.exists()

    def test_a_broadcast_that_is_gone_is_not_told(self, screen, tonight):
        remind(screen, tonight)
        Programme.objects.update(title="Something else")
        assert listed(screen) == []

    def test_a_channel_that_is_gone_is_not_told(self, screen, tonight):
        remind(screen, tonight)
        tonight.channel.is_active = False
        tonight.channel.save()
        assert listed(screen) == []

    def test_due_from_its_time_until_the_end(self, screen, tonight):
        remind(screen, tonight, lead_s=600)
        path = "/v1/me/reminders/due"
        for minutes, is_due in ((49, False), (50, True), (119, True), (120, False)):
            with time_machine.travel(NOON + minutes * MINUTE, tick=False):
                assert bool(listed(screen, path)) is is_due, minutes

    @pytest.mark.parametrize("programme_id", ["x", "pg_x", "pg_0000000000000000zzz"])
    def test_no_such_programme(self, screen, programme_id):
        url = f"/v1/me/reminders/{programme_id}"
        assert code(screen.send("PUT", url, {})) == (404, "not_found")

    def test_no_programme_at_that_time(self, screen, tonight):
        url = f"/v1/me/reminders/{tonight.public_id}"
        tonight.delete()
        assert code(screen.send("PUT", url, {})) == (404, "not_found")
        assert screen.send("DELETE", url).status_code == 204
        assert code(screen.send("DELETE", "/v1/me/reminders/x")) == (404, "not_found")

    def test_what_has_begun(self, screen):
        running = make_programme(make_channel(), NOON)
        assert code(remind(screen, running)) == (409, "broadcast_started")

    def test_what_the_profile_may_not_see(self, screen, tonight):
        tonight.min_age = 16
        tonight.save()
        url = f"/v1/me/reminders/{tonight.public_id}"
        refused = screen.send("PUT", f"{url}?maturity=12", {})
        assert code(refused) == (403, "maturity_blocked")
        assert screen.send("PUT", url, {}).status_code == 204
        narrow = screen.send("GET", "/v1/me/reminders?maturity=12").json()
        assert narrow["results"] == []

    @pytest.mark.parametrize("lead_s", [-1, 86401, "soon"])
    def test_how_long_before_is_bounded(self, screen, tonight, lead_s):
        assert code(remind(screen, tonight, lead_s=lead_s)) == (400, "invalid")

    def test_as_many_as_there_may_be(self, screen, tonight, monkeypatch):
        monkeypatch.setattr(reminders, "MOST", 1)
        other = make_programme(tonight.channel, NOON + 3 * HOUR)
        remind(screen, tonight)
        assert code(remind(screen, other)) == (409, "too_many_reminders")
        assert remind(screen, tonight).status_code == 204

    def test_each_profile_has_its_own(self, screen, tonight):
        remind(screen, tonight)
        assert listed(household(1)[0]) == []

    def test_nobody_is_told_without_signing_in(self, refused):
        assert refused("/v1/me/reminders") == (401, "not_authenticated")


class TestFollowedSeries:
    def test_followed_listed_and_left(self, screen, get):
        channel = make_channel(unrated_age=0)
        first = make_programme(channel, NOON + HOUR, title="Tides", series_key="tides")
        key = get(f"/v1/programmes/{first.public_id}")["series_id"]
        url = f"/v1/me/followed-series/{key}"
        assert screen.send("PUT", url).status_code == 204
        assert screen.send("PUT", url).status_code == 204
        [found] = listed(screen, "/v1/me/followed-series")
        assert (found["id"], found["title"]) == (key, "Tides")
        assert found["upcoming"]["id"] == first.public_id
        assert screen.send("DELETE", url).status_code == 204
        assert listed(screen, "/v1/me/followed-series") == []

    def test_nothing_to_come(self, screen):
        make_programme(make_channel(unrated_age=0), NOON - 3 * HOUR, series_key="tides")
        follow(screen, "tides")
        [found] = listed(screen, "/v1/me/followed-series")
        assert found["upcoming"] is None

    def test_broadcasts_are_due_beside_reminders(self, screen):
        channel = make_channel(unrated_age=0)
        one = make_programme(channel, NOON + 4 * MINUTE, 30, series_key="tides")
        make_programme(channel, NOON + 40 * MINUTE, 30, series_key="tides")
        other = make_programme(make_channel(unrated_age=0), NOON + 2 * MINUTE)
        follow(screen, "tides")
        remind(screen, other)
        remind(screen, one)
        due = listed(screen, "/v1/me/reminders/due")
        assert [(d["programme"]["id"], d["reason"]) for d in due] == [
            (other.public_id, "reminder"),
            (one.public_id, "reminder"),
        ]
        Reminder.objects.all().delete()
        [found] = listed(screen, "/v1/me/reminders/due")
        assert (found["programme"]["id"], found["reason"]) == (one.public_id, "series")

    def test_no_such_series(self, screen):
        assert code(follow(screen, "nothing")) == (404, "not_found")
        for text in ("x", "sr_", "sr_!", "sr_" + "a" * 800, "sr__w"):
            url = f"/v1/me/followed-series/{text}"
            assert code(screen.send("PUT", url)) == (404, "not_found")
            assert code(screen.send("DELETE", url)) == (404, "not_found")

    def test_a_series_that_the_profile_may_not_see(self, screen):
        make_programme(make_channel(), NOON + HOUR, series_key="wild", min_age=18)
        assert code(follow(screen, "wild", "?maturity=12")) == (404, "not_found")

    def test_as_many_as_there_may_be(self, screen, monkeypatch):
        monkeypatch.setattr("channels.following.MOST", 1)
        for number, key in enumerate(("one", "two")):
            start = NOON + number * HOUR
            make_programme(make_channel(unrated_age=0), start, series_key=key)
        assert follow(screen, "one").status_code == 204
        assert code(follow(screen, "two")) == (409, "too_many_followed_series")

    def test_ids_of_series_keep_their_key(self):
        assert parse_series_id(series_id("größe: 1")) == "größe: 1"
        assert series_id("") is None


class TestDueForAll:
    def test_each_moment_is_told_once(self, screen, tonight):
        remind(screen, tonight, lead_s=600)
        make_programme(
            tonight.channel, NOON + 3 * HOUR, title="Tides", series_key="tides"
        )
        follow(screen, "tides")
        told = []
        for minutes in range(0, 240, 10):
            after = NOON + minutes * MINUTE
            told += list(reminders.due_between(after, after + 10 * MINUTE))
        assert told == [
            {
                "profile_id": screen.profile.public_id,
                "channel_id": tonight.channel.public_id,
                "title": "Tonight",
                "starts_at": NOON + HOUR,
                "reason": "reminder",
            },
            {
                "profile_id": screen.profile.public_id,
                "channel_id": tonight.channel.public_id,
                "title": "Tides",
                "starts_at": NOON + 3 * HOUR,
                "reason": "series",
            },
        ]

    def test_nothing_above_the_ceiling_is_told(self, screen, tonight):
        start = NOON + 3 * HOUR
        remind(screen, tonight)
        make_programme(tonight.channel, start, title="Tides", series_key="tides")
        follow(screen, "tides")

        def told():
            return list(reminders.due_between(NOON - HOUR, NOON + 5 * HOUR))

        Programme.objects.update(min_age=12)
        assert len(told()) == 2
        Profile.objects.update(is_kids=True, maturity=18)
        assert len(told()) == 2
        Programme.objects.update(min_age=16)
        assert told() == []
        Profile.objects.update(is_kids=False)
        assert len(told()) == 2
        Programme.objects.update(min_age=0)
        Channel.objects.update(min_age=18)
        Profile.objects.update(maturity=16)
        assert told() == []

    def test_the_command(self, screen, tonight):
        remind(screen, tonight)
        said = StringIO()
        call_command("due_reminders", "--until=2026-11-23T12:55:00Z", stdout=said)
        call_command("due_reminders", stdout=said)
        assert [json.loads(line)["title"] for line in said.getvalue().splitlines()] == [
            "Tonight"
        ]
        with pytest.raises(CommandError, match="no zone"):
            call_command("due_reminders", "--until=2026-11-23T12:55:00")

    def test_names(self, screen, tonight):
        remind(screen, tonight)
        make_programme(tonight.channel, NOON + 3 * HOUR, series_key="tides")
        follow(screen, "tides")
        assert str(Reminder.objects.get()).endswith("Tonight")
        assert str(FollowedSeries.objects.get()).startswith("Programme")
