"""Playlists that come in, and links that players of others read."""

import gzip
import io
from datetime import timedelta
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import devices
from channels import m3u, packed_guides, playlist_import, playlist_links, xmltv
from channels.models import Channel, ChannelSource, PlaylistLink
from streamapi import state
from tests.factories import accounts
from tests.factories.channels import (
    NOON,
    make_channel,
    make_group,
    make_lineup,
    make_programme,
    make_stream,
)
from tests.playback.screens import household

pytestmark = pytest.mark.django_db

PLAYLIST = """#EXTM3U x-tvg-url="https://g.example/guide.xml"
#EXTINF:-1 tvg-id="one" tvg-chno="5.1" tvg-logo="https://i.example/1.png"\
 group-title="News" catchup="shift" catchup-days="2",One
#KODIPROP:inputstream=inputstream.adaptive
https://o.example/one.m3u8|user-agent=P
#EXTINF:-1 tvg-id="one",One SD
https://o.example/one-sd.m3u8
#EXTINF:-1 radio="true",Wave
https://o.example/wave.m3u8
#EXTINF:-1,Bad
file:///etc/passwd
#EXT-X-PLAYLIST-TYPE:VOD
#EXTINF:-1,Film
https://o.example/film.m3u8
"""


def imported(text=PLAYLIST, **options):
    options = {"origin": "upstream"} | options
    return playlist_import.run(io.BytesIO(text.encode()), **options)


class TestImport:
    def test_channels_streams_and_what_was_refused(self):
        report = imported()
        assert report.entries == 5
        assert report.created == ["One", "Wave"]
        assert report.refused == {"bad_url": 1, "not_live": 1}
        assert report.guide_urls == ("https://g.example/guide.xml",)
        one = Channel.objects.get(slug="one")
        assert (one.number, one.group.name, one.catchup_hours) == ("5.1", "News", 48)
        assert one.logo_url == "https://i.example/1.png"
        first, second = one.sources.order_by("position")
        assert first.kind == ChannelSource.Kind.TEMPLATE
        assert first.catchup_template == (
            "https://o.example/one.m3u8?utc={utc}&lutc={lutc}"
        )
        assert first.options["headers"] == {"user-agent": "P"}
        assert first.options["properties"] == {"inputstream": "inputstream.adaptive"}
        assert (second.url, second.position) == ("https://o.example/one-sd.m3u8", 1)
        assert Channel.objects.get(slug="wave").kind == Channel.Kind.RADIO

    def test_the_same_again_changes_nothing(self):
        imported()
        assert imported().changes == 0

    def test_a_try_changes_nothing(self):
        assert imported(dry_run=True).changes
        assert not Channel.objects.exists()

    def test_an_editor_has_the_last_word(self):
        channel = make_channel("One", number_major=1, locked_fields=["number_major"])
        manual = make_stream(channel, url="https://o.example/manual.m3u8")
        report = imported()
        channel.refresh_from_db()
        assert report.created == ["Wave"]
        assert (channel.number_major, channel.number_minor) == (1, 1)
        assert channel.sources.order_by("position").first() == manual
        assert channel.sources.count() == 3

    def test_what_is_no_longer_listed_is_removed_and_health_is_kept(self):
        imported()
        ChannelSource.objects.update(health="up")
        lines = PLAYLIST.splitlines()
        report = imported("\n".join(lines[:4]))
        assert report.streams == {"removed": 2}
        assert ChannelSource.objects.get().health == "up"
        report = imported("\n".join(lines[:4]).replace('days="2"', 'days="3"'))
        assert report.streams == {"changed": 1}
        assert report.changed == ["One"]

    def test_unknown_channels_may_wait(self):
        make_channel("Wave!")
        report = imported(create=False)
        assert (report.created, report.unknown) == ([], ["One", "One SD"])

    def test_names_as_players_compare_them_and_slugs_that_are_taken(self):
        known = make_channel("Big Two", slug="three")
        text = '#EXTM3U\n#EXTINF:-1 tvg-name="Big_Two",2\nhttps://o.example/2\n'
        text += "#EXTINF:-1,Three!\nhttps://o.example/3\n"
        assert imported(text).created == ["Three!"]
        assert known.sources.count() == 1
        assert Channel.objects.get(name="Three!").slug == "three-2"


class TestCommands:
    def test_in_and_out_again(self, tmp_path):
        before, after = tmp_path / "upstream.m3u", tmp_path / "out.m3u"
        before.write_text(PLAYLIST)
        said = StringIO()
        call_command("import_m3u", before, stdout=said)
        assert "5 entries: 2 channels created" in said.getvalue()
        assert "refused, bad_url: 1" in said.getvalue()
        call_command("export_m3u", after, stdout=said)
        call_command("import_m3u", after, origin="upstream", stdout=said)
        assert "3 entries: 0 channels created, 0 changed" in said.getvalue()
        read = m3u.read(io.BytesIO(after.read_bytes()))
        written = [item for item in read if isinstance(item, m3u.M3uEntry)]
        assert [found.catchup and found.catchup.mode for found in written] == [
            "shift",
            None,
            None,
        ]

    def test_tried_only(self, tmp_path):
        file, said = tmp_path / "a.m3u", StringIO()
        file.write_text(PLAYLIST)
        call_command("import_m3u", file, "--dry-run", "--no-create", stdout=said)
        assert "Tried only" in said.getvalue()
        assert "unknown: Wave" in said.getvalue()

    def test_refusals(self, tmp_path):
        file = tmp_path / "a.m3u"
        file.write_text("hello")
        with pytest.raises(CommandError, match="EXTM3U"):
            call_command("import_m3u", file)
        with pytest.raises(CommandError, match="neither"):
            call_command("import_m3u", tmp_path / "none")
        with pytest.raises(CommandError, match="not a public address"):
            call_command("import_m3u", "https://127.0.0.1/a.m3u")

    def test_a_template_of_an_editor_is_written(self, tmp_path):
        channel = make_channel(catchup_hours=30)
        make_stream(
            channel, kind="template", catchup_template="https://o.example/{utc}"
        )
        call_command("export_m3u", tmp_path / "a.m3u", stdout=StringIO())
        _, entry = m3u.read(io.BytesIO((tmp_path / "a.m3u").read_bytes()))
        assert entry.catchup == m3u.CatchupRule("default", "https://o.example/{utc}", 2)


@pytest.fixture
def screen():
    """A device of a household with one package, signed in."""
    state.client().flushdb()
    return household(1)[0]


def made(screen, **body):
    response = screen.send("POST", "/v1/me/playlist-links", body)
    assert response.status_code == 201, response.content
    assert response["Cache-Control"] == "private, no-store"
    return response.json()


def fetched(url):
    parts = urlsplit(url)
    return APIClient().get(f"{parts.path}?{parts.query}")


def entries_of(link):
    response = fetched(link["playlist_url"])
    assert response.status_code == 200, response.content
    found = list(m3u.read(io.BytesIO(response.content)))
    return [item for item in found if isinstance(item, m3u.M3uEntry)]


class TestLinks:
    def test_the_channels_that_the_household_may_watch(self, screen):
        news = make_group("news", translations={"en": "The News"})
        free = make_channel("Free", number_major=2, number_minor=1, group=news)
        owned = make_channel(
            "Owned",
            packages=[accounts.make_package("basic")],
            number_major=1,
            catchup_hours=30,
            logo_url="https://i.example/1.png",
        )
        make_channel("Other", packages=[accounts.make_package("sport")])
        make_channel("Elsewhere", territories=["JP"])
        make_channel("Off", is_active=False)
        link = made(screen, name="Kodi")
        first, second = entries_of(link)
        assert (first.name, second.name) == ("Owned", "Free")
        assert (first.tvg_id, first.number) == (owned.slug, (1, None))
        assert first.logo_url == "https://i.example/1.png"
        assert first.catchup == m3u.CatchupRule(
            "append", "&start={utc}&end={utcend}", 2
        )
        assert (second.number, second.groups) == ((2, 1), ("The News",))
        assert second.catchup is None
        assert urlsplit(second.url).path == f"/v1/live/{free.public_id}.m3u8"

    def test_addresses_hold_nothing_of_the_household(self, screen):
        make_channel("Free")
        link = made(screen)
        response = fetched(link["playlist_url"])
        assert response["Cache-Control"] == "private, no-store"
        assert response["X-Robots-Tag"] == "noindex"
        assert response["Content-Type"] == "application/x-mpegurl"
        text = response.content.decode()
        for secret in (
            screen.device.public_id,
            screen.profile.public_id,
            screen.device.account.public_id,
            screen.headers["Authorization"].partition(" ")[2],
        ):
            assert secret not in text
        [entry] = entries_of(link)
        [token] = parse_qs(urlsplit(entry.url).query)["link"]
        opened = playlist_links.opened(token, now=timezone.now())
        viewer = playlist_links.viewer_of(opened)
        assert viewer.device_id == screen.device.public_id
        assert viewer.account_id == screen.device.account.public_id
        assert viewer.profile_id == screen.profile.public_id

    def test_the_guide_of_the_same_channels(self, screen):
        with time_machine.travel(NOON, tick=False):
            channel = make_channel("Free", catchup_hours=24, unrated_age=0)
            make_programme(channel, NOON - timedelta(hours=20), title="Yesterday")
            make_programme(channel, NOON, title="Noon")
            make_programme(channel, NOON + timedelta(days=9), title="Too far")
            other = make_channel(packages=[accounts.make_package("sport")])
            make_programme(other, NOON, title="Not owned")
            link = made(screen)
            packed_guides.refresh(now=NOON)
            response = fetched(link["guide_url"])
            packed = b"".join(response.streaming_content)
        assert response["Content-Type"] == "application/gzip"
        read = list(xmltv.read(io.BytesIO(gzip.decompress(packed))))
        titles = [
            item.texts["en"]["title"]
            for item in read
            if isinstance(item, xmltv.FeedProgramme)
        ]
        assert titles == ["Yesterday", "Noon"]
        [found] = [i for i in read if isinstance(i, xmltv.FeedChannel)]
        assert found.external_id == entries_of(link)[0].tvg_id

    def test_a_child_sees_what_a_child_may(self, screen):
        screen.profile.maturity = 7
        screen.profile.save()
        channel = make_channel("Free", unrated_age=0)
        now = timezone.now()
        make_programme(channel, now, 30, title="Mild", min_age=6)
        make_programme(channel, now + timedelta(hours=1), title="Wild", min_age=16)
        make_channel("Adults", min_age=18)
        link = made(screen)
        assert [entry.name for entry in entries_of(link)] == ["Free"]
        packed_guides.refresh(now=now)
        packed = b"".join(fetched(link["guide_url"]).streaming_content)
        text = gzip.decompress(packed).decode()
        assert "Mild" in text
        assert "Wild" not in text

    def test_a_line_up_gives_channels_and_numbers(self, screen):
        make_channel("A")
        second = make_channel("B")
        make_lineup("north", [second])
        link = made(screen, lineup="north")
        assert [(e.name, e.number) for e in entries_of(link)] == [("B", (1, None))]
        response = screen.send("POST", "/v1/me/playlist-links", {"lineup": "none"})
        assert response.status_code == 404

    def test_listed_and_taken_back(self, screen):
        link = made(screen, name="VLC")
        [found] = screen.send("GET", "/v1/me/playlist-links").json()["results"]
        assert (found["id"], found["name"]) == (link["id"], "VLC")
        assert "playlist_url" not in found
        url = f"/v1/me/playlist-links/{link['id']}"
        assert screen.send("DELETE", url).status_code == 204
        assert screen.send("DELETE", url).status_code == 404
        assert refusal(link) == (410, "playlist_link_ended")

    def test_another_household_has_no_say(self, screen):
        link = made(screen)
        stranger = household(1)[0]
        assert stranger.send("GET", "/v1/me/playlist-links").json()["results"] == []
        url = f"/v1/me/playlist-links/{link['id']}"
        assert stranger.send("DELETE", url).status_code == 404

    def test_it_ends_with_its_device(self, screen):
        link = made(screen)
        devices.revoke(screen.device, reason="lost", now=timezone.now())
        assert refusal(link) == (410, "playlist_link_ended")
        response = screen.send("POST", "/v1/me/playlist-links", {})
        assert (response.status_code, response.json()["code"]) == (
            401,
            "device_unknown",
        )

    def test_it_ends_by_itself(self, screen):
        link = made(screen)
        later = timezone.now() + playlist_links.LIFE
        with time_machine.travel(later, tick=False):
            assert refusal(link) == (410, "playlist_link_ended")
        PlaylistLink.objects.update(expires_at=timezone.now())
        made(screen)
        assert PlaylistLink.objects.count() == 1

    @pytest.mark.parametrize("query", ["", "?link=", "?link=pl_x.y", "?link=a%00b"])
    def test_a_link_that_was_not_made_here(self, query):
        response = APIClient().get(f"/v1/playlist.m3u8{query}")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")

    def test_a_few_for_a_device(self, screen):
        for _ in range(playlist_links.MOST):
            made(screen)
        response = screen.send("POST", "/v1/me/playlist-links", {})
        assert (response.status_code, response.json()["code"]) == (
            409,
            "too_many_playlist_links",
        )

    def test_a_suspended_household(self, screen):
        link = made(screen)
        account = screen.device.account
        account.suspended_at = timezone.now()
        account.save()
        assert refusal(link) == (403, "account_suspended")


def refusal(link):
    response = fetched(link["playlist_url"])
    return response.status_code, response.json()["code"]
