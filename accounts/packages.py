"""What packages keep closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.db.models import Model

from accounts.models import Package, Product

_MOST: Final = 20


def only_in(package_pks: Sequence[int]) -> Iterator[Model]:
    """What is in no other package than these, twenty of a kind at most.

    Products are not: one without packages opens nothing.
    """
    for relation in Package._meta.related_objects:
        model: Any = relation.related_model
        field: Any = relation.field
        if not relation.many_to_many or model is Product:
            continue
        package = {f"{field.m2m_reverse_field_name()}__in": package_pks}
        members = field.remote_field.through.objects.values(field.m2m_field_name())
        closed, elsewhere = members.filter(**package), members.exclude(**package)
        rows = model._default_manager.order_by("pk")
        yield from rows.filter(pk__in=closed).exclude(pk__in=elsewhere)[:_MOST]
