"""How channels, programmes and blackouts are found; nothing is filtered by default."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet

from accounts.models import Package
from streamapi.clients import Variant

if TYPE_CHECKING:
    # named as text in the bases below, which ruff does not read
    from channels.models import (  # noqa: F401
        Blackout,
        Channel,
        ChannelSource,
        Programme,
    )

_A_DAY = timedelta(hours=24)


class ChannelQuerySet(QuerySet["Channel"]):
    """Channels."""

    def visible(self, variant: Variant) -> ChannelQuerySet:
        """What may be shown where the one who asks is, to the age that asks."""
        return self.filter(
            Q(territories=[]) | Q(territories__contains=[variant.territory]),
            is_active=True,
            min_age__lte=variant.maturity,
        )

    def named(self, id_or_slug: str) -> ChannelQuerySet:
        """The channel with this public id or this slug."""
        field = "public_id" if id_or_slug.startswith("ch_") else "slug"
        return self.filter(**{field: id_or_slug})

    def placed(self, lineup_pk: int | None) -> ChannelQuerySet:
        """With the ``place`` and number that a line-up gives, or their own."""
        if lineup_pk is None:
            return self.annotate(
                place=F("sort_number"), major=F("number_major"), minor=F("number_minor")
            )
        return self.filter(lineup_entries__lineup=lineup_pk).annotate(
            place=F("lineup_entries__sort_number"),
            major=F("lineup_entries__number_major"),
            minor=F("lineup_entries__number_minor"),
        )

    def for_card(self) -> ChannelQuerySet:
        """With all that a channel's card shows, in the same query."""
        codes = Package.objects.filter(channels=OuterRef("pk")).order_by("code")
        return self.select_related("group").annotate(
            package_codes=ArraySubquery(codes.values("code"))
        )


class ProgrammeQuerySet(QuerySet["Programme"]):
    """Programmes."""

    def within(self, start: datetime, end: datetime) -> ProgrammeQuerySet:
        """What runs at any moment of ``[start, end)``.

        No programme is longer than a day, which lets the index on the start serve.
        """
        return self.filter(
            starts_at__gt=start - _A_DAY, starts_at__lt=end, ends_at__gt=start
        )

    def on(self, channels: Iterable[int]) -> ProgrammeQuerySet:
        """What is on these channels."""
        return self.filter(channel__in=list(channels))

    def on_visible(self, variant: Variant) -> ProgrammeQuerySet:
        """What is on channels that the one who asks may see."""
        return self.filter(
            Q(channel__territories=[])
            | Q(channel__territories__contains=[variant.territory]),
            channel__is_active=True,
            channel__min_age__lte=variant.maturity,
        )


class BlackoutQuerySet(QuerySet["Blackout"]):
    """Blackouts."""

    def within(self, start: datetime, end: datetime) -> BlackoutQuerySet:
        """What is blacked out at any moment of ``[start, end)``."""
        return self.filter(starts_at__lt=end, ends_at__gt=start)
