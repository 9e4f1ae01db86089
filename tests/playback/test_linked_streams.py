"""Players that know an address and nothing else: what an exported playlist leads to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from channels import playlist_links
from channels.models import Channel, ChannelSource
from tests.factories import channels, playback
from tests.playback.screens import Screen, household

NOW = datetime(2027, 1, 15, 20, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def screen() -> Screen:
    return household(streams=1)[0]


@pytest.fixture
def channel() -> Channel:
    channel = channels.make_channel("Meridian", catchup_hours=24)
    film = playback.asset().title.public_id
    channels.make_stream(channel, kind=ChannelSource.Kind.ORIGIN, url=film)
    channels.make_programme(channel, NOW - 2 * HOUR)
    return channel


def path_of(screen: Screen, channel: Channel) -> str:
    """What the exported playlist says."""
    made = screen.send("POST", "/v1/me/playlist-links", {}).json()
    text = Client().get(
        urlsplit(made["playlist_url"])._replace(scheme="", netloc="").geturl()
    )
    urls = [line for line in text.content.decode().splitlines() if line[:1] != "#"]
    (url,) = [one for one in urls if channel.public_id in one]
    return urlsplit(url)._replace(scheme="", netloc="").geturl()


def test_live_leads_to_the_stream_with_its_permission(
    screen: Screen, channel: Channel, client: Client
) -> None:
    response = client.get(path_of(screen, channel))
    assert response.status_code == 302, response.content
    assert response["Cache-Control"] == "private, no-store"
    to = urlsplit(response["Location"])
    assert to.path.startswith(f"/live/{channel.public_id}/")
    assert {"Policy", "Signature", "Key-Pair-Id"} <= parse_qs(to.query).keys()


def test_times_lead_to_the_programme_that_was_on(
    screen: Screen, channel: Channel, client: Client
) -> None:
    start = int((NOW - 2 * HOUR).timestamp())
    response = client.get(
        f"{path_of(screen, channel)}&start={start + 60}&end={start + 90}"
    )
    query = parse_qs(urlsplit(response["Location"]).query)
    assert (query["start"], query["end"]) == ([str(start)], [str(start + 3600)])


def test_it_counts_as_a_stream_of_its_device(
    screen: Screen, channel: Channel, client: Client
) -> None:
    path = path_of(screen, channel)
    assert screen.play("", channel_id=channel.public_id).status_code == 201
    assert client.get(path).status_code == 302
    assert screen.beat().json()["reason"] == "replaced"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [("&start=soon", 400, "invalid"), ("&start=1000000000", 404, "not_found")],
)
def test_other_times(
    screen: Screen,
    channel: Channel,
    client: Client,
    query: str,
    status: int,
    code: str,
) -> None:
    response = client.get(path_of(screen, channel) + query)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_forged_link_opens_nothing(channel: Channel, client: Client) -> None:
    response = client.get(f"/v1/live/{channel.public_id}.m3u8?link=pl_x.forged")
    assert response.status_code == 404


def test_a_link_ends_with_its_device(
    screen: Screen, channel: Channel, client: Client
) -> None:
    path = path_of(screen, channel)
    screen.device.revoked_at = NOW
    screen.device.save()
    response = client.get(path)
    assert (response.status_code, response.json()["code"]) == (
        410,
        "playlist_link_ended",
    )
    assert timedelta(days=1) < playlist_links.LIFE
