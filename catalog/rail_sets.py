"""Sets of rails by rule: one for each genre, each decade, or each genre of each decade.

A set is proposed first, with how many titles each rail would have; what a page has already
is recognised by its rule, so that adding a set twice adds nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Count, F, Func

from catalog import page_content
from catalog.languages import default_language
from catalog.models import GenreTranslation, Page, PublishedTitle, Rail
from catalog.page_content import RailContent
from catalog.page_validation import MAX_RAILS
from catalog.rules import Rule
from streamapi.clients import Variant
from streamapi.errors import Unprocessable

ENOUGH: Final = 10
"""A rail with fewer titles is not worth a row of a screen, unless told."""
_DECADES: Final = {"en": "{}s", "de": "{}er", "fr": "Années {}", "es": "Años {}"}


class By(StrEnum):
    """What the titles are divided by."""

    DECADE = "decade"
    GENRE = "genre"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rail that a set would add; ``key`` tells it from the others of the set."""

    key: str
    names: dict[str, str]
    rule: Rule
    count: int
    is_there: bool

    def content(self) -> RailContent:
        """As the content of a rail, to look at what it would show."""
        return page_content.assemble(_rail(self), items=[], packages=[])


def propose(
    page: Page,
    *,
    by: Collection[By],
    now: datetime,
    kind: str = "",
    at_least: int = ENOUGH,
) -> list[Proposal]:
    """The rails of a set: latest decade first, then the larger ones.

    Titles are counted as they are shown now in the default territory.
    """
    there = [rail.rule for rail in page.rails.filter(source="rule")]
    genres = _genres() if By.GENRE in by else {}
    return [
        Proposal(
            key="-".join(str(part) for part in (decade, genre) if part),
            names={
                tag: _name(genres.get(genre, {}), genre, decade, tag)
                for tag in settings.CONTENT_LANGUAGES
            },
            rule=rule,
            count=count,
            is_there=rule.saved() in there,
        )
        for decade, genre, count in _parts(by, kind, now)
        if count >= at_least
        for rule in [_rule(kind, decade, genre)]
    ]


@transaction.atomic
def add(page: Page, proposals: Sequence[Proposal], *, now: datetime) -> list[Rail]:
    """Put those that are not there yet below the rails of a page."""
    locked = Page.objects.select_for_update().get(pk=page.pk)
    rails = list(locked.rails.order_by("position", "pk"))
    there = [rail.rule for rail in rails if rail.source == "rule"]
    wanted = [one for one in proposals if one.rule.saved() not in there]
    if len(rails) + len(wanted) > MAX_RAILS:
        raise Unprocessable(
            f"The page would have {len(rails) + len(wanted)} rails; at most {MAX_RAILS} "
            "are possible. Choose fewer, or ask for more titles in each.",
            code="too_many_rails",
        )
    last = rails[-1].position if rails else -1
    made = [_rail(one, page, last + place) for place, one in enumerate(wanted, 1)]
    if made:
        Rail.objects.bulk_create(made)
        Page.objects.filter(pk=page.pk).update(updated_at=now, version=F("version") + 1)
    return made


def _parts(
    by: Collection[By], kind: str, now: datetime
) -> Iterator[tuple[int | None, str, int]]:
    """Decade, genre and how many titles, as far as they are divided by them."""
    variant = Variant(default_language(), settings.DEFAULT_TERRITORY)
    titles = PublishedTitle.objects.visible(variant, now).narrowed(kind=kind)
    columns: dict[str, Any] = {}
    if By.DECADE in by:
        titles = titles.exclude(year=None)
        columns["decade"] = F("year") / 10 * 10
    if By.GENRE in by:
        columns["in_genre"] = Func(
            "genres", function="unnest", output_field=CharField()
        )
    rows = titles.annotate(**columns).values(*columns).annotate(count=Count("pk"))
    found = [(row.get("decade"), row.get("in_genre", ""), row["count"]) for row in rows]
    yield from sorted(found, key=lambda one: (-(one[0] or 0), -one[2], one[1]))


def _rule(kind: str, decade: int | None, genre: str) -> Rule:
    return Rule(
        kind=kind,
        genres=(genre,) if genre else (),
        year_from=decade,
        year_to=decade + 9 if decade else None,
    )


def _genres() -> dict[str, dict[str, str]]:
    """What genres are called, by their slug."""
    names: dict[str, dict[str, str]] = defaultdict(dict)
    rows = GenreTranslation.objects.values_list("genre__slug", "language", "name")
    for slug, language, name in rows:
        names[slug][language] = name
    return names


def _name(
    names: Mapping[str, str], genre: str, decade: int | None, language: str
) -> str:
    """Such as "Drama · 1980s"."""
    called = page_content.name(names, language) or genre
    years = _DECADES.get(language.partition("-")[0], "{}-{}")
    parts = [called, years.format(decade, decade + 9) if decade else ""]
    return " · ".join(filter(None, parts))


def _rail(proposal: Proposal, page: Page | None = None, position: int = 0) -> Rail:
    return Rail(
        page=page,
        position=position,
        names=proposal.names,
        source="rule",
        rule=proposal.rule.saved(),
    )
