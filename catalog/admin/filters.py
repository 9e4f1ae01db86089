"""What editors look for: edits that wait, missing languages, genres."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import HttpRequest

from catalog.models import Genre, Title, TitleTranslation


class EditedSincePublish(admin.SimpleListFilter):
    """Titles whose edits devices do not see yet."""

    title = "edits"
    parameter_name = "edits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "waiting to be published")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Title]
    ) -> QuerySet[Title]:
        if self.value() == "waiting":
            return queryset.filter(status="published", updated_at__gt=F("published_at"))
        return queryset


class MissingLanguage(admin.SimpleListFilter):
    """Titles without a text in one of the languages of the service."""

    title = "missing language"
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(tag, tag) for tag in settings.CONTENT_LANGUAGES]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Title]
    ) -> QuerySet[Title]:
        language = self.value()
        if not language:
            return queryset
        described = TitleTranslation.objects.filter(
            language=language, title=OuterRef("pk")
        )
        return queryset.filter(~Exists(described))


class InGenre(admin.SimpleListFilter):
    """Titles of a genre."""

    title = "genre"
    parameter_name = "genre"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        slugs = Genre.objects.order_by("slug").values_list("slug", flat=True)
        return [(slug, slug) for slug in slugs]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Title]
    ) -> QuerySet[Title]:
        slug = self.value()
        if not slug:
            return queryset
        inside = Title.genres.through.objects.filter(genre__slug=slug)
        return queryset.filter(pk__in=inside.values("title"))
