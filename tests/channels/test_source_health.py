"""Streams that answer, and streams that do not."""

from io import StringIO
from threading import Barrier

import pytest
from django.core.management import call_command

from channels import source_health
from channels.fetching import FetchFailed
from channels.models import ChannelSource
from tests.factories.channels import NOON, make_channel, make_stream

pytestmark = pytest.mark.django_db


@pytest.fixture
def answers(monkeypatch):
    """What streams answer, by address; others do not answer at all."""
    known = {}

    def fetch(url, target, _rules):
        if url not in known:
            raise FetchFailed
        target.write(known[url])

    monkeypatch.setattr(source_health, "fetch", fetch)
    return known


def check():
    return source_health.check_all(now=NOON, allow_private=False)


def test_down_after_three_looks_and_up_after_one(answers):
    stream = make_stream(make_channel())
    states = []
    for _ in range(3):
        check()
        stream.refresh_from_db()
        states.append(stream.health)
    assert states == ["unknown", "unknown", "down"]
    answers[stream.url] = b"#EXTM3U\n"
    assert check() == {"up": 1}
    stream.refresh_from_db()
    assert (stream.failures, stream.checked_at) == (0, NOON)


def test_what_is_no_playlist_is_no_answer(answers):
    stream = make_stream(make_channel(), failures=2)
    answers[stream.url] = b"<html>"
    assert check() == {"down": 1}


def test_each_stream_of_a_channel_is_looked_at(answers):
    channel = make_channel()
    first = make_stream(channel, url="https://o.example/1")
    second = make_stream(channel, url="https://o.example/2")
    answers[second.url] = b"#EXTM3U"
    for _ in range(3):
        check()
    health = dict(channel.sources.values_list("pk", "health"))
    assert health == {first.pk: "down", second.pk: "up"}


def test_no_stream_waits_for_another_that_does_not_answer(monkeypatch):
    channel = make_channel()
    streams = [
        make_stream(channel, url=f"https://o.example/{number}") for number in range(20)
    ]
    all_are_asked = Barrier(len(streams), timeout=20)

    def fetch(url, target, _rules):
        all_are_asked.wait()
        if url == streams[0].url:
            raise FetchFailed
        target.write(b"#EXTM3U")

    monkeypatch.setattr(source_health, "fetch", fetch)
    assert check() == {"unknown": 1, "up": 19}


def test_the_command(answers):
    said = StringIO()
    call_command("check_streams", stdout=said)
    make_stream(make_channel(), kind=ChannelSource.Kind.ORIGIN, url="loop")
    make_stream(make_channel())
    call_command("check_streams", stdout=said)
    assert said.getvalue().splitlines() == [
        "There are no streams to look at.",
        "1 unknown",
    ]
