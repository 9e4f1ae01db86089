"""The shapes of pages and rails, for the OpenAPI document."""

from __future__ import annotations

from typing import Final

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from catalog.models.pages import Layout
from catalog.serializers import CardShape, Shape


class PageNameShape(Shape):
    """A page, as the navigation names it."""

    slug = serializers.CharField()
    name = serializers.CharField()
    parent = serializers.CharField(  # type: ignore[assignment]
        allow_null=True, help_text="The slug of the page that it stands below."
    )


class EntryShape(CardShape):
    """A title in a rail: its card, and when it is here."""

    added_at = serializers.DateTimeField()
    available_from = serializers.DateTimeField(
        allow_null=True, help_text="When it comes; only of what is not here yet."
    )
    available_until = serializers.DateTimeField(
        allow_null=True, help_text="When it leaves the viewer's territory."
    )


_entry_shapes: Final[list[type[serializers.Serializer]]] = [EntryShape]  # type: ignore[type-arg]


def register_entry(shape: type[serializers.Serializer]) -> None:  # type: ignore[type-arg]
    """Let the entries of another app's rails be described; called once in ``ready()``."""
    _entry_shapes.append(shape)


@extend_schema_field(
    PolymorphicProxySerializer(
        "RailEntry",
        serializers=lambda: list(_entry_shapes),
        resource_type_field_name=None,
        many=True,
    )
)
class _Entries(serializers.ListField):
    """Entries in the form that ``of`` of their rail names."""


class AudienceShape(Shape):
    """Whom a rail is for: who has one of the packages, or who has none of them."""

    packages = serializers.ListField(child=serializers.CharField())
    holders = serializers.BooleanField()


class RailShape(Shape):
    """A rail of a page."""

    id = serializers.CharField()
    name = serializers.CharField()
    layout = serializers.CharField(help_text=", ".join(Layout.values))
    source = serializers.CharField(  # type: ignore[assignment]
        help_text="curated, rule, new, top_ten, ..."
    )
    of = serializers.CharField(
        help_text="What results are: titles, channels; personal."
    )
    audience = AudienceShape(
        allow_null=True, help_text="Show it only to them; null: to everyone."
    )
    url = serializers.CharField(
        allow_null=True, help_text="Of a personal rail: where its entries are."
    )
    results = _Entries(
        help_text="In the form that `of` names; none of a personal rail."
    )
    next = serializers.CharField(
        allow_null=True, help_text="`?cursor=` of `/v1/rails/{id}`."
    )


class RailPartShape(Shape):
    """More of a rail."""

    results = _Entries()
    next = serializers.CharField(allow_null=True)


class PageShape(PageNameShape):
    """A whole screen."""

    id = serializers.CharField()
    version = serializers.IntegerField()
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="When it will change by itself."
    )
    rails = RailShape(many=True)


class PreviewShape(Shape):
    """As whom, where and when a preview looks."""

    at = serializers.DateTimeField()
    language = serializers.CharField()
    territory = serializers.CharField()
    form_factor = serializers.CharField()
    maturity = serializers.IntegerField()
    plan = serializers.CharField(allow_null=True)
    packages = serializers.ListField(child=serializers.CharField())
