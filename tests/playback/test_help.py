"""What a refused play offers: a PIN, what to buy, when to come back; and what follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import pins
from accounts.models import Profile
from catalog import publishing
from catalog.models import AvailabilityWindow, Episode, Title
from tests.factories import accounts, catalog, playback
from tests.playback.screens import PLAY, Screen, household

pytestmark = pytest.mark.django_db
PROOF = "/v1/me/pin-proof"


def publish(title: Title) -> str:
    publishing.publish(title, by=None, now=timezone.now())
    return title.public_id


def film(*packages: str, **fields: object) -> str:
    title = catalog.title("Harbour Lights", genres=["drama"], **fields)
    title.packages.set([accounts.make_package(code) for code in packages])
    playback.asset(title)
    return publish(title)


@pytest.fixture
def child() -> Screen:
    """A profile up to twelve, in a household where a grown-up has a PIN."""
    (screen,) = household(1, maturity=12)
    guard = accounts.make_profile(screen.device.account, name="Grace", maturity=18)
    pins.store(guard, "2468")
    return screen


class TestPin:
    def test_a_pin_opens_what_is_above_the_ceiling(self, child: Screen) -> None:
        content_id = film(min_age=16)
        refused = child.play(content_id)
        assert refused.status_code == 403
        assert refused.json()["code"] == "maturity_blocked"
        assert refused.json()["help"] == ["pin", "switch_profile"]
        proof = child.send("POST", PROOF, {"pin": "2468"}).json()
        allowed = child.play(content_id, pin_proof=proof["pin_proof"])
        assert allowed.status_code == 201
        renewed = child.send("POST", f"{PLAY}/{child.session}/renew")
        assert renewed.status_code == 200  # what it opened goes on
        assert child.play(content_id).status_code == 403  # but not for ever

    def test_a_wrong_pin_says_how_many_tries_are_left(self, child: Screen) -> None:
        refused = child.send("POST", PROOF, {"pin": "0000"})
        assert refused.status_code == 403
        assert refused.json()["code"] == "parental_pin_wrong"
        assert refused.json()["tries_left"] == 4

    def test_a_worthless_proof_asks_for_the_pin(self, child: Screen) -> None:
        refused = child.play(film(min_age=16), pin_proof="made-up")
        assert refused.status_code == 403
        assert refused.json()["code"] == "parental_pin_required"
        assert refused.json()["help"] == ["pin"]

    def test_where_no_pin_would_open_it_none_is_asked_for(self) -> None:
        (screen,) = household(1, maturity=12)
        assert screen.play(film(min_age=16)).json()["help"] == ["switch_profile"]
        answer = screen.send("POST", PROOF, {"pin": "2468"})
        assert (answer.status_code, answer.json()["code"]) == (409, "no_pin_set")

    def test_visitors_have_no_pin(self, client: Client) -> None:
        answer = client.post(PROOF, {"pin": "1"}, content_type="application/json")
        assert answer.status_code == 401

    def test_a_pin_lifts_no_further_than_its_owner(self, child: Screen) -> None:
        Profile.objects.filter(name="Grace").update(maturity=16)
        content_id = film(min_age=18)
        assert child.play(content_id).json()["help"] == ["switch_profile"]
        proof = child.send("POST", PROOF, {"pin": "2468"}).json()["pin_proof"]
        assert child.play(content_id, pin_proof=proof).status_code == 403


class TestOffers:
    def test_what_would_open_it_can_be_bought(self) -> None:
        (screen,) = household(1, packages=("basic",))
        product = accounts.make_product("premium-plan", "premium")
        accounts.make_offer(product)
        refused = screen.play(film("premium")).json()
        assert refused["code"] == "not_entitled"
        assert refused["help"] == ["subscribe"]
        (offer,) = refused["offers"]
        assert offer["product"] == "premium-plan"
        assert offer["price"] == {"amount": "9.99", "currency": "USD"}

    def test_nothing_is_offered_where_buying_does_not_help(self, child: Screen) -> None:
        assert child.play(film(min_age=16)).json()["offers"] == []


class TestWhen:
    def test_a_window_that_opens_later_says_when(self, client: Client) -> None:
        opens = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
        title = catalog.title("Soon", genres=["drama"])
        playback.asset(title)
        AvailabilityWindow.objects.create(title=title, starts_at=opens)
        content_id = publish(title)
        asked = {"content_id": content_id, "device": {"platform": "web"}}
        refused = client.post(PLAY, asked, content_type="application/json").json()
        assert refused["code"] == "not_available_now"
        assert datetime.fromisoformat(refused["until"]) == opens


@pytest.fixture
def episodes() -> list[Episode]:
    """Two episodes of a first season, one of a second; the third has no video."""
    title = catalog.series("Tidewater", seasons=(3, 1))
    found = list(
        Episode.objects.filter(season__title=title).order_by("season__number", "number")
    )
    for episode in (found[0], found[1], found[3]):
        playback.asset(episode=episode)
    publish(title)
    return found


class TestNextEpisode:
    def test_the_answer_says_where_it_stands_and_what_follows(
        self, episodes: list[Episode]
    ) -> None:
        (screen,) = household(1)
        answer = screen.play(episodes[0].public_id).json()
        assert (answer["episode"]["season"], answer["episode"]["number"]) == (1, 1)
        following = answer["next"]
        assert following["content_id"] == episodes[1].public_id
        assert (following["season"], following["episode"]) == (1, 2)
        assert following["name"]

    def test_one_without_video_is_passed_over_into_the_next_season(
        self, episodes: list[Episode]
    ) -> None:
        (screen,) = household(1)
        answer = screen.play(episodes[1].public_id).json()
        assert answer["next"]["content_id"] == episodes[3].public_id
        assert (answer["next"]["season"], answer["next"]["episode"]) == (2, 1)

    def test_after_the_last_there_is_nothing(self, episodes: list[Episode]) -> None:
        (screen,) = household(1)
        answer = screen.play(episodes[3].public_id).json()
        assert answer["next"] is None

    def test_a_finished_episode_puts_the_next_into_its_rail(
        self, episodes: list[Episode]
    ) -> None:
        (screen,) = household(1)
        report = {
            "content_id": episodes[0].public_id,
            "position_ms": 5_399_000,
            "at": timezone.now().isoformat(),
        }
        assert screen.send("GET", "/v1/me/next-episodes").json()["results"] == []
        told = screen.send("POST", "/v1/me/progress", {"events": [report]})
        assert told.status_code == 200, told.json()
        (waiting,) = screen.send("GET", "/v1/me/next-episodes").json()["results"]
        assert waiting["content_id"] == episodes[1].public_id

    def test_films_have_neither(self) -> None:
        (screen,) = household(1)
        answer = screen.play(film()).json()
        assert answer["episode"] is None
        assert answer["next"] is None
