"""Rails: what is in them, with a live look at the result, and whom they are for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import orjson
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from catalog import rails
from catalog.admin import lists
from catalog.admin.page_forms import RailForm
from catalog.admin.pages import described, touch
from catalog.admin.parts import ORDERING, storage_url
from catalog.languages import default_language
from catalog.models import Artwork, Page, Rail, Title
from catalog.page_content import RailContent
from catalog.rail_sources import TitleSource, find
from catalog.rails import Wanted
from streamapi.clients import Variant

_FOUND: Final = 20
_SHOWN: Final = 12
_COUNTED: Final = 1000
_TITLE_NAMES: Final = (
    *("original_name__icontains", "translations__name__icontains"),
    *("public_id__exact", "slug__exact"),
)


@admin.register(Rail)
class RailAdmin(admin.ModelAdmin[Rail]):
    """A rail; it reaches devices when its page is released."""

    form = RailForm
    change_form_template = "admin/catalog/rail/change_form.html"
    list_display = ["__str__", "page", "layout", "source"]
    list_select_related = ["page"]
    list_filter = ["page", "layout", "source"]
    search_fields = ["=public_id"]
    ordering = ["page__position", "page_id", "position", "pk"]
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["seen_version", "items", "names", ("source", "argument")]}),
        (None, {"fields": [("layout", "size")]}),
        (
            "Rule",
            {
                "fields": [
                    ("rule_kind", "rule_sort"),
                    ("rule_genres", "rule_without"),
                    ("rule_year_from", "rule_year_to", "rule_max_age"),
                    ("rule_languages", "rule_is_free"),
                    ("rule_keywords", "rule_studios", "rule_collections"),
                    "rule_packages",
                ],
                "classes": ["catalog-rule"],
            },
        ),
        (
            "Who sees it",
            {
                "fields": [
                    "form_factors",
                    ("territories", "excluded"),
                    "languages",
                    ("maturity_from", "maturity_to"),
                    ("packages", "holders"),
                    ("starts_at", "ends_at"),
                ],
                "classes": ["collapse"],
            },
        ),
    ]

    class Media:
        js: ClassVar = [*ORDERING, "catalog/rail.js"]

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Rails are reached from their page."""
        return {}

    # -- saving

    def _page(self, request: HttpRequest) -> Page | None:
        wanted = request.GET.get("page", "")
        return Page.objects.filter(pk=wanted if wanted.isdigit() else 0).first()

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        page = self._page(request)
        if page is None:
            return HttpResponseRedirect(reverse("admin:catalog_page_changelist"))
        return super().add_view(request, form_url, {"page": page, "titles": []})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        rail = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if rail is not None:
            titles = _for_lines(Title.objects.filter(rail_items__rail=rail))
            context = {
                "page": rail.page,
                "titles": [
                    _line(one) for one in titles.order_by("rail_items__position")
                ],
            }
        return super().change_view(request, object_id, form_url, context)

    def save_model(
        self, request: HttpRequest, obj: Rail, form: Any, change: bool
    ) -> None:
        if change:
            obj.version += 1
        else:
            page = self._page(request)
            if page is None:
                raise PermissionDenied
            obj.page = page
            obj.position = page.rails.count()
        super().save_model(request, obj, form, change)
        form.save_items()
        touch(obj)

    def delete_model(self, request: HttpRequest, obj: Rail) -> None:
        super().delete_model(request, obj)
        touch(obj)

    def response_add(
        self, request: HttpRequest, obj: Rail, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Back to the page, unless more is to be done here."""
        if "_continue" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        return self._to_page(obj)

    def response_change(self, request: HttpRequest, obj: Rail) -> HttpResponse:
        """The same."""
        if "_continue" in request.POST:
            return super().response_change(request, obj)
        return self._to_page(obj)

    def response_delete(
        self, request: HttpRequest, obj_display: str, obj_id: int
    ) -> HttpResponse:
        """Back to the pages."""
        return HttpResponseRedirect(reverse("admin:catalog_page_changelist"))

    def _to_page(self, rail: Rail) -> HttpResponse:
        url = reverse("admin:catalog_page_change", args=[rail.page_id])
        return HttpResponseRedirect(url)

    # -- what the form's script asks for

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("titles/", view(require_GET(self.titles)), name="catalog_rail_titles"),
            path("look/", view(require_POST(self.look)), name="catalog_rail_look"),
            *super().get_urls(),
        ]

    def titles(self, request: HttpRequest) -> HttpResponse:
        """Titles to choose from, for what was typed so far."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        text = request.GET.get("q", "").strip()[:100]
        if not text:
            return JsonResponse({"results": []})
        named = lists.found(Title, _TITLE_NAMES, text)
        titles = _for_lines(Title.objects.filter(named)).order_by("-popularity", "pk")
        return JsonResponse({"results": [_line(one) for one in titles[:_FOUND]]})

    def look(self, request: HttpRequest) -> HttpResponse:
        """What the rail would show if it were released as the form stands."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = RailForm(request.POST, instance=Rail())
        form.fields["seen_version"].disabled = True
        if not form.is_valid():
            return TemplateResponse(
                request, "admin/catalog/rail/look.html", {"errors": form.errors}
            )
        content = form.content()
        variant = Variant(default_language(), settings.DEFAULT_TERRITORY)
        return TemplateResponse(
            request,
            "admin/catalog/rail/look.html",
            {"rail": described(content), "variant": variant, **_seen(content, variant)},
        )


def _seen(content: RailContent, variant: Variant) -> dict[str, Any]:
    """How many there are, and the first of them."""
    now = timezone.now()
    source = find(content["source"])
    shelf = rails.fill([Wanted(content, _SHOWN)], variant, now)
    context: dict[str, Any] = {"personal": any(one.url for one in shelf.rails)}
    if isinstance(source, TitleSource):
        found = source.select(content, variant, now).titles[: _COUNTED + 1]
        count = len(found.values_list("pk"))
        context["count"] = f"{_COUNTED}+" if count > _COUNTED else str(count)
    entries = [orjson.loads(text) for one in shelf.rails for text in one.results]
    return context | {"entries": [_entry(one) for one in entries]}


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The picture and the name of a title's card, or of a channel's."""
    card = entry.get("channel", entry)
    pictures = {one["role"]: one["url"] for one in reversed(card["images"])}
    running = entry.get("now") or {}
    return {
        "name": card["name"],
        "picture": pictures.get("poster") or pictures.get("logo"),
        "facts": card.get("year") or running.get("title", ""),
    }


def _for_lines(titles: QuerySet[Title]) -> QuerySet[Title]:
    posters = Artwork.objects.filter(title=OuterRef("pk"), role=Artwork.Role.POSTER)
    first = posters.order_by("position", "pk").values("image")[:1]
    return titles.annotate(poster=Subquery(first))


def _line(title: Any) -> dict[str, Any]:
    return {
        "id": title.pk,
        "name": title.original_name,
        "facts": " · ".join(filter(None, [title.kind, str(title.year or "")])),
        "status": title.get_status_display(),
        "css": title.status,
        "picture": storage_url(title.poster),
    }
