"""How channels, programmes and blackouts are found; nothing is filtered by default."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, Q, QuerySet, When

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


class BlackoutQuerySet(QuerySet["Blackout"]):
    """Blackouts."""

    def within(self, start: datetime, end: datetime) -> BlackoutQuerySet:
        """What is blacked out at any moment of ``[start, end)``."""
        return self.filter(starts_at__lt=end, ends_at__gt=start)

    def for_variant(self, variant: Variant) -> BlackoutQuerySet:
        """What holds for the one who asks."""
        return self.filter(
            Q(territories=[]) | Q(territories__contains=[variant.territory]),
            Q(form_factors=[]) | Q(form_factors__contains=[variant.form_factor]),
        )


class ChannelSourceQuerySet(QuerySet["ChannelSource"]):
    """Streams of channels."""

    def in_failover_order(self) -> ChannelSourceQuerySet:
        """Those in use; what is known to be down comes last, in the same order."""
        return (
            self.filter(is_active=True)
            .annotate(is_down=Case(When(health="down", then=1), default=0))
            .order_by("is_down", "position", "pk")
        )
