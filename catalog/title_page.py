"""The page of a title in one answer: its document, and what depends on time and place.

The document is finished when the title is published. Whether it is open here and now,
what it costs, and which other titles stand beside it is found when the page is asked
for, with a number of queries that does not depend on what is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from django.conf import settings

from accounts import offers
from catalog import availability, cache_keys, tellings
from catalog.availability import Standing
from catalog.documents import TEASERS
from catalog.models import (
    PublishedCollection,
    PublishedCollectionItem,
    PublishedEpisodeCard,
    PublishedTitle,
    PublishedWindow,
)
from streamapi.clients import Variant
from streamapi.rest.pagination import encode_cursor

RELATED: Final = 12
SAME_COLLECTION: Final = 20
SAME_COLLECTIONS: Final = 30
"""Of all collections together: an answer carries at most fifty tags."""
EPISODES: Final = 20
_ACCESS: Final[Mapping[str, str]] = {"rental": "rent", "purchase": "buy"}
"""How one pays for a product of a kind; all others are a subscription."""


@dataclass(slots=True)
class Page:
    """The text of the answer, what it shows, and when that changes."""

    body: str
    tags: set[str]
    changes_at: datetime | None


@dataclass(slots=True)
class _Beside:
    """Cards of other titles, and which titles those are."""

    variant: Variant
    shown: set[int] = field(default_factory=set)

    def cards(self, rows: Iterable[tuple[int, str]]) -> list[Any]:
        """The cards, noting whose they are."""
        found = list(rows)
        self.shown.update(pk for pk, _ in found)
        cards = tellings.cards((card for _, card in found), self.variant)
        return [orjson.Fragment(card) for card in cards]


def build(row: PublishedTitle, variant: Variant, now: datetime, *, path: str) -> Page:
    """The page; ``path`` is where the title stands in the API, for the next episodes."""
    told = tellings.retold(
        {row.title_id: row.document},
        PublishedTitle.objects.all(),
        variant,
        key="title_id",
    )
    document = orjson.loads(told[row.title_id])
    standing = availability.ALWAYS_OPEN
    if row.windowed:
        standing = availability.standing(row.title_id, variant.territory, now)
    if standing.packages is not None:
        document["packages"] = sorted(standing.packages)
    videos = document.pop("videos", [])
    beside = _Beside(variant)
    sold, offers_change_at = _offers(document["packages"], variant, now)
    document |= {
        **_times(standing, now),
        **sold,
        **_videos(videos, standing, variant, now),
        "collections": _collections(row.title_id, variant, now, beside),
        "related": _related(row.title_id, variant, now, beside),
        "episodes": _episodes(row, document["seasons"], variant, path),
    }
    if not standing.is_open:
        document["playable"] = False
    tags = {cache_keys.title(row.title_id), cache_keys.OFFERS}
    return Page(
        body=orjson.dumps(document, option=orjson.OPT_UTC_Z).decode(),
        tags=tags | {cache_keys.title(pk) for pk in beside.shown},
        changes_at=_first(
            now,
            standing.changes_at,
            offers_change_at,
            _leaves_soon_at(standing),
            *(availability.next_moment(one["windows"], now) for one in videos),
            _others_change_at(beside.shown, variant, now),
        ),
    )


def _times(standing: Standing, now: datetime) -> dict[str, Any]:
    """When it comes, or until when it stays."""
    soon = now + timedelta(days=settings.LEAVING_SOON_DAYS)
    ends_at = standing.ends_at
    return {
        "available_until": ends_at,
        "availability": {
            "state": "available" if standing.is_open else "coming",
            "starts_at": standing.starts_at,
            "ends_at": ends_at,
            "leaving_soon": ends_at is not None and ends_at <= soon,
        },
    }


def _offers(
    packages: Sequence[str], variant: Variant, now: datetime
) -> tuple[dict[str, Any], datetime | None]:
    """What would open it here, cheapest first, and when that changes by itself; nothing
    is sold for what is free."""
    if not packages:
        return {"access": ["free"], "offers": []}, None
    found, changes_at = offers.on_sale_until(
        territory=variant.territory, now=now, packages=packages
    )
    listed = [
        {
            "code": one.code,
            "access": _ACCESS.get(one.kind, "subscription"),
            "kind": one.kind,
            "name": one.name,
            "period": one.period,
            "trial_days": one.trial_days,
            "price": {"amount": f"{one.amount:.2f}", "currency": one.currency},
            "packages": sorted(set(one.packages).intersection(packages)),
        }
        for one in found
    ]
    ways = list(dict.fromkeys(str(one["access"]) for one in listed))
    return {"access": ways, "offers": listed}, changes_at


def _videos(
    videos: Sequence[dict[str, Any]],
    standing: Standing,
    variant: Variant,
    now: datetime,
) -> dict[str, Any]:
    """Trailers, and extras, which only play while the title itself does."""
    found: dict[str, list[Any]] = {"trailers": [], "extras": []}
    for video in videos:
        shown = {name: value for name, value in video.items() if name != "windows"}
        if availability.any_holds(video["windows"], variant.territory, now):
            place = "trailers" if video["kind"] in TEASERS else "extras"
            found[place].append(shown)
    return found if standing.is_open else found | {"extras": []}


def _related(
    title_pk: int, variant: Variant, now: datetime, beside: _Beside
) -> list[Any]:
    rows = PublishedTitle.objects.visible(variant, now).related_to(title_pk)
    return beside.cards(rows.values_list("title_id", "card")[:RELATED])


def _collections(
    title_pk: int, variant: Variant, now: datetime, beside: _Beside
) -> list[dict[str, Any]]:
    """Each collection that it is in, with its titles in their order, itself included."""
    mine = PublishedCollectionItem.objects.filter(title=title_pk).values("collection")
    cards = dict(
        PublishedCollection.objects.filter(
            collection__in=mine, language=variant.language
        )
        .order_by("by_name")
        .values_list("collection_id", "card")
    )
    members: dict[int, list[tuple[int, str]]] = {pk: [] for pk in cards}
    item = "title__published_collection_items"
    rows = (
        PublishedTitle.objects.visible(variant, now)
        .filter(**{f"{item}__collection__in": list(cards)})
        .order_by(f"{item}__collection", f"{item}__position", f"{item}__pk")
        .values_list(f"{item}__collection", "title_id", "card")
    )
    for collection, pk, card in rows[:SAME_COLLECTIONS]:
        members[collection].append((pk, card))
    return [
        orjson.loads(card) | {"titles": beside.cards(members[pk][:SAME_COLLECTION])}
        for pk, card in cards.items()
    ]


def _episodes(
    row: PublishedTitle,
    seasons: Sequence[Mapping[str, Any]],
    variant: Variant,
    path: str,
) -> dict[str, Any] | None:
    """The first page of the first season: as ``path``/episodes would begin."""
    if not seasons:
        return None
    number = min((one["number"] for one in seasons if one["number"]), default=0)
    cards = PublishedEpisodeCard.objects.filter(title=row.title_id)
    rows = list(
        cards.filter(language=row.language, season_number=number)
        .order_by("by_season")
        .values_list("by_season", "document")[: EPISODES + 1]
    )
    following = None
    if len(rows) > EPISODES:
        scope = f"{path}/episodes:by_season"
        following = encode_cursor([rows[EPISODES - 1][0]], scope)
    told = tellings.retold(dict(rows[:EPISODES]), cards, variant, key="by_season")
    return {
        "season_number": number,
        "results": [orjson.Fragment(text) for text in told.values()],
        "next": following,
    }


def _leaves_soon_at(standing: Standing) -> datetime | None:
    if standing.ends_at is None:
        return None
    return standing.ends_at - timedelta(days=settings.LEAVING_SOON_DAYS)


def _others_change_at(
    shown: set[int], variant: Variant, now: datetime
) -> datetime | None:
    """When a window of one of the titles beside it opens or closes."""
    windows = PublishedWindow.objects.filter(title__in=shown)
    return windows.in_territory(variant.territory).next_boundary(now)


def _first(now: datetime, *moments: datetime | None) -> datetime | None:
    return min((one for one in moments if one and one > now), default=None)
