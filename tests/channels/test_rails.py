"""Rails of channels on pages: what is on now, all of them or one group."""

from datetime import timedelta

import pytest
import time_machine

from catalog import rail_sources, releasing
from channels.cache_keys import CHANNELS
from channels.rails import live_now
from streamapi.clients import Variant
from tests.factories import catalog, channels

pytestmark = pytest.mark.django_db
VARIANT = Variant("en", "US")
HOUR = timedelta(hours=1)


@pytest.fixture
def four():
    """Four channels, two of them news, each with an hour of television."""
    groups = {name: channels.make_group(name) for name in ("news", "sport")}
    made = [
        channels.make_channel(
            slug=f"channel-{number}",
            number_major=number + 1,
            group=groups["news" if number % 2 else "sport"],
        )
        for number in range(4)
    ]
    for channel in made:
        channels.make_programme(channel, channels.NOON)
    return made


@pytest.fixture
def get(client):
    def get(path, **query):
        with time_machine.travel(channels.NOON + HOUR / 4, tick=False):
            answer = client.get(path, query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    return get


def slugs(rail):
    return [entry["channel"]["slug"] for entry in rail["results"]]


def test_a_page_shows_what_is_on_and_goes_on_sideways(four, get):
    page = catalog.page("live")
    catalog.rail(page, "live_now", layout="channel", size=3)
    catalog.rail(page, "live_now", layout="channel", argument="news")
    releasing.release(page, by=None, now=channels.NOON)
    every, news = get("/v1/pages/live")["rails"]
    assert every["of"] == "channels"
    assert every["results"][0]["now"]["starts_at"] == "2026-11-23T12:00:00Z"
    assert slugs(news) == ["channel-1", "channel-3"]
    assert news["next"] is None
    rest = get(f"/v1/rails/{every['id']}", cursor=every["next"])
    assert slugs(every) + slugs(rest) == [channel.slug for channel in four]
    assert rest["next"] is None


def test_it_ends_with_the_programme_and_with_a_change_of_channels(four):
    (entries,) = live_now([rail_sources.Ask("", None, 9)], VARIANT, channels.NOON)
    (programme,) = four[0].programmes.all()
    assert entries.changes_at == programme.ends_at
    assert CHANNELS in entries.tags


def test_editors_choose_among_the_groups(four):
    source = rail_sources.find("live_now")
    assert [slug for slug, _ in source.arguments()] == ["news", "sport"]


def test_three_queries_fill_any_number_of_rails(four, django_assert_num_queries):
    for count in (1, 5):
        asks = [rail_sources.Ask("", None, 2)] * count
        with django_assert_num_queries(3):
            live_now(asks, VARIANT, channels.NOON)


def test_favourites_are_each_viewers_own(get):
    source = rail_sources.find("favourite_channels")
    assert source.url == "/v1/me/favourite-channels"
    assert list(source.layouts) == ["channel"]
