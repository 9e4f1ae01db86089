"""Channels that a profile likes: kept once, latest first, and only what it may see."""

from __future__ import annotations

import pytest

from channels import favourites
from channels.models import FavouriteChannel
from tests.factories.channels import make_channel
from tests.playback.screens import Screen, household

pytestmark = pytest.mark.django_db
URL = "/v1/me/favourite-channels"


@pytest.fixture
def screen() -> Screen:
    return household(1)[0]


def names(screen: Screen) -> list[str]:
    response = screen.send("GET", URL)
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    return [one["channel"]["name"] for one in response.json()["results"]]


def like(screen: Screen, name: str):
    return screen.send("PUT", f"{URL}/{name}")


class TestFavourites:
    def test_are_kept_once_the_latest_first(self, screen: Screen) -> None:
        news, sport = make_channel(name="News"), make_channel(name="Sport")
        assert like(screen, news.public_id).status_code == 204
        assert like(screen, sport.slug).status_code == 204
        assert like(screen, news.slug).status_code == 204
        assert names(screen) == ["Sport", "News"]

    def test_go_when_they_are_taken_out(self, screen: Screen) -> None:
        news = make_channel(name="News")
        like(screen, news.slug)
        for _ in range(2):
            response = screen.send("DELETE", f"{URL}/{news.public_id}")
            assert response.status_code == 204
        assert names(screen) == []

    def test_belong_to_one_profile(self, screen: Screen) -> None:
        like(screen, make_channel(name="News").slug)
        assert names(household(1)[0]) == []

    def test_what_may_not_be_shown_is_not(self, screen: Screen) -> None:
        late = make_channel(name="Late", territories=["DE"])
        assert like(screen, late.slug).status_code == 404
        assert like(screen, "no-such-channel").status_code == 404
        news = make_channel(name="News")
        like(screen, news.slug)
        news.is_active = False
        news.save()
        assert names(screen) == []

    def test_have_a_limit(
        self, screen: Screen, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(favourites, "MOST", 1)
        like(screen, make_channel(name="News").slug)
        refused = like(screen, make_channel(name="Sport").slug)
        assert refused.status_code == 409
        assert refused.json()["code"] == "too_many_favourite_channels"
        assert refused.json()["limit"] == 1

    def test_are_for_who_signed_in(self, client) -> None:
        assert client.get(URL).status_code == 401

    def test_their_number_does_not_change_the_number_of_queries(
        self, screen: Screen, django_assert_num_queries
    ) -> None:
        for number in range(5):
            like(screen, make_channel(name=f"Channel {number}").slug)
        with django_assert_num_queries(2):
            assert len(names(screen)) == 5
        assert str(FavouriteChannel.objects.first())
