"""How titles are found: filters take their inputs, nothing is filtered by default."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from streamapi.clients import Variant

if TYPE_CHECKING:
    # named as text in the bases below, which ruff does not read
    from catalog.models import PublishedCredit, PublishedTitle, Title  # noqa: F401


class TitleQuerySet(QuerySet["Title"]):
    """The editing side."""

    def with_external_id(self, system: str, values: Iterable[str]) -> TitleQuerySet:
        """Titles known in ``system`` under one of ``values``."""
        return self.filter(external_ids__system=system, external_ids__value__in=values)


class PublishedTitleQuerySet(QuerySet["PublishedTitle"]):
    """What devices read."""

    def visible(self, variant: Variant) -> PublishedTitleQuerySet:
        """What may be shown to the one who asks, in the language asked for."""
        return self.filter(language=variant.language, min_age__lte=variant.maturity)

    def named(self, id_or_slug: str) -> PublishedTitleQuerySet:
        """The title with this public id or this slug."""
        field = "public_id" if id_or_slug.startswith("ti_") else "slug"
        return self.filter(**{field: id_or_slug})

    def narrowed(self, **wanted: str) -> PublishedTitleQuerySet:
        """Titles of a ``kind``, with a ``genre``, spoken in a ``language``."""
        conditions: dict[str, Any] = {
            "kind": "kind",
            "genre": "genres__contains",
            "language": "languages__contains",
        }
        return self.filter(
            **{
                conditions[name]: value if name == "kind" else [value]
                for name, value in wanted.items()
                if value
            }
        )


class PublishedCreditQuerySet(QuerySet["PublishedCredit"]):
    """Who has a part in what is published."""
