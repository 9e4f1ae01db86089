"""How titles are found: filters take their inputs, nothing is filtered by default."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, JSONObject

from streamapi.clients import Variant

if TYPE_CHECKING:
    # named as text in the bases below, which ruff does not read
    from catalog.models import (  # noqa: F401
        ChartEntry,
        Page,
        PublishedCollection,
        PublishedCollectionItem,
        PublishedGenre,
        PublishedGenreItem,
        PublishedSeason,
        PublishedTitle,
        PublishedWindow,
        RelatedTitle,
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

    def announced(self, now: datetime) -> WindowQuerySet:
        """Those that are not open yet, but known of."""
        return self.filter(announced_at__lte=now, starts_at__gt=now)

    def next_boundary(self, now: datetime) -> datetime | None:
        """The next moment at which one of them is announced, opens or closes."""
        return min((moment for (moment,) in self.boundaries(now)), default=None)

    def boundaries(self, now: datetime) -> QuerySet[PublishedWindow, tuple[datetime]]:
        """The next moment of each kind, as far as there is one."""
        first, *others = (
            self.filter(**{f"{column}__gt": now})
            .order_by(column)
            .values_list(column)[:1]
            for column in ("starts_at", "ends_at", "announced_at")
        )
        return first.union(*others)


def _windows_in(territory: str) -> WindowQuerySet:
    windows: WindowQuerySet = apps.get_model("catalog.PublishedWindow").objects.all()
    return windows.in_territory(territory)


class PublishedTitleQuerySet(QuerySet["PublishedTitle"]):
    """Titles as devices read them."""

    def visible(self, variant: Variant, now: datetime) -> PublishedTitleQuerySet:
        """What may be shown to the one who asks, in the language asked for."""
        return self.suited(variant).filter(_is_open(variant, now))

    def suited(self, variant: Variant) -> PublishedTitleQuerySet:
        """In the language asked for, for the age asked for; whatever windows say."""
        return self.filter(language=variant.language, min_age__lte=variant.maturity)

    def reachable(self, variant: Variant, now: datetime) -> PublishedTitleQuerySet:
        """What has a page: what may be shown now, and what is announced."""
        own = _windows_in(variant.territory).filter(title=OuterRef("title"))
        return self.suited(variant).filter(
            _is_open(variant, now) | Q(Exists(own.announced(now)))
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
        """Those that are not here yet but announced, and will be from ``opens_at`` on."""
        windows = _windows_in(variant.territory)
        opening = windows.announced(now).filter(starts_at__lte=now + within)
        own = windows.filter(title=OuterRef("title"))
        first = own.announced(now).order_by("starts_at")
        return (
            self.suited(variant)
            .filter(~Exists(own.open(now)), title__in=opening.values("title"))
            .annotate(opens_at=Subquery(first.values("starts_at")[:1]))
        )

    def named(self, id_or_slug: str) -> PublishedTitleQuerySet:
        """The title with this public id or this slug."""
        field = "public_id" if id_or_slug.startswith("ti_") else "slug"
        return self.filter(**{field: id_or_slug})

    def narrowed(
        self,
        *,
        kind: str = "",
        genre: str = "",
        language: str = "",
        keyword: str = "",
        studio: str = "",
    ) -> PublishedTitleQuerySet:
        """Of a kind, in a genre, spoken in a language, about something, by a studio.

        An empty value asks nothing.
        """
        found = self
        if keyword:
            found = found.filter(keywords__contains=[keyword])
        if studio:
            found = found.filter(studios__contains=[studio])
        if kind:
            found = found.filter(kind=kind)
        if genre:
            found = found.filter(genres__contains=[genre])
        if language:
            found = found.filter(languages__contains=[language])
        return found

    def related_to(self, title_pk: int) -> PublishedTitleQuerySet:
        """Titles that go well after this one, the best first."""
        related: QuerySet[RelatedTitle] = apps.get_model(
            "catalog.RelatedTitle"
        ).objects.filter(title=title_pk)
        here = related.filter(other=OuterRef("title"))
        return (
            self.filter(title__in=related.values("other"))
            .annotate(nearness=Subquery(here.values("position")[:1]))
            .order_by("nearness", "pk")
        )

    def charted(self, chart: str, territory: str) -> PublishedTitleQuerySet:
        """Titles in a chart, from its first place on; the place is in ``place``."""
        entries: QuerySet[ChartEntry] = apps.get_model(
            "catalog.ChartEntry"
        ).objects.filter(chart=chart, territory=territory)
        here = entries.filter(title=OuterRef("title"))
        return (
            self.filter(title__in=entries.values("title"))
            .annotate(place=Subquery(here.values("position")[:1]))
            .order_by("place", "pk")
        )

    def collected(self, collection_pk: int) -> PublishedTitleQuerySet:
        """Titles of a collection, in their order in it."""
        item = "title__published_collection_items"
        return self.filter(**{f"{item}__collection": collection_pk}).order_by(
            f"{item}__position", f"{item}__pk"
        )

    def collected_in(self, slugs: Collection[str]) -> PublishedTitleQuerySet:
        """Titles of any of these collections."""
        items: QuerySet[PublishedCollectionItem] = apps.get_model(
            "catalog.PublishedCollectionItem"
        ).objects.filter(collection__slug__in=slugs)
        return self.filter(title__in=items.values("title"))

    def with_person(self, public_id: str) -> PublishedTitleQuerySet:
        """Titles in which someone has a part, one row for each part.

        The part is at ``title__published_credits``.
        """
        return self.filter(title__published_credits__person__public_id=public_id)


def _is_open(variant: Variant, now: datetime) -> Q:
    windows = _windows_in(variant.territory).filter(title=OuterRef("title"))
    return Q(windowed=False) | Q(Exists(windows.open(now)))


class PublishedSeasonQuerySet(QuerySet["PublishedSeason"]):
    """Seasons as devices read them."""

    def of(
        self, titles: PublishedTitleQuerySet, language: str
    ) -> PublishedSeasonQuerySet:
        """Seasons of these titles."""
        return self.filter(title__in=titles.values("title"), language=language)


class PublishedCollectionQuerySet(QuerySet["PublishedCollection"]):
    """Collections as devices read them."""

    def named(self, id_or_slug: str) -> PublishedCollectionQuerySet:
        """The collection with this public id or this slug."""
        field = "public_id" if id_or_slug.startswith("co_") else "slug"
        return self.filter(**{field: id_or_slug})

    def with_titles(
        self, titles: PublishedTitleQuerySet, language: str
    ) -> PublishedCollectionQuerySet:
        """Collections that have at least one of these titles."""
        items: QuerySet[PublishedCollectionItem] = apps.get_model(
            "catalog.PublishedCollectionItem"
        ).objects.filter(
            collection=OuterRef("collection"), title__in=titles.values("title")
        )
        return self.filter(Exists(items), language=language)


class PublishedGenreQuerySet(QuerySet["PublishedGenre"]):
    """Genres as devices read them."""

    def visible(self, variant: Variant, now: datetime) -> PublishedGenreQuerySet:
        """Genres that have at least one title that may be shown.

        The first is looked for genre by genre: a join would read the titles of all.
        """
        items: QuerySet[PublishedGenreItem] = apps.get_model(
            "catalog.PublishedGenreItem"
        ).objects.filter(slug=OuterRef("slug"), min_age__lte=variant.maturity)
        first = items.filter(_is_open(variant, now)).order_by("min_age")
        return self.alias(first=Subquery(first.values("pk")[:1])).filter(
            first__isnull=False, language=variant.language
        )

    def as_documents(self) -> PublishedGenreQuerySet:
        """With ``document``, the text that a device gets."""
        shown = JSONObject(slug="slug", name="name")
        return self.annotate(document=Cast(shown, TextField()))
