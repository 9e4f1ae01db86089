"""Collections, keywords, studios, attributes and synonyms: what titles are grouped by."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from catalog import attributes, collections, searching
from catalog.admin.parts import (
    ORDERING,
    ArtworkInline,
    Inline,
    TranslationInline,
)
from catalog.admin.watching import WatchedForm
from catalog.models import (
    AttributeDefinition,
    AttributeValue,
    Collection,
    CollectionItem,
    CollectionTranslation,
    Keyword,
    KeywordTranslation,
    PublishedCollection,
    Studio,
    Synonym,
)


class CollectionForm(WatchedForm):
    """Notices when somebody else has saved the collection meanwhile."""

    watched = "updated_at"

    class Meta:
        model = Collection
        fields = ["slug"]


class CollectionTexts(TranslationInline):
    """What the collection is called."""

    model = CollectionTranslation
    classes = []


class CollectionTitles(Inline):
    """Its titles, put in order by dragging."""

    model = CollectionItem
    extra = 1
    autocomplete_fields = ["title"]
    fields: ClassVar = ["position", "title"]
    classes = ["catalog-ordered"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CollectionItem]:
        items = super().get_queryset(request).select_related("title")
        return items.order_by("position", "pk")


@admin.register(Collection)
class CollectionAdmin(admin.ModelAdmin[Collection]):
    """Franchises and other sets of titles."""

    form = CollectionForm
    fields = ["seen_version", "slug", "public_id"]

    list_display = ["slug", "titles_count", "is_shown", "updated_at"]
    search_fields = ["slug", "translations__name", "=public_id"]
    ordering = ["slug"]
    show_full_result_count = False
    inlines = [CollectionTexts, CollectionTitles, ArtworkInline]
    readonly_fields = ["public_id"]
    actions = ["publish", "withdraw"]

    class Media:
        js = ORDERING

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collection]:
        shown = PublishedCollection.objects.filter(collection=OuterRef("pk"))
        items = CollectionItem.objects.filter(collection=OuterRef("pk")).order_by()
        total = items.values("collection").annotate(total=Count("pk")).values("total")
        found = super().get_queryset(request)
        return found.annotate(
            titles_total=Coalesce(Subquery(total), 0), shown=Exists(shown)
        )

    @admin.display(description="titles")
    def titles_count(self, collection: Any) -> int:
        """How many titles are in it."""
        return int(collection.titles_total)

    @admin.display(description="on devices", boolean=True, ordering="shown")
    def is_shown(self, collection: Any) -> bool:
        """Whether devices know it."""
        return bool(collection.shown)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Whoever may publish titles may publish their collections."""
        return request.user.has_perm("catalog.publish_title")

    @admin.action(
        description="Publish: show to devices as they are now", permissions=["publish"]
    )
    def publish(self, request: HttpRequest, queryset: QuerySet[Collection]) -> None:
        """Show collections as they are now."""
        pks = list(queryset.values_list("pk", flat=True))
        collections.publish(pks)
        self.message_user(request, f"{len(pks)} published.", messages.SUCCESS)

    @admin.action(description="Take from devices", permissions=["publish"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Collection]) -> None:
        """Hide collections; their titles stay."""
        pks = list(queryset.values_list("pk", flat=True))
        collections.withdraw(pks)
        self.message_user(request, f"{len(pks)} taken from devices.", messages.SUCCESS)


class KeywordNames(Inline):
    """What the keyword is called."""

    model = KeywordTranslation
    extra = 1


@admin.register(Keyword)
class KeywordAdmin(admin.ModelAdmin[Keyword]):
    """What titles are about; they reach devices with the titles that have them."""

    list_display = ["slug"]
    search_fields = ["slug", "translations__name"]
    ordering = ["slug"]
    show_full_result_count = False
    inlines = [KeywordNames]


@admin.register(Studio)
class StudioAdmin(admin.ModelAdmin[Studio]):
    """Who makes titles; they reach devices with the titles that have them."""

    list_display = ["name", "slug", "country"]
    search_fields = ["name", "slug"]
    ordering = ["name", "pk"]
    show_full_result_count = False
    prepopulated_fields: ClassVar = {"slug": ["name"]}


@admin.register(AttributeDefinition)
class AttributeDefinitionAdmin(admin.ModelAdmin[AttributeDefinition]):
    """Facts of your own about titles."""

    list_display = ["name", "code", "type", "kind", "required"]
    search_fields = ["name", "code"]
    ordering = ["code"]
    prepopulated_fields: ClassVar = {"code": ["name"]}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What values and devices rely on does not change once it is there."""
        return ["code", "type"] if obj is not None else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj is not None else self.prepopulated_fields


class AttributeForm(forms.ModelForm[AttributeValue]):
    """A value as text, checked by what its attribute takes."""

    value = forms.CharField(
        max_length=attributes.LONGEST,
        help_text="A date as 1999-12-31; yes or no; one of the choices.",
    )

    class Meta:
        model = AttributeValue
        fields = ["definition", "value"]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        definition, raw = cleaned.get("definition"), cleaned.get("value")
        if definition and raw is not None:
            try:
                cleaned["value"] = attributes.read(definition, raw)
            except attributes.AttributeRefused as error:
                raise ValidationError({"value": error.detail}) from error
        return cleaned


class AttributeValues(Inline):
    """Facts of your own."""

    model = AttributeValue
    form = AttributeForm
    extra = 0
    autocomplete_fields = ["definition"]
    classes = ["collapse"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AttributeValue]:
        values = super().get_queryset(request).select_related("definition")
        return values.order_by("definition__code")


class Memberships(Inline):
    """The collections that the title is in; each is published for itself."""

    model = CollectionItem
    extra = 0
    autocomplete_fields = ["collection"]
    classes = ["collapse"]
    verbose_name_plural = "collections"

    def get_queryset(self, request: HttpRequest) -> QuerySet[CollectionItem]:
        items = super().get_queryset(request).select_related("collection")
        return items.order_by("collection__slug")


class SynonymForm(forms.ModelForm[Synonym]):
    """Words as a search compares them."""

    class Meta:
        model = Synonym
        fields = ["term", "means"]

    def clean_term(self) -> str:
        """Without accents and punctuation."""
        return self._folded("term")

    def clean_means(self) -> str:
        """The same."""
        return self._folded("means")

    def _folded(self, name: str) -> str:
        folded = searching.fold_query(self.cleaned_data[name])
        if not folded:
            raise ValidationError("There is no letter in it.", code="no_letter")
        return folded


@admin.register(Synonym)
class SynonymAdmin(admin.ModelAdmin[Synonym]):
    """Words that searches treat alike, in both directions."""

    form = SynonymForm
    list_display = ["term", "means"]
    search_fields = ["term", "means"]
    ordering = ["term"]
