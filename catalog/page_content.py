"""A page with its rails as plain values: what versions keep and devices are served from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypedDict

from catalog import languages
from catalog.models import Page, Rail, RailItem


class RailContent(TypedDict):
    """A rail; ``items`` are the titles of a curated one, in their order."""

    id: str
    names: dict[str, str]
    layout: str
    source: str
    argument: str
    rule: dict[str, Any]
    size: int
    items: list[int]
    form_factors: list[str]
    territories: list[str]
    excluded: bool
    languages: list[str]
    maturity_from: int
    maturity_to: int
    packages: list[str]
    holders: bool
    starts_at: str | None
    ends_at: str | None


class PageContent(TypedDict):
    """A page and its rails in their order."""

    id: str
    slug: str
    names: dict[str, str]
    parent: str | None
    position: int
    rails: list[RailContent]


def load(page: Page) -> PageContent:
    """A page as it is being edited; the number of queries does not grow with it."""
    rails = list(page.rails.order_by("position", "pk").prefetch_related("packages"))
    items = _items(rails)
    return {
        "id": page.public_id,
        "slug": page.slug,
        "names": page.names,
        "parent": page.parent.slug if page.parent else None,
        "position": page.position,
        "rails": [rail(one, items[one.pk]) for one in rails],
    }


def rail(row: Rail, items: list[int]) -> RailContent:
    """A rail as it is being edited."""
    packages = sorted(one.code for one in row.packages.all())
    return assemble(row, items=items, packages=packages)


def assemble(row: Rail, *, items: list[int], packages: list[str]) -> RailContent:
    """A rail with what stands in other tables."""
    return {
        "id": row.public_id,
        "names": row.names,
        "layout": row.layout,
        "source": row.source,
        "argument": row.argument,
        "rule": row.rule if row.source == "rule" else {},
        "size": row.size,
        "items": items if row.source == "curated" else [],
        "form_factors": row.form_factors,
        "territories": row.territories,
        "excluded": row.excluded,
        "languages": row.languages,
        "maturity_from": row.maturity_from,
        "maturity_to": row.maturity_to,
        "packages": packages,
        "holders": row.holders,
        "starts_at": _text(row.starts_at),
        "ends_at": _text(row.ends_at),
    }


def name(names: Mapping[str, str], *wanted: str) -> str:
    """The name in the first of these languages, or in the nearest one that it has."""
    for tag in languages.order(names, languages.reading(wanted)):
        if names[tag]:
            return names[tag]
    return ""


def _items(rails: Iterable[Rail]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = RailItem.objects.filter(rail__in=[one.pk for one in rails])
    for rail_pk, title_pk in rows.order_by("position", "pk").values_list(
        "rail_id", "title_id"
    ):
        found[rail_pk].append(title_pk)
    return found


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
