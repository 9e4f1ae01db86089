"""Which channel of ours a feed speaks of."""

import pytest

from channels.matching import match_channels, normal_name
from channels.models import Channel, ChannelMatch
from channels.xmltv import FeedChannel
from tests.factories.channels import make_channel, make_feed

pytestmark = pytest.mark.django_db


def feed_channel(external_id="x.example", name="", logo=""):
    return FeedChannel(external_id, [("en", name)] if name else [], logo)


def match(source, *channels):
    found = match_channels(source, {c.external_id: c for c in channels})
    return found[channels[0].external_id]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("RTÉ One HD", "rte one", True),
        ("Das Erste (UHD)", "Das Erste", True),
        ("Channel 4", "Channel 4 +1", False),
        ("TV", "HD", False),
        ("One", "Two", False),
    ],
)
def test_names_are_compared_without_dress(left, right, same):
    assert (normal_name(left) == normal_name(right)) is same


class TestMatching:
    def test_by_the_id_that_another_source_has_matched(self):
        channel = make_channel("Uno")
        other = make_feed()
        ChannelMatch.objects.create(
            source=other, external_id="x.example", channel=channel, state="matched"
        )
        found = match(make_feed(), feed_channel(name="Something else"))
        assert (found.channel, found.method) == (channel, "id")
        assert found.state == "proposed"  # one feed a channel, until an editor decides

    def test_by_our_own_slug(self):
        channel = make_channel(slug="x.example")
        found = match(make_feed(), feed_channel())
        assert (found.channel, found.state) == (channel, "matched")

    def test_by_name(self):
        channel = make_channel("Lighthouse TV")
        found = match(make_feed(), feed_channel(name="LIGHTHOUSE HD"))
        assert (found.channel, found.method, found.state) == (
            channel,
            "name",
            "matched",
        )

    def test_what_resembles_is_proposed(self):
        channel = make_channel("Lighthouse Drama")
        found = match(make_feed(), feed_channel(name="Lighthouse Dramas 1"))
        assert (found.channel, found.method, found.state) == (
            channel,
            "fuzzy",
            "proposed",
        )
        assert 60 <= found.confidence < 95

    def test_what_resembles_nothing_is_created(self):
        found = match(
            make_feed(), feed_channel("new.example", "Brand New", "https://l/x.png")
        )
        channel = Channel.objects.get()
        assert (found.channel, found.method, found.state) == (
            channel,
            "created",
            "matched",
        )
        assert (channel.name, channel.slug) == ("Brand New", "new-example")
        assert (channel.logo_url, channel.languages) == ("https://l/x.png", ["en"])

    def test_or_waits_for_an_editor_as_the_source_says(self):
        found = match(make_feed(unknown_channels="propose"), feed_channel(name="New"))
        assert (found.channel, found.state) == (None, "proposed")
        assert not Channel.objects.exists()

    def test_channels_of_one_feed_do_not_resemble_one_another(self):
        channels = [
            feed_channel(f"{n}.ie", f"Virgin Media {n}") for n in ("One", "Two")
        ]
        match(make_feed(), *channels)
        assert Channel.objects.count() == 2

    def test_two_ids_that_give_one_slug(self):
        match(make_feed(), feed_channel("a.b", "Ab"), feed_channel("a b", "Ba"))
        assert set(Channel.objects.values_list("slug", flat=True)) == {"a-b", "a-b-2"}

    def test_a_channel_without_a_name_is_called_by_its_id(self):
        match(make_feed(), feed_channel("nameless.example"))
        assert Channel.objects.get().name == "nameless.example"

    def test_what_was_decided_is_not_asked_again(self):
        source, channel = make_feed(), make_channel("Another")
        ChannelMatch.objects.create(
            source=source,
            external_id="x.example",
            channel=channel,
            state="matched",
            method="hand",
        )
        found = match(source, feed_channel(name="Nothing alike"))
        assert found.channel == channel
        assert Channel.objects.get().name == "Another"

    def test_the_feed_renames_what_it_created_unless_an_editor_did(self):
        source = make_feed()
        match(source, feed_channel(name="First"))
        match(source, feed_channel(name="Second"))
        channel = Channel.objects.get()
        assert channel.name == "Second"
        channel.locked_fields = ["name"]
        channel.save()
        match(source, feed_channel(name="Third"))
        assert Channel.objects.get().name == "Second"
