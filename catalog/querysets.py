"""How titles are found: filters take their inputs, nothing is filtered by default."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet

from streamapi.clients import Variant

if TYPE_CHECKING:
    # named as text in the bases below, which ruff does not read
    from catalog.models import (  # noqa: F401
        PublishedGenre,
        PublishedSeason,
        PublishedTitle,
        Title,
    )


class TitleQuerySet(QuerySet["Title"]):
    """The editing side."""

    def with_external_id(self, system: str, values: Iterable[str]) -> TitleQuerySet:
        """Titles known in ``system`` under one of ``values``."""
        return self.filter(external_ids__system=system, external_ids__value__in=values)


class PublishedTitleQuerySet(QuerySet["PublishedTitle"]):
    """Titles as devices read them."""

    def visible(self, variant: Variant) -> PublishedTitleQuerySet:
        """What may be shown to the one who asks, in the language asked for."""
        return self.filter(language=variant.language, min_age__lte=variant.maturity)

    def named(self, id_or_slug: str) -> PublishedTitleQuerySet:
        """The title with this public id or this slug."""
        field = "public_id" if id_or_slug.startswith("ti_") else "slug"
        return self.filter(**{field: id_or_slug})

    def narrowed(
        self, *, kind: str = "", genre: str = "", language: str = ""
    ) -> PublishedTitleQuerySet:
        """Of a kind, in a genre, spoken in a language; an empty value asks nothing."""
        found = self
        if kind:
            found = found.filter(kind=kind)
        if genre:
            found = found.filter(genres__contains=[genre])
        if language:
            found = found.filter(languages__contains=[language])
        return found

    def with_person(self, public_id: str) -> PublishedTitleQuerySet:
        """Titles in which someone has a part, one row for each part.

        The part is at ``title__published_credits``.
        """
        return self.filter(title__published_credits__person__public_id=public_id)


class PublishedSeasonQuerySet(QuerySet["PublishedSeason"]):
    """Seasons as devices read them."""

    def of(
        self, titles: PublishedTitleQuerySet, language: str
    ) -> PublishedSeasonQuerySet:
        """Seasons of these titles."""
        return self.filter(title__in=titles.values("title"), language=language)


class PublishedGenreQuerySet(QuerySet["PublishedGenre"]):
    """Genres as devices read them."""

    def with_titles(
        self, titles: PublishedTitleQuerySet, language: str
    ) -> PublishedGenreQuerySet:
        """Genres that have at least one of these titles."""
        inside = titles.filter(genres__contains=[OuterRef("slug")])
        return self.filter(Exists(inside), language=language)
