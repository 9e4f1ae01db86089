"""What titles are grouped by, their windows and attributes: written for a whole batch."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Max
from django.utils.text import slugify

from accounts.models import Package
from catalog import attributes
from catalog.importing.records import WindowRecord
from catalog.models import (
    AttributeDefinition,
    AttributeValue,
    AvailabilityWindow,
    Collection,
    CollectionItem,
    CollectionTranslation,
    Keyword,
    KeywordTranslation,
    Studio,
    Title,
)

Named = Sequence[tuple[Title, Sequence[str]]]
_LANGUAGE = "en"


def relate(
    through: Any, column: str, links: Sequence[tuple[Title, Iterable[int]]]
) -> None:
    """Replace the relations of titles, in the order given."""
    through.objects.filter(title_id__in=[title.pk for title, _ in links]).delete()
    through.objects.bulk_create(
        [
            through(**{"title_id": title.pk, column: pk})
            for title, pks in links
            for pk in pks
        ]
    )


def save_keywords(given: Named) -> None:
    """Keywords by the slug of their name; new ones are made."""
    names = _by_slug(given, 80)
    known = _known(Keyword, names)
    new = Keyword.objects.bulk_create(
        [Keyword(slug=slug) for slug in names if slug not in known]
    )
    KeywordTranslation.objects.bulk_create(
        [
            KeywordTranslation(keyword=one, language=_LANGUAGE, name=names[one.slug])
            for one in new
        ]
    )
    known |= {one.slug: one.pk for one in new}
    relate(Title.keywords.through, "keyword_id", _links(given, known, 80))


def save_studios(given: Named) -> None:
    """Studios by the slug of their name; new ones are made."""
    names = _by_slug(given, 80)
    known = _known(Studio, names)
    new = Studio.objects.bulk_create(
        [Studio(slug=slug, name=names[slug]) for slug in names if slug not in known]
    )
    known |= {one.slug: one.pk for one in new}
    relate(Title.studios.through, "studio_id", _links(given, known, 80))


def save_collections(given: Named) -> None:
    """Put titles at the end of collections, found by the slug of their name."""
    names = _by_slug(given, 120)
    known = _known(Collection, names)
    new = Collection.objects.bulk_create(
        [Collection(slug=slug) for slug in names if slug not in known]
    )
    CollectionTranslation.objects.bulk_create(
        [
            CollectionTranslation(
                collection=one, language=_LANGUAGE, name=names[one.slug]
            )
            for one in new
        ]
    )
    known |= {one.slug: one.pk for one in new}
    _put_into(known, [(title, list(pks)) for title, pks in _links(given, known, 120)])


def _put_into(
    known: Mapping[str, int], links: Sequence[tuple[Title, Sequence[int]]]
) -> None:
    titles = [title for title, _ in links]
    wanted = {(title.pk, pk) for title, pks in links for pk in pks}
    there = CollectionItem.objects.filter(title__in=titles)
    stays = set()
    for item in there:
        pair = (item.title_id, item.collection_id)
        if pair in wanted:
            stays.add(pair)
        else:
            item.delete()
    ends: dict[int, int] = dict(
        CollectionItem.objects.filter(collection__in=known.values())
        .values_list("collection")
        .annotate(Max("position"))
    )
    rows = []
    for title, pks in links:
        for pk in pks:
            if (title.pk, pk) not in stays:
                ends[pk] = ends.get(pk, -1) + 1
                rows.append(
                    CollectionItem(collection_id=pk, title=title, position=ends[pk])
                )
    CollectionItem.objects.bulk_create(rows)


def save_windows(given: Sequence[tuple[Title, Sequence[WindowRecord]]]) -> None:
    """Replace the windows of titles."""
    AvailabilityWindow.objects.filter(title__in=[title for title, _ in given]).delete()
    pairs = [
        (AvailabilityWindow(title=title, **_columns(window)), window)
        for title, windows in given
        for window in windows
    ]
    AvailabilityWindow.objects.bulk_create([row for row, _ in pairs])
    codes = {code for _, window in pairs for code in window.packages}
    known = dict(Package.objects.filter(code__in=codes).values_list("code", "pk"))
    through = AvailabilityWindow.packages.through
    through.objects.bulk_create(
        [
            through(availabilitywindow_id=row.pk, package_id=known[code])
            for row, window in pairs
            for code in window.packages
        ]
    )


def _columns(window: WindowRecord) -> dict[str, Any]:
    names = ("territories", "excluded", "starts_at", "ends_at", "announced_at", "free")
    return {name: getattr(window, name) for name in names}


def definitions(codes: Several[str]) -> list[AttributeDefinition]:
    """The attributes with these codes."""
    return list(AttributeDefinition.objects.filter(code__in=codes))


def save_attributes(given: Sequence[tuple[Title, Mapping[str, Any]]]) -> None:
    """Set the attributes that are given; the others stay."""
    known = {
        one.code: one
        for one in definitions({code for _, found in given for code in found})
    }
    AttributeValue.objects.bulk_create(
        [
            AttributeValue(
                title=title,
                definition=known[code],
                value=attributes.read(known[code], value),
            )
            for title, found in given
            for code, value in found.items()
        ],
        update_conflicts=True,
        unique_fields=["title", "definition"],
        update_fields=["value"],
    )


def _slug(name: str, longest: int) -> str:
    return slugify(name)[:longest] or "other"


def _by_slug(given: Named, longest: int) -> dict[str, str]:
    return {_slug(name, longest): name for _, names in given for name in names}


def _known(model: Any, slugs: Iterable[str]) -> dict[str, int]:
    return dict(model.objects.filter(slug__in=list(slugs)).values_list("slug", "pk"))


def _links(
    given: Named, known: Mapping[str, int], longest: int
) -> list[tuple[Title, Iterable[int]]]:
    return [
        (title, dict.fromkeys(known[_slug(name, longest)] for name in names))
        for title, names in given
    ]
