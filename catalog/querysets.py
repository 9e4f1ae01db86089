"""How titles are found: filters take their inputs, nothing is filtered by default."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet

from streamapi.clients import Variant

if TYPE_CHECKING:
    # named as text in the bases below, which ruff does not read
    from catalog.models import (  # noqa: F401
        PublishedGenre,
        PublishedSeason,
        PublishedTitle,
        PublishedWindow,
        Title,
    )


class TitleQuerySet(QuerySet["Title"]):
    """The editing side."""

    def due(self, now: datetime) -> TitleQuerySet:
        """Titles that are scheduled for now or earlier."""
        return (
            self.filter(publish_at__lte=now).exclude(status="archived").order_by("pk")
        )


class WindowQuerySet(QuerySet["PublishedWindow"]):
    """Windows of published titles."""

    def in_territory(self, territory: str) -> WindowQuerySet:
        """Those that hold in a territory."""
        named = Q(territories__contains=[territory])
        return self.filter(
            Q(territories=[])
            | (named & Q(excluded=False))
            | (~named & Q(excluded=True))
        )

    def open(self, now: datetime) -> WindowQuerySet:
        """Those that are open: the start belongs to the period, the end does not."""
        return self.filter(
            Q(starts_at=None) | Q(starts_at__lte=now),
            Q(ends_at=None) | Q(ends_at__gt=now),
        )

    def next_boundary(self, now: datetime) -> datetime | None:
        """The next moment at which one of them opens or closes."""
        starts = self.filter(starts_at__gt=now).order_by("starts_at")
        ends = self.filter(ends_at__gt=now).order_by("ends_at")
        moments = starts.values_list("starts_at", flat=True)[:1].union(
            ends.values_list("ends_at", flat=True)[:1]
        )
        return min((moment for moment in moments if moment), default=None)


class PublishedTitleQuerySet(QuerySet["PublishedTitle"]):
    """Titles as devices read them."""

    def visible(self, variant: Variant, now: datetime) -> PublishedTitleQuerySet:
        """What may be shown to the one who asks, in the language asked for."""
        windows: WindowQuerySet = apps.get_model(
            "catalog.PublishedWindow"
        ).objects.all()
        open_now = windows.filter(title=OuterRef("title"))
        return self.filter(
            Q(windowed=False)
            | Exists(open_now.in_territory(variant.territory).open(now)),
            language=variant.language,
            min_age__lte=variant.maturity,
        )

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
