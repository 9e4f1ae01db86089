"""`python -m bench.households N`: a film with video, and N households that may see it.

Prints one line of JSON: the film, tokens of the households, the ids of a page of titles
and the statements behind the overlay of the first household over that page.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import django
from django.db import connection
from django.test.utils import CaptureQueriesContext

django.setup()

from accounts import grants, tokens  # noqa: E402 models need a set-up Django
from accounts.models import (  # noqa: E402
    Account,
    Device,
    Package,
    Product,
    Profile,
    User,
)
from accounts.tokens import Viewer  # noqa: E402
from catalog import publishing  # noqa: E402
from catalog.models import Title  # noqa: E402
from playback import overlay  # noqa: E402
from playback.models import (  # noqa: E402
    Asset,
    AudioTrack,
    ContinueItem,
    Rendition,
    TextTrack,
    TitleRating,
    WatchlistItem,
    WatchProgress,
)

PAGE: Final = 240
LENGTH_MS: Final = 5_400_000
_PLAN: Final = "bench"
_RUNGS: Final = ((144, 256), (240, 426), (360, 640), (720, 1280), (1080, 1920))


def main(count: int) -> None:
    """Fill the database that the settings name."""
    now = datetime.now(UTC)
    film = _film(now)
    staff = User.objects.create_user("staff@example.org", is_staff=True)
    plan = Product.objects.create(code=_PLAN, name="Bench", kind="plan")
    plan.packages.set(film.packages.all())
    viewers = [_household(number, plan, staff, now) for number in range(count)]
    page = list(Title.objects.order_by("pk")[:PAGE])
    _watch(viewers[0], page, now)
    ids = [title.public_id for title in page]
    with CaptureQueriesContext(connection) as queries:
        overlay.overlay(viewers[0], ids)
    print(
        json.dumps(
            {
                "film": film.public_id,
                "ids": ids,
                "tokens": [tokens.issue(viewer, now=now) for viewer in viewers],
                "sql": [one["sql"] for one in queries],
            }
        )
    )


def _film(now: datetime) -> Title:
    film = Title.objects.order_by("pk")[0]
    film.packages.set([Package.objects.create(code=_PLAN, name="Bench")])
    asset = Asset(title=film, duration_ms=LENGTH_MS, created_at=now)
    asset.folder = f"{asset.public_id}/1"
    asset.state = Asset.State.READY
    asset.save()
    Rendition.objects.bulk_create(
        Rendition(
            asset=asset,
            width=width,
            height=height,
            frame_rate=25,
            codecs="avc1.4d401e,mp4a.40.2",
            bandwidth=height * 3000,
            average_bandwidth=height * 2500,
        )
        for height, width in _RUNGS
    )
    for number, language in enumerate(("en", "de")):
        common = {"asset": asset, "language": language, "label": language}
        AudioTrack.objects.create(codec="mp4a.40.2", position=number, **common)
        TextTrack.objects.create(path=f"text/{language}.vtt", **common)
    publishing.publish(film, by=None, now=now)
    return film


def _household(number: int, plan: Product, staff: User, now: datetime) -> Viewer:
    owner = User.objects.create_user(f"viewer{number}@example.org")
    account = Account.objects.create(owner=owner)
    grants.give(account, plan, ends_at=None, by=staff, reason="measured", now=now)
    profile = Profile.objects.create(account=account, name="Everybody")
    device = Device.objects.create(account=account, platform="web", name="Browser")
    return Viewer(
        account_id=account.public_id,
        profile_id=profile.public_id,
        device_id=device.public_id,
        packages=frozenset({_PLAN}),
        features={"streams": 2},
    )


def _watch(viewer: Viewer, page: Sequence[Title], now: datetime) -> None:
    """What somebody has who watches a lot: something about most of the page."""
    profile = Profile.objects.get(public_id=viewer.profile_id)
    place: dict[str, Any] = {"duration_ms": LENGTH_MS, "event_at": now}
    for number, title in enumerate(page):
        whose: dict[str, Any] = {"profile": profile, "title": title}
        if number % 2 == 0:
            there = {"content_id": title.public_id, "position_ms": 60_000 * number}
            WatchProgress.objects.create(
                started=True, completed=number % 3 == 0, **whose, **there, **place
            )
            ContinueItem.objects.create(visible=True, **whose, **there, **place)
        if number % 4 == 0:
            WatchlistItem.objects.create(added_at=now, **whose)
        if number % 5 == 0:
            TitleRating.objects.create(value="like", rated_at=now, **whose)


if __name__ == "__main__":
    main(int(sys.argv[1]))
