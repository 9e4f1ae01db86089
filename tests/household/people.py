"""Fills an empty service: `manage.py shell` runs this and prints who and what there is."""

from __future__ import annotations

import json

from django.utils import timezone

from accounts import tokens
from accounts.models import Account, Profile
from accounts.tokens import Viewer
from catalog import publishing
from catalog.models import Episode, Title
from tests.factories import accounts, catalog, playback

STREAMS = 2


def settle(households: int, screens: int, streams: int = STREAMS) -> str:
    """A film, a series of three episodes and households, as JSON."""
    film = catalog.title("Harbour Lights")
    playback.asset(film)
    series = catalog.series("Night Ferry", seasons=(3,))
    episodes = list(Episode.objects.filter(season__title=series).order_by("number"))
    for episode in episodes:
        playback.asset(episode=episode, duration_ms=1_800_000)
    for title in (film, series):
        publishing.publish(title, by=None, now=timezone.now())
    plan = accounts.make_product("plan", "basic", streams=streams)
    return json.dumps(
        {
            "film": film.public_id,
            "episodes": [episode.public_id for episode in episodes],
            "series": Title.objects.get(pk=series.pk).public_id,
            "households": [
                _household(plan, screens, streams) for _ in range(households)
            ],
        }
    )


def _household(plan: object, screens: int, streams: int) -> dict[str, object]:
    account = accounts.make_account()
    accounts.own(account, plan)
    profile = accounts.make_profile(account, name="Ada")
    return {
        "account": account.public_id,
        "profile": profile.public_id,
        "tokens": [
            _token(account, profile, number, streams) for number in range(screens)
        ],
    }


def _token(account: Account, profile: Profile, number: int, streams: int) -> str:
    device = accounts.make_device(account, name=f"Screen {number}")
    viewer = Viewer(
        account_id=account.public_id,
        profile_id=profile.public_id,
        device_id=device.public_id,
        features={"streams": streams},
        sign_in_id="si_test",
    )
    return tokens.issue(viewer, now=timezone.now())
