"""Which titles go well after which: by what they share, and by who watched both.

Deterministic: the same catalogue and plays give the same answer, and each pair says why
it is one. A title that shares nothing with any other gets the most popular of its kind.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from catalog import cache_keys, languages, plays
from catalog.bulk import batches, copy_into, delete_rows
from catalog.models import (
    PublishedCollectionItem,
    PublishedCredit,
    PublishedTitle,
    RelatedTitle,
)

KEPT: Final = 30
MEMORY: Final = timedelta(days=180)
"""How long ago a play may be and still say something about taste."""
_WEIGHTS: Final[Mapping[str, float]] = {
    "collection": 12.0,
    "director": 4.0,
    "creator": 4.0,
    "writer": 1.5,
    "cast": 1.2,
    "keyword": 1.5,
    "studio": 0.8,
    "genre": 1.0,
    "kind": 0.4,
    "decade": 0.3,
}
_TOGETHER: Final = 5.0
_CAST_ROLES: Final = frozenset({"actor", "voice", "presenter"})
_COMMON: Final = 400
"""What more titles share than this tells too little to look for candidates by."""
_MOST_CANDIDATES: Final = 1000
_BATCH: Final = 1000
_TASTE: Final = 40
"""The titles of one viewer that are compared with each other: the latest."""

Feature = tuple[str, str]
"""What titles can have in common: a reason, and its value."""


@dataclass(slots=True)
class _Catalogue:
    """All published titles by what they are."""

    features: dict[int, list[Feature]] = field(default_factory=dict)
    sharing: dict[Feature, list[int]] = field(default_factory=lambda: defaultdict(list))
    popularity: dict[int, int] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    popular: dict[str, list[int]] = field(default_factory=dict)

    def weight(self, feature: Feature) -> float:
        """What sharing it counts: the rarer, the more."""
        rarity = math.log(1 + len(self.features) / len(self.sharing[feature]))
        return _WEIGHTS[feature[0]] * min(1.0, rarity / 2)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A title that goes well after another."""

    title: int
    score: float
    reasons: tuple[str, ...]


def relate(*, now: datetime) -> int:
    """Work out the neighbours of every published title; returns how many titles."""
    catalogue = _load()
    together = _watched_together(plays.between(now - MEMORY, now))
    for pks in batches(sorted(catalogue.features), _BATCH):
        _write({pk: _neighbours(pk, catalogue, together) for pk in pks})
    _forget_others(catalogue)
    return len(catalogue.features)


def neighbours(title_pk: int, *, now: datetime) -> list[Neighbour]:
    """What would be written for one title, to be explained."""
    together = _watched_together(plays.between(now - MEMORY, now))
    return _neighbours(title_pk, _load(), together)


@transaction.atomic
def _write(found: Mapping[int, Sequence[Neighbour]]) -> None:
    known: dict[int, list[int]] = defaultdict(list)
    rows = RelatedTitle.objects.filter(title__in=found).order_by("title", "position")
    for title, other in rows.values_list("title_id", "other_id"):
        known[title].append(other)
    delete_rows(RelatedTitle, "title", list(found))
    copy_into(
        RelatedTitle,
        ("title", "other", "position", "score", "reasons"),
        (
            (pk, one.title, position, one.score, list(one.reasons))
            for pk, several in found.items()
            for position, one in enumerate(several)
        ),
    )
    cache_keys.purge_pages(
        pk
        for pk, several in found.items()
        if known.get(pk, []) != [one.title for one in several]
    )


def _forget_others(catalogue: _Catalogue) -> None:
    rows = RelatedTitle.objects.values_list("title_id", flat=True).distinct()
    gone = [pk for pk in rows if pk not in catalogue.features]
    delete_rows(RelatedTitle, "title", gone)


def _load() -> _Catalogue:
    catalogue = _Catalogue()
    rows = PublishedTitle.objects.filter(language=languages.default_language())
    columns = ("title_id", "kind", "year", "genres", "keywords", "studios")
    for pk, kind, year, genres, keywords, studios, rank in (
        rows.order_by("title_id").values_list(*columns, "by_popularity").iterator()
    ):
        catalogue.kinds[pk] = kind
        catalogue.popularity[pk] = rank
        labels = (("genre", genres), ("keyword", keywords), ("studio", studios))
        catalogue.features[pk] = [
            *((reason, value) for reason, values in labels for value in values),
            ("kind", kind),
            *([("decade", str(year // 10))] if year else []),
        ]
    for pk, feature in (*_parts(), *_memberships()):
        if pk in catalogue.features and feature not in catalogue.features[pk]:
            catalogue.features[pk].append(feature)
    for pk, features in catalogue.features.items():
        for feature in features:
            catalogue.sharing[feature].append(pk)
    for kind in sorted(set(catalogue.kinds.values())):
        mine = [pk for pk, of in catalogue.kinds.items() if of == kind]
        mine.sort(key=lambda pk: -catalogue.popularity[pk])
        catalogue.popular[kind] = mine[: KEPT + 1]
    return catalogue


def _parts() -> Iterator[tuple[int, Feature]]:
    rows = PublishedCredit.objects.order_by("pk")
    for pk, person, role in rows.values_list("title_id", "person_id", "role"):
        reason = "cast" if role in _CAST_ROLES else role
        if reason in _WEIGHTS:
            yield pk, (reason, str(person))


def _memberships() -> Iterator[tuple[int, Feature]]:
    rows = PublishedCollectionItem.objects.order_by("pk")
    for pk, collection in rows.values_list("title_id", "collection_id"):
        yield pk, ("collection", str(collection))


def _watched_together(
    found: Iterable[plays.Play],
) -> Mapping[int, Mapping[int, float]]:
    """For each title those that the same people watched, from 0 to 1.

    The share of common viewers is divided by how much both are watched at all, so that
    what everyone watches is not everything's neighbour.
    """
    watched: dict[int, dict[int, datetime]] = defaultdict(dict)
    for play in found:
        if play.viewer:
            latest = watched[play.viewer].get(play.title, play.at)
            watched[play.viewer][play.title] = max(latest, play.at)
    viewers: Counter[int] = Counter()
    pairs: dict[int, Counter[int]] = defaultdict(Counter)
    for titles in watched.values():
        latest_first = sorted(titles, key=lambda pk: (-titles[pk].timestamp(), pk))
        taste = latest_first[:_TASTE]
        viewers.update(taste)
        for one in taste:
            pairs[one].update(other for other in taste if other != one)
    return {
        one: {
            other: common / math.sqrt(viewers[one] * viewers[other]) * _sure(common)
            for other, common in counter.items()
        }
        for one, counter in pairs.items()
    }


def _sure(common: int) -> float:
    """One common viewer is chance, ten are a taste."""
    return common / (common + 3)


def _neighbours(
    pk: int, catalogue: _Catalogue, together: Mapping[int, Mapping[int, float]]
) -> list[Neighbour]:
    mine = catalogue.features.get(pk, [])
    scores: dict[int, float] = defaultdict(float)
    reasons: dict[int, dict[str, float]] = defaultdict(dict)
    candidates = _candidates(pk, mine, catalogue)
    liked = together.get(pk, {})
    weights = {feature: catalogue.weight(feature) for feature in mine}
    for other in candidates.union(liked).intersection(catalogue.features):
        of_reason = reasons[other]
        for feature in catalogue.features[other]:
            if feature in weights:
                reason, weight = feature[0], weights[feature]
                scores[other] += weight
                of_reason[reason] = of_reason.get(reason, 0.0) + weight
    for other, closeness in liked.items():
        if other in catalogue.features:
            scores[other] += _TOGETHER * closeness
            reasons[other]["watched_together"] = _TOGETHER * closeness
    scores.pop(pk, None)
    ordered = sorted(
        scores, key=lambda other: (-scores[other], -catalogue.popularity[other])
    )
    found = [
        Neighbour(other, scores[other], _told(reasons[other]))
        for other in ordered[:KEPT]
    ]
    return found or _fallback(pk, catalogue)


def _candidates(pk: int, mine: Sequence[Feature], catalogue: _Catalogue) -> set[int]:
    """Who shares something telling; if those are few, also who shares a genre."""
    found: set[int] = set()
    by_rarity = sorted(mine, key=lambda one: (len(catalogue.sharing[one]), one))
    for feature in by_rarity:
        sharing = catalogue.sharing[feature]
        if feature[0] in {"kind", "decade"}:
            continue
        if len(sharing) <= _COMMON or len(found) <= KEPT:
            found.update(sharing[:_MOST_CANDIDATES])
        if len(found) >= _MOST_CANDIDATES:
            break
    return found - {pk}


def _fallback(pk: int, catalogue: _Catalogue) -> list[Neighbour]:
    popular = catalogue.popular.get(catalogue.kinds.get(pk, ""), [])
    return [Neighbour(other, 0.0, ("popular",)) for other in popular if other != pk]


def _told(reasons: Mapping[str, float]) -> tuple[str, ...]:
    """The reasons that count most, at most four."""
    return tuple(sorted(reasons, key=lambda one: (-reasons[one], one))[:4])
