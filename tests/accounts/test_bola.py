"""Whose object is it? Every route of the document with an id in it, asked by everyone.

A new route with a placeholder fails here until it is in one of the tables: what belongs to
a household, what is a profile's own row, what is published, what is for staff.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Account, Device, Profile, SignIn
from playback.models import PlaybackSession
from tests.accounts.conftest import sign_in
from tests.accounts.test_kids_walk import operations
from tests.factories import catalog, channels
from tests.factories.accounts import (
    PASSWORD,
    make_account,
    make_device,
    make_profile,
    make_staff,
)
from tests.playback.test_play import film, publish

pytestmark = pytest.mark.django_db
Made = Callable[["Owner"], str]


@dataclass
class Owner:
    """Somebody who is signed in, with something of their own to play."""

    account: Account
    api: APIClient
    content_id: str

    def play(self) -> str:
        body = {"content_id": self.content_id, "device": {"platform": "web"}}
        answer = self.api.post("/v1/playback/sessions", body)
        session: str = answer.json()["session_id"]
        return session

    def link(self) -> str:
        made: str = self.api.post("/v1/me/playlist-links", {"name": "Kodi"}).json()[
            "id"
        ]
        return made

    def other_device(self) -> str:
        return make_device(self.account).public_id

    def other_profile(self) -> str:
        return make_profile(self.account).public_id

    def other_sign_in(self) -> str:
        sign_in(APIClient(), self.account.owner)
        return SignIn.objects.latest("pk").public_id


OF_THE_HOUSEHOLD: dict[str, Made] = {
    "/v1/me/playlist-links/{link_id}": Owner.link,
    "/v1/me/devices/{public_id}": Owner.other_device,
    "/v1/me/profiles/{public_id}": Owner.other_profile,
    "/v1/me/profiles/{public_id}/choose": Owner.other_profile,
    "/v1/me/profiles/{public_id}/pin": Owner.other_profile,
    "/v1/me/sign-ins/{public_id}": Owner.other_sign_in,
    "/v1/playback/sessions/{session_id}": Owner.play,
    "/v1/playback/sessions/{session_id}/renew": Owner.play,
    "/v1/playback/sessions/{session_id}/heartbeat": Owner.play,
}
# Rows that are named by what they are about: asking for one always means one's own.
OWN_ROW_ABOUT = {
    "/v1/me/continue-watching/{title_id}",
    "/v1/me/favourite-channels/{id_or_slug}",
    "/v1/me/followed-series/{series_id}",
    "/v1/me/history/{content_id}",
    "/v1/me/ratings/{title_id}",
    "/v1/me/reminders/{programme_id}",
    "/v1/me/watchlist/{title_id}",
}
PUBLISHED = {
    "/v1/charts/{chart}",
    "/v1/collections/{id_or_slug}",
    "/v1/titles/{id_or_slug}/episodes",
    "/v1/channels/{id_or_slug}",
    "/v1/channels/{id_or_slug}/schedule",
    "/v1/pages/{slug}",
    "/v1/people/{public_id}",
    "/v1/programmes/{public_id}",
    "/v1/rails/{public_id}",
    "/v1/titles/{id_or_slug}",
    "/v1/titles/{id_or_slug}/seasons/{number}",
}
# Opened by a signature in the request itself, which play or the admin gives out.
BY_PROOF = {
    "/v1/live/{channel_id}.m3u8",
    "/v1/preview/{path}",
    "/v1/playback/sessions/{session_id}/license",
}
FOR_STAFF = {"/v1/ingest/{public_id}", "/v1/ingest/{public_id}/items"}
BODIES = {
    "/v1/me/devices/{public_id}": {"name": "Attic"},
    "/v1/me/profiles/{public_id}": {"name": "Renamed"},
    "/v1/me/profiles/{public_id}/choose": {},
    "/v1/me/profiles/{public_id}/pin": {"pin": "1234", "password": PASSWORD},
    "/v1/playback/sessions/{session_id}/heartbeat": {"position_ms": 1000},
    "/v1/me/ratings/{title_id}": {"value": "like"},
}
ROUTES = [
    (method, path)
    for method, path in operations("get", "post", "put", "patch", "delete")
    if "{" in path
]


@pytest.fixture
def content_id() -> str:
    public_id: str = film().title.public_id
    return public_id


@pytest.fixture
def owner(content_id: str) -> Owner:
    return arrived(make_account(), content_id)


@pytest.fixture
def stranger(content_id: str) -> Owner:
    return arrived(make_account(), content_id)


def arrived(account: Account, content_id: str = "") -> Owner:
    """Somebody of this household on a device of their own."""
    if not account.profiles.exists():
        make_profile(account, name="Ada")
    api = APIClient()
    sign_in(api, account.owner)
    return Owner(account, api, content_id)


def another_profile(owner: Owner) -> Owner:
    """The same household on another device, where somebody else watches."""
    there = arrived(owner.account, owner.content_id)
    grace = make_profile(owner.account, name="Grace")
    choose = f"/v1/me/profiles/{grace.public_id}/choose"
    token = there.api.post(choose, {}).json()["access_token"]
    there.api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return there


def ask(api: Any, method: str, path: str, public_id: str) -> Any:
    address = re.sub(r"{\w+}", public_id, path)
    body = BODIES.get(path, {})
    if isinstance(api, APIClient):
        return getattr(api, method)(address, body)
    return getattr(api, method)(address, body, content_type="application/json")


def state() -> list[Any]:
    """All rows that somebody could have changed."""
    tables: tuple[Any, ...] = (Profile, Device, SignIn, PlaybackSession)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_every_route_with_an_id_says_whose_it_is() -> None:
    known = {*OF_THE_HOUSEHOLD, *OWN_ROW_ABOUT, *PUBLISHED, *BY_PROOF, *FOR_STAFF}
    assert {path for _, path in ROUTES} == known


@pytest.mark.parametrize(
    ("method", "path"), [route for route in ROUTES if route[1] in OF_THE_HOUSEHOLD]
)
class TestObjects:
    def test_are_the_owners(self, owner: Owner, method: str, path: str) -> None:
        answer = ask(owner.api, method, path, OF_THE_HOUSEHOLD[path](owner))
        assert answer.status_code in {200, 201, 204}

    def test_do_not_exist_for_another_household(
        self, owner: Owner, stranger: Owner, method: str, path: str
    ) -> None:
        theirs = OF_THE_HOUSEHOLD[path](owner)
        before = state()
        refused = ask(stranger.api, method, path, theirs)
        missing = ask(stranger.api, method, path, f"{theirs[:3]}00000000000000000")
        assert refused.status_code == missing.status_code == 404
        told = [answer.json() for answer in (refused, missing)]
        for each in told:
            each.pop("request_id")
        assert told[0] == told[1]
        assert state() == before

    def test_are_not_for_visitors(self, owner: Owner, method: str, path: str) -> None:
        theirs = OF_THE_HOUSEHOLD[path](owner)
        before = state()
        assert ask(APIClient(), method, path, theirs).status_code in {401, 404}
        assert state() == before

    def test_are_not_opened_by_a_staff_session(
        self, owner: Owner, method: str, path: str
    ) -> None:
        theirs = OF_THE_HOUSEHOLD[path](owner)
        before = state()
        staff = Client()
        staff.force_login(make_staff())
        assert ask(staff, method, path, theirs).status_code in {401, 404}
        assert state() == before

    def test_are_shared_by_the_profiles_of_one_household(
        self, owner: Owner, method: str, path: str
    ) -> None:
        theirs = OF_THE_HOUSEHOLD[path](owner)
        answer = ask(another_profile(owner).api, method, path, theirs)
        assert answer.status_code in {200, 201, 204}


class TestRows:
    """Lists and marks of one profile: others change their own and see their own."""

    @pytest.fixture
    def title(self) -> str:
        made = catalog.series("Harbour Nine", seasons=(1,))
        publish(made)
        public_id: str = made.public_id
        return public_id

    @pytest.mark.parametrize("who", ["another_profile", "stranger"])
    def test_of_others_stay_as_they_are(
        self, owner: Owner, stranger: Owner, title: str, who: str
    ) -> None:
        soon = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=2)
        programme = channels.make_programme(channels.make_channel(), soon)
        puts = {
            f"/v1/me/watchlist/{title}": None,
            f"/v1/me/ratings/{title}": {"value": "like"},
            f"/v1/me/reminders/{programme.public_id}": {},
        }
        for path, body in puts.items():
            assert owner.api.put(path, body).status_code < 300, path
        lists = ("watchlist", "history", "continue-watching", "reminders")
        before = [owner.api.get(f"/v1/me/{name}").json()["results"] for name in lists]
        assert title in str(before[0])
        other = stranger if who == "stranger" else another_profile(owner)
        for name in lists:
            assert other.api.get(f"/v1/me/{name}").json()["results"] == []
        for method, path in ROUTES:
            if path in OWN_ROW_ABOUT and method == "delete":
                about = programme.public_id if "reminders" in path else title
                assert ask(other.api, method, path, about).status_code in {204, 404}
        after = [owner.api.get(f"/v1/me/{name}").json()["results"] for name in lists]
        assert after == before

    @pytest.mark.parametrize(
        ("method", "path"), [route for route in ROUTES if route[1] in OWN_ROW_ABOUT]
    )
    def test_are_nobodys_without_signing_in(
        self, title: str, method: str, path: str
    ) -> None:
        assert ask(APIClient(), method, path, title).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"), [route for route in ROUTES if route[1] in FOR_STAFF]
)
def test_what_is_for_staff_is_not_for_viewers(
    owner: Owner, method: str, path: str
) -> None:
    for api in (owner.api, APIClient()):
        assert ask(api, method, path, "anything").status_code in {401, 403}
