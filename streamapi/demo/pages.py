"""The demo's pages: home, movies, series, kids and live, arranged as an editor would."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson
from django.db import transaction

from catalog import releasing
from catalog.models import ExternalId, Page, Rail, RailItem
from streamapi.demo.catalogue import SYSTEM
from streamapi.demo.seeding import Seeding

_DATA: Final = Path(__file__).parent / "data" / "pages.json"


def seed(seeding: Seeding) -> None:
    """Add the pages that are not there yet, and release them."""
    wanted: list[dict[str, Any]] = orjson.loads(_DATA.read_bytes())
    known = set(Page.objects.values_list("slug", flat=True))
    progress = seeding.progress("Pages", len(wanted))
    for position, plan in enumerate(wanted):
        if plan["slug"] not in known:
            releasing.release(_write(plan, position), by=None, now=seeding.now)
        progress.at(position + 1)
    progress.end(", ".join(plan["slug"] for plan in wanted))


@transaction.atomic
def _write(plan: Mapping[str, Any], position: int) -> Page:
    page = Page.objects.create(
        slug=plan["slug"], names=plan["names"], position=position
    )
    for place, fields in enumerate(plan["rails"]):
        values = {name: value for name, value in fields.items() if name != "titles"}
        rail = Rail.objects.create(page=page, position=place, **values)
        _choose(rail, fields.get("titles", ()))
    return page


def _choose(rail: Rail, slugs: list[str]) -> None:
    """Of the named titles those that this demo has."""
    known = ExternalId.objects.filter(system=SYSTEM, value__in=slugs)
    titles = dict(known.values_list("value", "title_id"))
    RailItem.objects.bulk_create(
        RailItem(rail=rail, title_id=titles[slug], position=place)
        for place, slug in enumerate(slugs)
        if slug in titles
    )
