"""A child's token over every endpoint of the schema: nothing above the ceiling shows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from accounts.models import Account
from catalog import publishing
from catalog.models import Episode
from tests.accounts.conftest import sign_in
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
SECRET = "Nightmareville"
HARMLESS = "Sunnyside"


@pytest.fixture
def titles() -> dict[str, Any]:
    """A series for adults and one for all, alike in everything that links them."""
    made = {}
    for name, age in ((SECRET, 16), (HARMLESS, 0)):
        show = make.series(
            name, slug=name.lower(), min_age=age, genres=("drama",), seasons=(2,)
        )
        made[name] = show
        make.credit(show, "Ada Example")
        publishing.publish(show, by=None, now=timezone.now())
    return made


@pytest.fixture
def child(api: APIClient, household: Account) -> APIClient:
    household.profiles.all().delete()
    household.profiles.create(name="Kid", is_kids=True, maturity=7)
    sign_in(api, household.owner)
    return api


def operations() -> list[tuple[str, str]]:
    """Every operation that only reads, as the published document lists them."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    return sorted(
        (method, path)
        for path, methods in document["paths"].items()
        for method in methods
        if method == "get"
    )


def fillings(title: Any) -> dict[str, list[str]]:
    """What a curious child would put into each placeholder."""
    episode = Episode.objects.filter(season__title=title).first()
    credit = title.credits.first()
    ids = [title.public_id, title.slug]
    assert episode is not None
    return {
        "id_or_slug": [*ids, credit.person.public_id, "drama"],
        "title": ids,
        "number": ["1"],
        "slug": [title.slug, "drama"],
        "public_id": [title.public_id, episode.public_id, credit.person.public_id],
        "id": [title.public_id, episode.public_id, credit.person.public_id],
        "content_id": [title.public_id, episode.public_id],
        "code": ["not_found"],
    }


def addresses(path: str, values: dict[str, list[str]]) -> list[str]:
    """The path with its placeholders filled in every way."""
    found = [path]
    for name in re.findall(r"{(\w+)}", path):
        options = values.get(name, [*values["id"], *values["slug"]])
        found = [
            each.replace(f"{{{name}}}", value) for each in found for value in options
        ]
    return found


QUERIES = ("", "?q=Nightmare", "?genre=drama&kind=series", "?maturity=18", "?lang=de")


def test_nothing_above_the_ceiling_is_seen_anywhere(
    child: APIClient, titles: dict[str, Any]
) -> None:
    values = fillings(titles[SECRET])
    forbidden = (SECRET, titles[SECRET].public_id)
    walked = 0
    for _, path in operations():
        for address in addresses(path, values):
            for query in QUERIES:
                response = child.get(address + query)
                shown = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
                if response.status_code >= 400:
                    continue
                walked += 1
                body = shown.decode(errors="replace")
                assert not any(word in body for word in forbidden), address + query
    assert walked > 20


def test_the_walk_would_notice(titles: dict[str, Any]) -> None:
    """The same paths show the title to a grown-up, and the harmless one to all."""
    grown_up = Client()
    seen = [
        path
        for _, path in operations()
        for address in addresses(path, fillings(titles[SECRET]))
        if SECRET in grown_up.get(address).content.decode(errors="replace")
    ]
    assert len(set(seen)) >= 3


def test_playing_it_is_refused(child: APIClient, titles: dict[str, Any]) -> None:
    body = {
        "content_id": titles[SECRET].public_id,
        "device": {"platform": "web"},
    }
    refused = child.post("/v1/playback/sessions", body)
    assert refused.status_code >= 400
    assert SECRET not in refused.content.decode()
