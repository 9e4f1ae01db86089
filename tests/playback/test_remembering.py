"""What a process remembers of a film counts only while nothing about it has changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts import devices
from accounts.models import Entitlement, Package
from catalog import publishing
from catalog.models import Episode
from playback import content
from playback.models import Asset
from tests.factories import accounts, catalog, playback
from tests.playback.screens import Screen, household
from tests.playback.test_play import film, publish

NOW = datetime(2027, 1, 15, 8, 0, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset() -> Asset:
    return film(packages=["basic"])


@pytest.fixture
def screen(asset: Asset) -> Screen:
    """One that has played the film: this process remembers it."""
    (mine,) = household(1)
    assert mine.play(asset.title.public_id).status_code == 201
    return mine


def refresh(asset: Asset) -> None:
    """What every change of a video in the admin ends with."""
    asset.save()
    publishing.refresh([asset.owner_pk], now=NOW)


def rename(asset: Asset) -> None:
    asset.title.translations.update(name="Harbour Nights")
    publish(asset.title)


def limit(asset: Asset) -> None:
    asset.rights_max_height = 360
    refresh(asset)


def mark(asset: Asset) -> None:
    asset.markers.create(kind="credits", start_ms=5_000_000)
    refresh(asset)


def package_again(asset: Asset) -> None:
    asset.folder = f"{asset.public_id}/2"
    asset.save()  # even if nobody published


def told(answer: dict) -> list[object]:
    """What of an answer these changes show in."""
    urls = [one["url"] for one in answer["manifests"]]
    return [answer["name"], answer["max_resolution"], answer["markers"], urls]


@pytest.mark.parametrize("change", [rename, limit, mark, package_again])
def test_a_change_is_seen_by_the_next_play(
    change: Callable[[Asset], None], screen: Screen, asset: Asset
) -> None:
    before = told(screen.play(asset.title.public_id).json())
    change(asset)
    after = told(screen.play(asset.title.public_id).json())
    fresh = content.find(asset.title.public_id)
    assert after != before
    assert after[0] == fresh.name
    assert fresh.folder in after[3][0]


def withdraw(asset: Asset) -> None:
    publishing.unpublish(asset.title, by=None, now=NOW)


def remove(asset: Asset) -> None:
    asset.delete()


def move(asset: Asset) -> None:
    other = publish(catalog.title(genres=["drama"]))
    Asset.objects.filter(pk=asset.pk).update(title=other)


def sell_otherwise(asset: Asset) -> None:
    asset.title.packages.set([Package.objects.create(code="premium", name="Premium")])
    publish(asset.title)


def close(asset: Asset) -> None:
    catalog.window(asset.title, ends_at=datetime.now(UTC))
    publish(asset.title)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (withdraw, 404),
        (remove, 409),
        (move, 409),
        (sell_otherwise, 403),
        (close, 403),
    ],
)
def test_what_may_not_be_played_any_more_is_refused_at_once(
    change: Callable[[Asset], None], status: int, screen: Screen, asset: Asset
) -> None:
    change(asset)
    assert screen.play(asset.title.public_id).status_code == status


def revoke_the_plan(screen: Screen) -> None:
    Entitlement.objects.update(revoked_at=NOW)


def suspend(screen: Screen) -> None:
    screen.device.account.suspended_at = NOW
    screen.device.account.save()


def lower_the_ceiling(screen: Screen) -> None:
    screen.profile.is_kids = True
    screen.profile.save()


def revoke_the_device(screen: Screen) -> None:
    devices.revoke(screen.device, reason="lost", now=NOW)


def remove_the_device(screen: Screen) -> None:
    screen.device.delete()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (revoke_the_plan, "not_entitled"),
        (suspend, "account_suspended"),
        (lower_the_ceiling, "maturity_blocked"),
        (revoke_the_device, "device_revoked"),
        (remove_the_device, "device_unknown"),
    ],
)
def test_what_happens_to_a_household_counts_at_once(
    change: Callable[[Screen], None], code: str
) -> None:
    content_id = film(packages=["basic"], min_age=16).title.public_id
    (mine,) = household(1)
    assert mine.play(content_id).status_code == 201
    change(mine)
    assert mine.play(content_id).json()["code"] == code


def test_a_device_that_was_removed_renews_nothing(screen: Screen) -> None:
    session = screen.session
    screen.device.delete()
    response = screen.send("POST", f"/v1/playback/sessions/{session}/renew")
    assert response.status_code == 401
    assert response.json()["code"] == "device_unknown"


def test_a_plan_that_was_bought_counts_at_once(asset: Asset) -> None:
    (mine,) = household(1, packages=["other"])
    assert mine.play(asset.title.public_id).json()["code"] == "not_entitled"
    plan = accounts.make_product("more", "basic", streams=1)
    accounts.own(mine.device.account, plan)
    assert mine.play(asset.title.public_id).status_code == 201


def test_an_episode_hears_of_the_one_that_follows(client: Client) -> None:
    series = catalog.series(genres=["drama"], seasons=(1,))
    first = Episode.objects.get(season__title=series)
    playback.asset(episode=first)
    publish(series)
    (mine,) = household(1)
    assert mine.play(first.public_id).json()["next"] is None
    second = Episode.objects.create(season=first.season, number=2)
    second.translations.create(language="en", name="The other one")
    playback.asset(episode=second)
    publish(series)
    assert mine.play(first.public_id).json()["next"]["content_id"] == second.public_id


def test_what_is_remembered_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(content, "_MOST", 2)
    films = [film().title.public_id for _ in range(3)]
    (mine,) = household(1)
    for content_id in films:
        mine.play(content_id)
    assert len(content._known) == 2
    with django_assert_num_queries(2):
        mine.play(films[-1])
    with django_assert_num_queries(3):
        mine.play(films[0])
