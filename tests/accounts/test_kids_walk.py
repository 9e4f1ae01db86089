"""A child's token over every operation of the document: nothing above the ceiling shows.

The same household walks twice over the same rows: first as a grown-up, then as the child
that the profile was turned into. A path counts as covered when the grown-up was shown what
the child was not. A new path fails here until it does: plant something above the ceiling
that it shows (``planted``), or say in ``SHOWS_NO_CONTENT`` why there is nothing to plant.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from accounts.models import Account
from catalog import publishing, releasing
from catalog.models import ChartEntry, Episode, Title
from channels import packed_guides
from channels.series_ids import series_id
from tests.accounts.conftest import sign_in
from tests.factories import catalog, channels, playback

pytestmark = pytest.mark.django_db
SECRET = "Nightmareville"
HARMLESS = "Sunnyside"
KEY = "nightmares"
LEAD_S = 7200
WATCHED_MS = 5_395_000  # to the end: the next episode waits
SHOWS_NO_CONTENT = {
    "/v1/live/{channel_id}.m3u8": "addresses of video, opened by what play gives out",
    "/v1/me/favourite-channels": "names of channels",
    "/v1/channels": "names of channels, which are for everyone",
    "/v1/channels/{id_or_slug}": "a channel and its pictures",
    "/v1/collections": "names of collections",
    "/v1/genres": "names of genres",
    "/v1/ingest/{public_id}": "for programs of the staff, by a token of their own",
    "/v1/ingest/{public_id}/items": "for programs of the staff, by a token of their own",
    "/v1/me": "who is signed in and who is watching",
    "/v1/me/devices": "devices",
    "/v1/me/entitlements": "products, which have no age",
    "/v1/me/offers": "products, which have no age",
    "/v1/me/playlist-links": "links, which a child cannot make",
    "/v1/me/profiles": "profiles",
    "/v1/me/sign-ins": "sign-ins",
    "/v1/pages": "names of pages",
    "/v1/preview": "for staff, by a token that the admin makes",
    "/v1/preview/{path}": "for staff, by a token that the admin makes",
    "/v1/playlist.m3u8": "names of channels",
    "/v1/staff/access": "for staff, by their session",
}


@dataclass
class Planted:
    """One thing above the ceiling, everywhere: every id that leads to it."""

    title: Title
    ids: list[str]
    fillings: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture
def planted() -> Planted:
    """A series and a broadcast for those of sixteen, beside harmless ones like them."""
    now = timezone.now()
    shows = []
    for name, age in ((SECRET, 16), (HARMLESS, 0)):
        show = catalog.series(
            name, slug=name.lower(), min_age=age, genres=("drama",), seasons=(2,)
        )
        catalog.credit(show, "Ada Example")
        for episode in Episode.objects.filter(season__title=show):
            playback.asset(episode=episode)
            episode.translations.update(name=f"{name}, part {episode.number}")
        shows.append(show)
    catalog.collection("saga", *shows)
    for place, show in enumerate(shows, 1):
        publishing.publish(show, by=None, now=now)
        ChartEntry.objects.create(
            chart="top", territory="US", position=place, title=show, score=1
        )
    page = catalog.page("home")
    rail = catalog.rail(page, titles=shows)
    releasing.release(page, by=None, now=now)
    channel = channels.make_channel(slug="one")
    begun = now.replace(second=0, microsecond=0) - timedelta(minutes=30)
    for name, age, hours in ((SECRET, 16, 0), (HARMLESS, 0, 1), (SECRET, 16, 2)):
        programme = channels.make_programme(
            channel,
            begun + timedelta(hours=hours),
            title=name,
            min_age=age,
            series_key=KEY if name == SECRET else "",
        )
    packed_guides.refresh(now=now)
    secret = shows[0]
    person = secret.credits.get().person
    ids = [secret.public_id, secret.slug, first_episode(secret).public_id]
    everything = [
        *ids,
        person.public_id,
        "drama",
        "home",
        "one",
        "saga",
        rail.public_id,
    ]
    everything += [programme.public_id]
    return Planted(secret, ids, {"number": ["1"], "chart": ["top"], "": everything})


def first_episode(show: Title) -> Episode:
    """The one that a child would press play on."""
    return Episode.objects.filter(season__title=show).order_by("pk")[0]


def operations(*methods: str) -> list[tuple[str, str]]:
    """Every operation with one of these methods, as the published document lists them."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    return sorted(
        (method, path)
        for path, known in document["paths"].items()
        for method in known
        if method in methods
    )


def addresses(path: str, planted: Planted) -> Iterator[str]:
    """The path with its placeholders filled in every way that a curious child would try."""
    found = [path]
    for name in re.findall(r"{(\w+)}", path):
        values = planted.fillings.get(name, planted.fillings[""])
        found = [one.replace(f"{{{name}}}", value) for one in found for value in values]
    queries = ("", "?maturity=18&lang=de")
    if found == [path]:
        queries += (f"?q={SECRET[:9]}", "?genre=drama&kind=series")
    return (each + query for each in found for query in queries)


def body_of(response: Any) -> str:
    """All that was sent, unpacked."""
    raw = b"".join(response) if response.streaming else response.content
    if raw.startswith(b"\x1f\x8b"):
        raw = gzip.decompress(raw)
    text: str = raw.decode(errors="replace")
    return text


def link_of(api: APIClient) -> str:
    """The secret link of a playlist, which knows whose it is without a token."""
    made = api.post("/v1/me/playlist-links", {"name": "Kodi"}).json()
    return next(str(value) for value in made.values() if "playlist.m3u8" in str(value))


def seen_by(api: APIClient, planted: Planted, link: str) -> dict[str, list[str]]:
    """By path, the addresses whose answer shows the secret."""
    query = link.partition("?")[2]
    found: dict[str, list[str]] = {}
    for _, path in operations("get"):
        tried = [*addresses(path, planted), f"{path}?{query}"]
        found[path] = [
            address for address in tried if shows(api.get(address), planted, address)
        ]
    return found


def shows(response: Any, planted: Planted, asked: str) -> bool:
    """Whether an answer names the secret; an id that was asked for is no news."""
    told = body_of(response)
    if SECRET in told:
        return True
    hidden = planted.title.public_id
    return response.status_code < 400 and hidden in told and hidden not in asked


@pytest.fixture
def household_of_one(household: Account, planted: Planted) -> APIClient:
    """A grown-up who has everything of the secret on their lists."""
    api = APIClient()
    sign_in(api, household.owner)
    title = planted.title.public_id
    broadcast = planted.fillings[""][-1]
    episode = planted.ids[2]
    moment = timezone.now().isoformat()
    event = {"content_id": episode, "position_ms": WATCHED_MS, "at": moment}
    answers = [
        api.put(f"/v1/me/watchlist/{title}"),
        api.put(f"/v1/me/reminders/{broadcast}", {"lead_s": LEAD_S}),
        api.put(f"/v1/me/followed-series/{series_id(KEY)}"),
        api.post("/v1/me/progress", {"events": [event]}),
    ]
    assert [answer.status_code for answer in answers if answer.status_code >= 300] == []
    return api


def make_child(api: APIClient, household: Account) -> None:
    """The same profile, with the same rows, is a child's from now on."""
    household.profiles.update(is_kids=True, maturity=7)
    api.credentials()
    sign_in(api, household.owner)


def test_nothing_above_the_ceiling_is_seen_anywhere(
    household_of_one: APIClient, household: Account, planted: Planted
) -> None:
    api = household_of_one
    link = link_of(api)
    before = seen_by(api, planted, link)
    uncovered = {path for path, where in before.items() if not where}
    assert uncovered == set(SHOWS_NO_CONTENT), "see the docstring of this module"

    make_child(api, household)
    leaks = {
        path: where for path, where in seen_by(api, planted, link).items() if where
    }
    assert leaks == {}


def test_no_command_tells_of_it(
    household_of_one: APIClient, household: Account, planted: Planted
) -> None:
    api = household_of_one
    make_child(api, household)
    episode = planted.ids[2]
    body = {
        "content_id": episode,
        "content_ids": planted.ids,
        "title_ids": planted.ids,
        "ids": planted.ids,
        "device": {"platform": "web"},
        "rating": "up",
        "events": [],
    }
    safe = ("/v1/auth/sign-out", "/v1/me/sign-ins")
    for method, path in operations("post", "put", "patch"):
        if path.startswith(safe):
            continue
        for address in addresses(path, planted):
            answer = getattr(api, method)(address, body)
            assert SECRET not in body_of(answer), f"{method} {address}"


def test_playing_it_is_refused(
    household_of_one: APIClient, household: Account, planted: Planted
) -> None:
    make_child(household_of_one, household)
    for content_id in planted.ids:
        body = {"content_id": content_id, "device": {"platform": "web"}}
        refused = household_of_one.post("/v1/playback/sessions", body)
        assert refused.status_code >= 400
        assert SECRET not in body_of(refused)
