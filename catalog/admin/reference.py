"""Genres and people: shown to devices when an editor publishes them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from catalog import genres, people
from catalog.admin.lists import LargeList
from catalog.admin.parts import (
    ArtworkInline,
    Inline,
    TranslationInline,
)
from catalog.models import (
    Genre,
    GenreTranslation,
    Person,
    PersonExternalId,
    PersonTranslation,
)


class GenreNames(Inline):
    """What the genre is called."""

    model = GenreTranslation
    extra = 1


@admin.register(Genre)
class GenreAdmin(admin.ModelAdmin[Genre]):
    """Genres, in the order of devices."""

    list_display = ["slug", "position", "titles"]
    list_editable = ["position"]
    search_fields = ["slug", "translations__name"]
    ordering = ["position", "slug"]
    show_full_result_count = False
    inlines = [GenreNames]
    actions = ["publish"]

    @admin.display(description="titles")
    def titles(self, genre: Genre) -> str:
        """The way to them; to count them would read them all."""
        url = reverse("admin:catalog_title_changelist")
        return format_html('<a href="{}?genre={}">Its titles</a>', url, genre.slug)

    @admin.action(description="Publish: show names and order to devices")
    def publish(self, request: HttpRequest, queryset: QuerySet[Genre]) -> None:
        """Show genres as they are now."""
        slugs = list(queryset.values_list("slug", flat=True))
        genres.publish(slugs)
        self.message_user(request, f"{len(slugs)} published.", messages.SUCCESS)


class Biographies(TranslationInline):
    """Who the person is."""

    model = PersonTranslation


class PersonIds(Inline):
    """The person in other systems."""

    model = PersonExternalId
    extra = 0
    classes = ["collapse"]


@admin.register(Person)
class PersonAdmin(LargeList[Person]):
    """People."""

    list_display = ["name", "public_id", "born_on", "updated_at"]
    search_fields = [
        "name__icontains",
        "public_id__exact",
        "external_ids__value__exact",
    ]
    sortable_by: ClassVar = ["name"]
    ordering = ["name", "pk"]
    inlines = [Biographies, ArtworkInline, PersonIds]
    actions = ["publish"]

    @admin.action(description="Publish: show to devices as they are now")
    def publish(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        """Show people as they are now."""
        pks = list(queryset.values_list("pk", flat=True))
        people.publish(pks)
        self.message_user(request, f"{len(pks)} published.", messages.SUCCESS)
