"""Every read endpoint has a constant number of queries, pinned in a reviewed file.

``make query-counts`` writes ``query_counts.json`` anew; its diff is read like code. To pin
an endpoint, add a probe: a name, and a function that makes ``size`` things and returns the
path to read, or the call to make.
"""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from catalog import publishing, rail_sources, related, releasing
from channels import packed_guides
from channels.series_ids import series_id
from streamapi.env import Environment
from tests.factories import accounts, catalog, channels, playback
from tests.playback.screens import household

BASELINE = Path(__file__).with_name("query_counts.json")
UPDATE = Environment().flag("UPDATE_QUERY_COUNTS", default=False)
DEFAULT_TERRITORY = settings.TERRITORIES[0]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _titles(size):
    titles = [
        catalog.series(f"Show {number}", seasons=(size,) * size, genres=("drama",))
        for number in range(size)
    ]
    for title in titles:
        catalog.credit(title, "Ada Example")
        publishing.publish(title, by=None, now=NOW)
    return titles


def _title_list(size):
    _titles(size)
    return "/v1/titles?genre=drama&kind=series&language=en"


def _title(size):
    return f"/v1/titles/{_titles(size)[0].slug}"


def _season(size):
    return f"/v1/titles/{_titles(size)[0].public_id}/seasons/1"


def _episodes(size):
    return f"/v1/titles/{_titles(size)[0].public_id}/episodes?order=watching"


def _leaving(size):
    for _ in range(size):
        title = catalog.title()
        for week in range(size):
            ends_at = timezone.now() + timedelta(days=1 + week / 10)
            catalog.window(title, ends_at=ends_at)
        publishing.publish(title, by=None, now=NOW)
    return "/v1/titles?availability=leaving"


def _coming(size):
    for _ in range(size):
        title = catalog.title()
        catalog.window(
            title, announced_at=NOW, starts_at=timezone.now() + timedelta(days=9)
        )
        publishing.publish(title, by=None, now=NOW)
    return "/v1/titles?availability=coming"


def _full_title(size):
    """A title with everything beside it: offers, collections, related titles."""
    titles = [catalog.title(genres=("drama",)) for _ in range(size + 1)]
    package = accounts.make_package("basic")
    for number in range(size):
        product = accounts.make_product(f"plan-{number}", "basic")
        accounts.make_offer(product, territory=DEFAULT_TERRITORY)
        catalog.collection(f"set-{number}", *titles)
        catalog.keyword(titles[0], f"word-{number}")
    for title in titles:
        title.packages.add(package)
        catalog.window(title, ends_at=timezone.now() + timedelta(days=1))
        publishing.publish(title, by=None, now=NOW)
    related.relate(now=NOW)
    return f"/v1/titles/{titles[0].slug}"


def _collections(size):
    for number in range(size):
        titles = [catalog.title() for _ in range(size)]
        catalog.collection(f"set-{number}", *titles)
        for title in titles:
            publishing.publish(title, by=None, now=NOW)
    return "/v1/collections"


def _collection(size):
    _collections(size)
    return "/v1/collections/set-0"


def _chart(size):
    _titles(size)
    return "/v1/charts/top"


def _genres(size):
    for number in range(size):
        title = catalog.title(genres=(f"genre-{number}",))
        publishing.publish(title, by=None, now=NOW)
    return "/v1/genres"


def _person(size):
    credit = _titles(size)[0].credits.get()
    return f"/v1/people/{credit.person.public_id}"


def _channels(size):
    for number in range(size):
        channel = channels.make_channel(
            slug=f"channel-{number}",
            group=channels.make_group(f"group-{number}"),
            packages=[accounts.make_package("basic")],
        )
        for hour in range(size):
            start = channels.NOON + timedelta(hours=hour)
            channels.make_programme(channel, start)
        channels.make_blackout(channel)
    return channel


def _channel_list(size):
    _channels(size)
    return "/v1/channels"


def _channel(size):
    return f"/v1/channels/{_channels(size).slug}"


def _schedule(size):
    return f"/v1/channels/{_channels(size).slug}/schedule?date=2026-11-23"


def _guide(size):
    _channels(size)
    return "/v1/guide?from=2026-11-23T12:00:00Z"


def _now(size):
    _channels(size)
    return "/v1/channels/now"


def _programme(size):
    return f"/v1/programmes/{_channels(size).programmes.first().public_id}"


def _search(size):
    _titles(size)
    return "/v1/search?q=show"


def _released(size):
    """A page with four rails of each source there is; personal ones ask nothing."""
    _channels(size)
    titles = _titles(size)
    for title in titles[: (size + 1) // 2]:
        title.windows.create(ends_at=datetime.now(UTC) + timedelta(days=9))
        publishing.publish(title, by=None, now=NOW)
    page = catalog.page("home")
    for name, source in rail_sources.offered().items():
        personal = isinstance(source, rail_sources.PersonalSource)
        for _ in range(1 if personal else size):
            catalog.rail(page, name, titles=titles, layout=source.layouts[0])
    releasing.release(page, by=None, now=NOW)
    return page


def _page(size):
    return f"/v1/pages/{_released(size).slug}"


def _pages(size):
    for number in range(size):
        page = catalog.page(f"page-{number}")
        catalog.rail(page, "new")
        releasing.release(page, by=None, now=NOW)
    return "/v1/pages"


def _rail(size):
    rail = _released(size).rails.filter(source="rule").first()
    return f"/v1/rails/{rail.public_id}"


def _search_with_facets(size):
    return f"{_search(size)}&facets=true"


def _pressing(size, **asked):
    """Press play for the second time: ``size`` streams run, as many plans are owned."""
    *others, screen = household(size + 1, streams=size + 1)
    for number in range(size):
        account = screen.device.account
        accounts.own(account, accounts.make_product(f"extra-{number}", "basic"))
    for other in (*others, screen):
        assert other.play(**asked).status_code == 201
    return partial(screen.play, **asked)


def _play_film(size):
    title = catalog.title()
    title.packages.add(accounts.make_package("basic"))
    playback.asset(title, audio=("en",) * size, texts=("de",) * size)
    for week in range(size):
        catalog.window(title, ends_at=timezone.now() + timedelta(days=7 + week))
    publishing.publish(title, by=None, now=NOW)
    return _pressing(size, content_id=title.public_id)


def _play_episode(size):
    title = catalog.series(seasons=(size, size))
    for season in title.seasons.all():
        for episode in season.episodes.all():
            playback.asset(episode=episode)
    publishing.publish(title, by=None, now=NOW)
    first = title.seasons.order_by("number")[0].episodes.order_by("number")[0]
    return _pressing(size, content_id=first.public_id)


def _play_channel(size):
    channel = channels.make_channel(packages=[accounts.make_package("basic")])
    for number in range(size):
        url = f"https://origin.example/{number}/master.m3u8"
        channels.make_stream(channel, position=number, url=url)
        channels.make_blackout(channel, starts_at=timezone.now() + timedelta(days=1))
    began = timezone.now() - timedelta(minutes=20)
    channels.make_programme(channel, began, min_age=0)
    return _pressing(size, content_id="", channel_id=channel.public_id)


def _viewer_of_channels(size):
    """Somebody with ``size`` favourites, reminders, followed series and links."""
    [screen] = household(1)
    for number in range(size):
        channel = channels.make_channel(f"Live {number}", unrated_age=0)
        start = timezone.now().replace(microsecond=0) + timedelta(hours=1)
        airing = channels.make_programme(channel, start, series_key=f"key {number}")
        screen.send("PUT", f"/v1/me/favourite-channels/{channel.public_id}")
        screen.send("PUT", f"/v1/me/reminders/{airing.public_id}", {"lead_s": 7200})
        screen.send("PUT", f"/v1/me/followed-series/{series_id(airing.series_key)}")
        screen.send("POST", "/v1/me/playlist-links", {})
    return screen


def _personal(path, size):
    return partial(_viewer_of_channels(size).send, "GET", path)


def _linked(name, size):
    screen = _viewer_of_channels(size)
    packed_guides.refresh(now=timezone.now())
    link = screen.send("POST", "/v1/me/playlist-links", {}).json()
    return partial(_read_whole, link[name].partition(settings.PUBLIC_URL)[2])


def _read_whole(path):
    response = APIClient().get(path)
    response.getvalue()
    return response


PROBES = {
    "GET /v1/guide.xml.gz": partial(_linked, "guide_url"),
    "GET /v1/me/favourite-channels": partial(_personal, "/v1/me/favourite-channels"),
    "GET /v1/me/followed-series": partial(_personal, "/v1/me/followed-series"),
    "GET /v1/me/playlist-links": partial(_personal, "/v1/me/playlist-links"),
    "GET /v1/me/reminders": partial(_personal, "/v1/me/reminders"),
    "GET /v1/me/reminders/due": partial(_personal, "/v1/me/reminders/due"),
    "GET /v1/playlist.m3u8": partial(_linked, "playlist_url"),
    "GET /v1/channels": _channel_list,
    "GET /v1/channels/now": _now,
    "GET /v1/channels/{id}": _channel,
    "GET /v1/channels/{id}/schedule": _schedule,
    "GET /v1/guide": _guide,
    "GET /v1/pages": _pages,
    "GET /v1/pages/{slug}": _page,
    "GET /v1/programmes/{id}": _programme,
    "GET /v1/rails/{id}": _rail,
    "GET /v1/titles": _title_list,
    "GET /v1/titles/{id}": _title,
    "GET /v1/titles/{id}/seasons/{number}": _season,
    "GET /v1/titles/{id} with everything": _full_title,
    "GET /v1/titles/{id}/episodes": _episodes,
    "GET /v1/titles?availability=leaving": _leaving,
    "GET /v1/titles?availability=coming": _coming,
    "GET /v1/collections": _collections,
    "GET /v1/collections/{id}": _collection,
    "GET /v1/charts/{chart}": _chart,
    "GET /v1/genres": _genres,
    "GET /v1/people/{id}": _person,
    "GET /v1/search": _search,
    "GET /v1/search?facets=true": _search_with_facets,
    "POST /v1/playback/sessions for a film": _play_film,
    "POST /v1/playback/sessions for an episode": _play_episode,
    "POST /v1/playback/sessions for a channel": _play_channel,
}


def count(asked):
    call = asked if callable(asked) else partial(APIClient().get, asked)
    with CaptureQueriesContext(connection) as captured:
        response = call()
    assert response.status_code in {200, 201}, response.content
    return len(captured)


def pinned():
    return json.loads(BASELINE.read_text()) if BASELINE.exists() else {}


@pytest.mark.django_db
@pytest.mark.parametrize("name", PROBES)
@pytest.mark.parametrize("size", [1, 4])
def test_the_number_of_queries_is_the_pinned_one(name, size):
    queries = count(PROBES[name](size))
    if UPDATE:
        counts = pinned() | {name: queries}
        BASELINE.write_text(json.dumps(counts, indent=2, sort_keys=True) + "\n")
    assert pinned()[name] == queries


def test_nothing_is_pinned_that_is_not_measured():
    assert set(pinned()) == set(PROBES)
