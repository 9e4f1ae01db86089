"""How titles are found: filters take their inputs, nothing is filtered by default."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from streamapi.clients import Variant

if TYPE_CHECKING:
    # named as text in the bases below, which ruff does not read
    from catalog.models import (  # noqa: F401
        Page,
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


class PageQuerySet(QuerySet["Page"]):
    """Pages as editors arrange them."""

    def due(self, now: datetime) -> PageQuerySet:
        """Pages that are to be released now or earlier."""
        return self.filter(release_at__lte=now).order_by("pk")


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


def _windows_in(territory: str) -> WindowQuerySet:
    windows: WindowQuerySet = apps.get_model("catalog.PublishedWindow").objects.all()
    return windows.in_territory(territory)


class PublishedTitleQuerySet(QuerySet["PublishedTitle"]):
    """Titles as devices read them."""

    def visible(self, variant: Variant, now: datetime) -> PublishedTitleQuerySet:
        """What may be shown to the one who asks, in the language asked for."""
        windows = _windows_in(variant.territory).filter(title=OuterRef("title"))
        return self.filter(
            Q(windowed=False) | Exists(windows.open(now)),
            language=variant.language,
            min_age__lte=variant.maturity,
        )

    def leaving(
        self, territory: str, now: datetime, within: timedelta
    ) -> PublishedTitleQuerySet:
        """Those whose time in a territory ends soon, at ``leaves_at``.

        A window that goes on where another ends is the same time.
        """
        windows = _windows_in(territory)
        ending = windows.filter(ends_at__gt=now, ends_at__lte=now + within)
        own = windows.filter(title=OuterRef("title"))
        last = own.open(now).exclude(ends_at=None).order_by("-ends_at")
        goes_on = own.filter(
            Q(starts_at=None) | Q(starts_at__lte=OuterRef("leaves_at")),
            Q(ends_at=None) | Q(ends_at__gt=OuterRef("leaves_at")),
        )
        return (
            self.filter(windowed=True, title__in=ending.values("title"))
            .annotate(leaves_at=Subquery(last.values("ends_at")[:1]))
            .filter(~Exists(goes_on), leaves_at__lte=now + within)
        )

    def coming(
        self, variant: Variant, now: datetime, within: timedelta
    ) -> PublishedTitleQuerySet:
        """Those that are not here yet but will be soon, from ``opens_at`` on."""
        windows = _windows_in(variant.territory)
        opening = windows.filter(starts_at__gt=now, starts_at__lte=now + within)
        own = windows.filter(title=OuterRef("title"))
        first = own.filter(starts_at__gt=now).order_by("starts_at")
        return self.filter(
            ~Exists(own.open(now)),
            title__in=opening.values("title"),
            language=variant.language,
            min_age__lte=variant.maturity,
        ).annotate(opens_at=Subquery(first.values("starts_at")[:1]))

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
