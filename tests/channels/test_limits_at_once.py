"""What a profile may have at most, it has at most, however many ask in the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from channels import favourites, following, playlist_links, reminders
from channels.models import FavouriteChannel, FollowedSeries, PlaylistLink, Reminder
from channels.series_ids import series_id
from tests.factories.channels import make_channel, make_programme
from tests.playback.screens import Screen, household

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 6
MOST = 2

Ask = Callable[[Screen, Any], Any]


def _remind(screen: Screen, airing: Any) -> Any:
    return screen.send("PUT", f"/v1/me/reminders/{airing.public_id}", {})


def _follow(screen: Screen, airing: Any) -> Any:
    return screen.send("PUT", f"/v1/me/followed-series/{series_id(airing.series_key)}")


def _like(screen: Screen, airing: Any) -> Any:
    path = f"/v1/me/favourite-channels/{airing.channel.public_id}"
    return screen.send("PUT", path)


def _link(screen: Screen, _airing: Any) -> Any:
    return screen.send("POST", "/v1/me/playlist-links", {})


@pytest.mark.parametrize(
    ("module", "ask", "model"),
    [
        (reminders, _remind, Reminder),
        (following, _follow, FollowedSeries),
        (favourites, _like, FavouriteChannel),
        (playlist_links, _link, PlaylistLink),
    ],
    ids=["reminders", "series", "favourites", "links"],
)
def test_a_limit_holds(
    module: Any, ask: Ask, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", MOST)
    [screen] = household(1)
    start = timezone.now().replace(microsecond=0) + timedelta(hours=1)
    airings = [
        make_programme(
            make_channel(f"Channel {n}", unrated_age=0), start, series_key=f"key {n}"
        )
        for n in range(AT_ONCE)
    ]

    def asked(airing: Any) -> int:
        try:
            alone = Screen(screen.device, screen.profile, screen.features)
            status: int = ask(alone, airing).status_code
        finally:
            connection.close()
        return status

    with ThreadPoolExecutor(AT_ONCE) as threads:
        statuses = sorted(threads.map(asked, airings))
    assert [status // 100 for status in statuses] == [2] * MOST + [4] * (AT_ONCE - MOST)
    assert model.objects.count() == MOST
